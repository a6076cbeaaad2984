"""Checks that every command line in documents and examples is one that the programs take.

    check_commands.py <folder of executables> <file>...

A command line is what starts with one of the programs in code: fenced or inline code of Markdown, every line of other
files, and lists of arguments in YAML and Dockerfiles. Its subcommands and flags must be in the programs' own --help.
Ends with `N passed, N failed`.
"""

import pathlib
import re
import shlex
import subprocess
import sys

import yaml

PROGRAMS = ("unblended", "extract", "normalize", "load", "simulate")
START = re.compile(r"(?<![\w./$-])\"?(?:[\w./$~{}-]*/)?(%s)\"?[ \t]+(?=[-a-z]|\"--)" % "|".join(PROGRAMS))
OPERATORS = re.compile(r"[;|&<>()]+|\d?>>?")


class Help:
    """What --help says of a program or subcommand, asked once."""

    def __init__(self, folder):
        self.folder = folder
        self.known = {}

    def of(self, words):
        if words not in self.known:
            result = subprocess.run(
                [f"{self.folder}/{words[0]}", *words[1:], "--help"], capture_output=True, text=True, check=True)
            flags = set(re.findall(r"(?m)^  (?:-\w, )?(--[a-z][a-z-]*)", result.stdout))
            flags |= set(re.findall(r"(?m)^  -\w, (--[a-z-]+)", result.stdout)) | {"--help"}
            _, _, listed = result.stdout.partition("SUBCOMMANDS:")
            self.known[words] = flags, set(re.findall(r"(?m)^  ([a-z]+)(?: |$)", listed))
        return self.known[words]


def code(path, text):
    """The code of a file, piece by piece."""
    text = text.replace("\\\n", " ")
    if path.suffix != ".md":
        yield from text.splitlines()
        return
    for fence in re.findall(r"(?ms)^ *```[^\n]*\n(.*?)^ *```", text):
        yield from fence.splitlines()
    yield from re.findall(r"`([^`\n]+)`", re.sub(r"(?ms)^ *```.*?^ *```", "", text))


def words(rest):
    """The words of one command, up to what ends it in a shell."""
    lexer = shlex.shlex(rest, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = "#"
    found = []
    try:
        for word in lexer:
            if OPERATORS.fullmatch(word):
                break
            found.append(word)
    except ValueError:
        pass  # a quote that the piece of code does not close
    return found


def argument_lists(path, text):
    """Arguments that are written as lists: of containers whose entry point is `unblended`."""
    if path.name == "Dockerfile":
        for found in re.findall(r"(?m)^CMD (\[.*\])$", text):
            yield yaml.safe_load(found)
    if path.suffix not in (".yaml", ".yml"):
        return

    def walk(node):
        if isinstance(node, dict):
            if isinstance(node.get("args"), list):
                yield node["args"]
            for value in node.values():
                yield from walk(value)
        elif isinstance(node, list):
            for value in node:
                yield from walk(value)

    for document in yaml.safe_load_all(text):
        yield from walk(document)


def problem(help_, program, arguments):
    """What is wrong with a command; None for nothing, False for what is no command."""
    path, rest = (program,), list(arguments)
    flags, subcommands = help_.of(path)
    while subcommands:
        if rest and rest[0] in flags:
            break
        if not rest or rest[0] not in subcommands:
            # Prose and listings begin with the same words as commands do; what has flags behind it is a command.
            is_command = len(rest) > 1 and rest[0].isalpha() and rest[1].startswith("--")
            return f"no subcommand of {' '.join(path)}: {rest[0]}" if is_command else False
        path += (rest.pop(0),)
        flags, subcommands = help_.of(path)
    if program != "unblended" and not (rest and rest[0].startswith("--")):
        return False
    for word in rest:
        flag = word.split("=")[0].rstrip(".,…")
        if flag.startswith("--") and flag not in flags:
            return f"{' '.join(path)} has no {flag}"
    return None


def main():
    folder, *files = sys.argv[1:]
    help_ = Help(folder)
    passed, failures = 0, []
    for name in files:
        path = pathlib.Path(name)
        text = path.read_text()
        commands = [("unblended", arguments) for arguments in argument_lists(path, text)]
        for piece in code(path, text):
            for start in START.finditer(piece):
                commands.append((start[1], words(piece[start.end():])))
        for program, arguments in commands:
            wrong = problem(help_, program, arguments)
            if wrong is None:
                passed += 1
            elif wrong:
                failures.append(f"{name}: {program} {' '.join(arguments)}: {wrong}")
    for failure in failures:
        print(failure, file=sys.stderr)
    print(f"{passed} passed, {len(failures)} failed")
    sys.exit(1 if failures or not passed else 0)


main()
