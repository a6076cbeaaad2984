"""Counts the instructions of normalize and load on a small fixed input; see scripts/check-instructions."""
import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import dataset

HERE = Path(__file__).parent
BASELINE = HERE / "instructions.json"
STAGES = ["normalize", "load"]
# 600 usage rows in two days: 1,800 charges.
WORLD = dataset.World(days=2, rows=300, projects=2, keys=20, users=50)


def count(scratch, bin, stage):
    # Valgrind cannot read what Swift writes for debuggers; the symbols stay.
    program = scratch / stage
    subprocess.run(["strip", "--strip-debug", "-o", program, bin / stage], check=True)
    # Hashing is seeded at random unless told otherwise; one core, so that as many threads run on every machine.
    environment = {
        "PATH": os.environ["PATH"], "LD_PRELOAD": scratch / "sigsuspend.so", "SWIFT_DETERMINISTIC_HASHING": "1",
        "UNBLENDED_TODAY": str(WORLD.today),
    }  # fmt: skip
    command = [
        "taskset", "-c", str(min(os.sched_getaffinity(0))), "valgrind", "--tool=callgrind",
        f"--callgrind-out-file={scratch / stage}.callgrind", program, "--config", scratch / "data/pipeline.yaml",
        *dataset.window(WORLD), "--quiet", "--summary", "none",
    ]  # fmt: skip
    ended = subprocess.run(command, env=environment, stderr=subprocess.PIPE, text=True)
    counted = re.search(r"Collected : (\d+)", ended.stderr)
    if ended.returncode != 0 or not counted:
        sys.exit(f"check-instructions: {stage} ended with {ended.returncode}: {ended.stderr[-2000:]}")
    return int(counted[1])


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("configuration", choices=["debug", "release"])
    parser.add_argument("bin", type=Path)
    parser.add_argument("scratch", type=Path)
    parser.add_argument("--update", action="store_true")
    options = parser.parse_args()
    scratch = options.scratch.resolve()
    # Made anew each time: what extract writes is part of what is counted.
    shutil.rmtree(scratch / "data", ignore_errors=True)
    data = dataset.ready(options.bin.resolve(), scratch / "data", WORLD)
    settings = data / "pipeline.yaml"
    settings.write_text(settings.read_text().replace("spreadsheet: false", "spreadsheet: true"))
    subprocess.run(
        ["cc", "-shared", "-fPIC", "-O1", "-o", scratch / "sigsuspend.so", HERE / "sigsuspend.c"], check=True
    )
    baseline = json.loads(BASELINE.read_text())
    tolerance = baseline["tolerance_percent"]
    failed = 0
    for stage in STAGES:
        now = count(scratch, options.bin.resolve(), stage)
        before = baseline[options.configuration].get(stage)
        change = (now / before - 1) * 100 if before else 0
        told = f"{change:+.1f} % against {before:,}" if before else "no baseline"
        print(f"{stage}, {options.configuration}: {now:,} instructions, {told}")
        if options.update:
            baseline[options.configuration][stage] = now
        elif before and change > tolerance:
            failed += 1
            print(f"FAILED {stage}: more than {tolerance} % above it; callgrind_annotate {scratch / stage}.callgrind")
        elif before and change < -tolerance:
            print(f"{stage} is faster: set the baseline anew with scripts/check-instructions --update")
    if options.update:
        BASELINE.write_text(json.dumps(baseline, indent=2) + "\n")
    print(f"{len(STAGES) - failed} passed, {failed} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
