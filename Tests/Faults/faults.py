#!/usr/bin/env python3
"""Attacks whole runs from outside, and checks that each ends in the right exit code and the right bytes.

    faults.py FOLDER_OF_THE_EXECUTABLES [--short] [--seed N] [--only GROUP,…] [--keep]

Everything runs as its own process against `simulate`, most of it through a proxy that makes faults at chosen
endpoints. Prints a table with a line for each case; ends with 1 where any failed. The same seed draws the same
instants and bits; instants still meet a program that runs at its own pace. Python's standard library only.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from pathlib import Path

import change
import damage
import disk
import http_faults
import kills
import locks
import power
import secrets_search
from rig import Rig

# In this order; the search for keys comes last, over all that the others have left behind.
GROUPS = {
    "http": http_faults.cases, "locks": locks.cases, "change": change.cases, "disk": disk.cases,
    "damage": damage.cases, "power": power.cases, "kills": kills.cases, "secrets": secrets_search.cases,
}


class Table:
    """The cases as they end."""

    def __init__(self):
        self.passed, self.failed, self.left_out = 0, 0, 0

    def add(self, group, name, verdict, detail, seconds):
        if verdict == "ok":
            self.passed += 1
        elif verdict == "FAILED":
            self.failed += 1
        else:
            self.left_out += 1
        print(f"{verdict:<8} {group:<8} {name:<64} {seconds:6.1f} s  {detail}".rstrip(), flush=True)


class Skipped(Exception):
    """A case that cannot be run here, or not yet; says why."""


class Suite:
    """What a group of cases works with."""

    def __init__(self, rig, table, short, random):
        self.rig, self.table, self.short, self.random = rig, table, short, random
        self.group = ""

    def case(self, name, body):
        """Runs one case: `body` returns a detail for the table, or raises AssertionError."""
        started = time.monotonic()
        verdict, detail = "ok", ""
        try:
            detail = body() or ""
        except Skipped as reason:
            verdict, detail = "skipped", str(reason)
        except AssertionError as problem:
            verdict, detail = "FAILED", str(problem)
        except Exception:
            verdict, detail = "FAILED", traceback.format_exc()
        self.table.add(self.group, name, verdict, detail, time.monotonic() - started)
        if self.rig.simulator.process.poll() is not None:
            sys.exit("faults: somebody has ended the simulator, and nothing can be said any more")

    @staticmethod
    def skip(reason):
        raise Skipped(reason)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("bin", type=Path)
    parser.add_argument("--short", action="store_true", help="a choice of cases, within two minutes")
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--only", default=",".join(GROUPS), help="groups: " + ", ".join(GROUPS))
    parser.add_argument("--keep", action="store_true", help="keep outputs and logs, and say where they are")
    options = parser.parse_args()
    chosen = options.only.split(",")
    for name in chosen:
        if name not in GROUPS:
            parser.error(f"there is no group {name}; there are {', '.join(GROUPS)}")

    work = Path(tempfile.mkdtemp(prefix="unblended-faults-"))
    table, started = Table(), time.monotonic()
    rig = Rig(options.bin.resolve(), work)
    try:
        for name in GROUPS:
            if name in chosen or name == "secrets":
                suite = Suite(rig, table, options.short, random.Random(f"{options.seed} {name}"))
                suite.group = name
                GROUPS[name](suite)
    finally:
        rig.close()
        if options.keep:
            print(f"outputs and logs: {work}")
        else:
            shutil.rmtree(work, ignore_errors=True)
    seconds = time.monotonic() - started
    print(f"{table.passed} passed, {table.failed} failed, {table.left_out} skipped; {rig.runs} runs in {seconds:.0f} s")
    return 1 if table.failed else 0


if __name__ == "__main__":
    os.umask(0o027)
    sys.exit(main())
