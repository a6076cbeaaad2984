"""The Spark job of this project on a cluster of two workers with a core each, against an organization API.
Started by scripts/check-distributed --spark."""

import argparse
import fcntl
import json
import os
import pathlib
import subprocess
import sys
import threading

import pyspark

from place import Place, Results, difference, directory_files

ROOT = pathlib.Path(__file__).resolve().parents[2]


def submit(place, config, *arguments, **more):
    home = pathlib.Path(pyspark.__file__).parent
    done = subprocess.run(
        [sys.executable, home / "bin/spark-submit", "--master", "local-cluster[2,1,1024]", "--conf", "spark.ui.enabled=false",
         ROOT / "scripts/spark/unblended_job.py", "--bin", place.bin, "--config", config, "--pause", "1", *arguments][1:],
        env=place.environment | {
            "SPARK_HOME": str(home), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_LOCAL_DIRS": str(place.work / "spark"), "SPARK_WORKER_DIR": str(place.work / "workers"), **more},
        cwd=place.work, capture_output=True, text=True)
    last = done.stdout.strip().splitlines()[-1:]
    return done.returncode, json.loads(last[0]) if last else {}, done.stderr


def main():
    parser = argparse.ArgumentParser()
    for name in ("--bin", "--work"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    options = parser.parse_args()
    results = Results()
    place = Place(
        options.bin, options.work, "--organizations", "6", "--days", "30", "--rows", "8", "--projects", "2", "--users",
        "3", "--keys", "2", "--models", "2")
    window = ("--from", "2026-10-25", "--to", "2026-11-20")
    try:
        code, _, error = place.run("run", place.configuration("one"), *window)
        results.check("one machine's run", code == 0, error)
        truth = directory_files(place.work / "one")

        # A run has the output for itself for some seconds.
        output = place.work / "many"
        output.mkdir()
        config = place.configuration("many")
        holder = open(output / ".lock", "w")
        fcntl.flock(holder, fcntl.LOCK_EX)
        threading.Timer(25, holder.close).start()
        code, summary, error = submit(place, config, *window, "--days-per-task", "5")
        results.check("the job is done", code == 0 and summary.get("failed") == 0, f"{code} {summary} {error[-3000:]}")
        results.check("it ran on both workers", summary.get("workers") == 2, summary)
        results.check("every batch was a process", summary.get("processes") == 2 * 6 * (6 + 1) + 1, summary)
        files = directory_files(output)
        results.check("the bytes of one machine", files == truth and len(truth) > 1000, difference(files, truth))

        # A key that is refused fails at once, and the others are delivered.
        bad = place.organizations[0]
        variable = next(name for name in place.environment if name.endswith(f"_{bad.upper().replace('-', '_')}"))
        code, summary, error = submit(
            place, place.configuration("refused"), "--from", "2026-11-18", "--to", "2026-11-20", "--tries", "1",
            **{variable: "sk-admin-wrong"})
        results.check("a refused key ends with 77", code == 77 and summary.get("tried_again") == 0, f"{code} {summary} {error[-500:]}")
        delivered = {path.name for path in (place.work / "refused/focus/data").glob("*/org=*")}
        results.check(
            "the others are delivered", delivered == {f"org={name}" for name in place.organizations[1:]}, delivered)
    finally:
        place.close()
    results.end()


main()
