"""What a power cut leaves: nothing takes its place before its bytes are on the disk, and no run ends well before the places are.

A power cut itself cannot be had here. What can is the order in which a run asks the system for things (strace): a file that
is renamed, linked or exchanged into place was synced after the last byte was written to it; the folder was synced after that,
and before the manifest that vouches for it took its own place. A new folder counts as on the disk with the first thing synced
below it, as journaling file systems have it.
"""

import re
import shutil
from pathlib import Path

from rig import DAYS, TODAY, expect

CALLS = "openat,write,pwrite64,writev,ftruncate,fsync,fdatasync,rename,renameat2,link,linkat,unlink,rmdir"
LINE = re.compile(r"^(\d+) +(?:<\.\.\. (\w+) resumed>(.*)|(\w+)\((.*))$")
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"')
OPEN = re.compile(r"<([^<>]*)>")


def cases(suite):
    rig = suite.rig
    if not shutil.which("strace"):
        suite.case("strace", lambda: suite.skip("strace is not installed"))
        return
    simulator = rig.simulate("--today", TODAY, "--days", "30")
    before = rig.folder("power-before")
    expect(rig.run(rig.configuration(before, simulator)), 0)
    simulator.set("organization=acme&restate=2026-11-15")
    more = "load: { formats: [csv, ndjson], exports: [vantage, datadog] }\n"
    suite.case("the order on the disk, nothing there", traced(suite, simulator, rig.folder("power-new")))
    suite.case("the order on the disk, a delivery replaced", traced(suite, simulator, before))
    suite.case("the order on the disk, more formats", traced(suite, simulator, rig.folder("power-more"), more))


def traced(suite, simulator, output, more=""):
    def body():
        log = suite.rig.work / f"{output.name}.strace"
        command = ["strace", "-f", "-y", "-s", "0", "-e", f"trace={CALLS}", "-o", log]
        result = suite.rig.start(
            suite.rig.configuration(output, simulator, more=more), *DAYS, before=command).wait()
        if "ptrace" in result.err and result.status not in (0, 65, 69):
            suite.skip("tracing is not permitted here")
        expect(result, 0)
        lines = log.read_text(errors="replace").splitlines()
        if not any(re.search(r" fsync\(\d+<", line) for line in lines):
            suite.skip("which files are synced is told to root alone")
        disk = Disk(output, lines)
        assert disk.synced > 20 and disk.placed > 20 and disk.manifests > 0, "too little was seen to say anything"
        # Had the sync of a file been left out, it would have been noticed. Folders are synced more often than they have to be.
        syncs = [number for number, line in enumerate(lines) if re.search(r" fsync\(\d+<[^>]*/\.tmp/[^/>]*>\) = 0$", line)]
        files = [number for number in syncs if OPEN.search(lines[number]).group(1) + "/" not in "".join(lines)]
        assert len(files) >= 5, "too few syncs to leave out"
        for number in suite.random.sample(files, min(20, len(files))):
            try:
                Disk(output, lines[:number] + lines[number + 1:])
            except AssertionError:
                continue
            raise AssertionError(f"nothing would be missing without {lines[number]}")
        return f"{disk.synced} syncs, {disk.placed} files placed, {disk.manifests} manifests"
    return body


def calls(lines):
    """(thread, name, when, arguments) of each call, in order: `begin`, and `end` where it succeeded, threads between each other."""
    begun = {}
    for line in lines:
        match = LINE.match(line)
        if not match:
            continue
        thread, resumed, rest, name, arguments = match.groups()
        if resumed:
            if thread in begun:
                name, arguments = begun.pop(thread)
                if "= -1" not in rest:
                    yield thread, name, "end", arguments + rest
        elif arguments.endswith("<unfinished ...>"):
            begun[thread] = (name, arguments)
            yield thread, name, "begin", arguments
        else:
            yield thread, name, "begin", arguments
            if ") = -1" not in arguments:
                yield thread, name, "end", arguments


class Disk:
    """What of an output is known to be on the disk after what a run asked for. Fails where the order was wrong."""

    def __init__(self, root, lines):
        self.root = str(root)
        # Files with bytes, and folders with entries, that were not synced since: path to how many changes there were.
        self.waiting = {}
        # Syncs that have begun: thread to path and changes so far. What changes meanwhile is for the next one.
        self.syncs = {}
        self.changes = self.synced = self.placed = self.manifests = 0
        for thread, call, when, text in calls(lines):
            self.take(thread, call, when, text)
        kept = [path for path in self.waiting if "/.tmp" not in path[len(self.root):]]
        assert not kept, f"the run ended well, and {sorted(kept)[0]} was never synced"

    def take(self, thread, call, when, text):
        paths = [path for path in QUOTED.findall(text) if path.startswith(self.root + "/")]
        if call in ("write", "pwrite64", "writev", "ftruncate") and when == "begin":
            self.change(OPEN.findall(text)[:1])
        elif call == "openat" and when == "end" and "O_CREAT" in text:
            self.change(paths[:1])
        elif call in ("fsync", "fdatasync"):
            path = OPEN.search(text).group(1)
            if when == "begin":
                self.syncs[thread] = self.waiting.get(path)
            else:
                self.synced += 1
                if self.waiting.get(path) == self.syncs[thread]:
                    self.waiting.pop(path, None)
        elif call in ("unlink", "rmdir") and when == "end":
            for path in paths[:1]:
                self.waiting.pop(path, None)
        elif call in ("link", "linkat", "rename", "renameat2") and len(paths) == 2:
            self.place(when, *paths)

    def change(self, paths):
        # Locks may be lost.
        for path in paths:
            if path.startswith(self.root + "/") and not re.search(r"/\.locks?(/|$)", path):
                self.changes += 1
                self.waiting[path] = self.changes

    def place(self, when, source, target):
        if when == "begin":
            below = [path for path in self.waiting if path == source or path.startswith(source + "/")]
            assert not below, f"{source} is moved to {target} before {below[0]} is synced"
            if target.endswith("/manifest.json") and "/.tmp/" not in target:
                vouched = (f"{self.root}/focus/data", f"{self.root}/spreadsheet")
                waiting = [path for path in self.waiting if path.startswith(vouched)]
                assert not waiting, f"{target} takes its place before {waiting[0]} is synced"
                self.manifests += 1
        else:
            self.placed += 1
            self.change([str(Path(target).parent)])
