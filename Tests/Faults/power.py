"""What a power cut leaves: nothing takes its place before its bytes are on the disk, and no run ends well before the places are.

A power cut itself cannot be had here. What can is the order in which a run asks the system for things (strace): a file that
is renamed, linked or exchanged into place was synced after the last byte was written to it; the folder was synced after that,
and before the manifest that vouches for it took its own place. A new folder counts as on the disk with the first thing synced
below it, as journaling file systems have it.
"""

import os
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
        if os.geteuid() != 0 and not any(OPEN.search(line) for line in lines):
            suite.skip("only root is told which files are synced")
        disk = Disk(output, lines)
        assert disk.synced > 20 and disk.placed > 20 and disk.manifests > 0, "too little was seen to say anything"
        # Had the sync of a file been left out, it would have been noticed. Folders are synced more often than they have to be.
        syncs = [number for number, line in enumerate(lines) if re.search(r" fsync\(\d+<[^>]*/\.tmp/[^/>]*>\) = 0$", line)]
        files = [number for number in syncs if OPEN.search(lines[number]).group(1) + "/" not in "".join(lines)]
        for number in suite.random.sample(files, min(20, len(files))):
            try:
                Disk(output, lines[:number] + lines[number + 1:])
            except AssertionError:
                continue
            raise AssertionError(f"nothing would be missing without {lines[number]}")
        return f"{disk.synced} syncs, {disk.placed} files placed, {disk.manifests} manifests"
    return body


def calls(lines):
    """(name, when, arguments) of each call that succeeded, in order: `begin` and `end` of one, threads between each other."""
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
                    yield name, "end", arguments + rest
        elif arguments.endswith("<unfinished ...>"):
            begun[thread] = (name, arguments)
            yield name, "begin", arguments
        else:
            yield name, "begin", arguments
            if ") = -1" not in arguments:
                yield name, "end", arguments


class Disk:
    """What of an output is known to be on the disk after what a run asked for. Fails where the order was wrong."""

    def __init__(self, root, lines):
        self.root = str(root)
        # Files with bytes, and folders with entries, that no sync was asked for since.
        self.dirty, self.moved = set(), set()
        self.synced = self.placed = self.manifests = 0
        for call, when, text in calls(lines):
            self.take(call, when, text)
        kept = [path for path in self.dirty | self.moved if "/.tmp" not in path[len(self.root):]]
        assert not kept, f"the run ended well, and {sorted(kept)[0]} was never synced"

    def take(self, call, when, text):
        paths = [path for path in QUOTED.findall(text) if path.startswith(self.root + "/")]
        if call in ("write", "pwrite64", "writev", "ftruncate") and when == "begin":
            self.dirty.update(path for path in OPEN.findall(text)[:1] if self.is_inside(path))
        elif call == "openat" and when == "end" and "O_CREAT" in text:
            self.dirty.update(path for path in paths[:1] if self.is_inside(path))
        elif call in ("fsync", "fdatasync") and when == "end":
            for path in OPEN.findall(text)[:1]:
                self.dirty.discard(path)
                self.moved.discard(path)
                self.synced += 1
        elif call in ("unlink", "rmdir") and when == "end":
            for path in paths[:1]:
                self.dirty.discard(path)
                self.moved.discard(path)
        elif call in ("link", "linkat", "rename", "renameat2") and len(paths) == 2:
            self.place(call, when, *paths)

    def place(self, call, when, source, target):
        if when == "begin":
            below = [path for path in self.dirty | self.moved if path == source or path.startswith(source + "/")]
            assert not below, f"{source} is moved to {target} before {below[0]} is synced"
            if target.endswith("/manifest.json") and "/.tmp/" not in target:
                data = self.root + "/focus/data"
                waiting = [path for path in self.moved if path.startswith(data)]
                assert not waiting, f"{target} takes its place before {waiting[0]} is synced"
                self.manifests += 1
        elif self.is_inside(target):
            self.placed += 1
            self.moved.add(str(Path(target).parent))

    def is_inside(self, path):
        """Of what is kept: locks and what is aside may be lost, but what is aside is looked at when it takes its place."""
        return path.startswith(self.root + "/") and not re.search(r"/\.locks?(/|$)", path)
