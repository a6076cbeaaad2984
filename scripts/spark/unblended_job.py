"""Unblended on Spark: the executables fanned out over a cluster, for back-fills of many organizations.

    spark-submit unblended_job.py --bin /opt/unblended/bin --config /etc/unblended/pipeline.yaml --from 2026-01-01

The driver asks `unblended plan` what is due, the executors call `extract` and then `normalize`, each process for some days of
one organization, and the driver calls `load` once. Spark moves the names of partitions and exit codes, no data: that goes
through the output, which is a bucket or a file system that all nodes share. Every node needs the executables, the
configuration and what it names under the same paths.

What time may heal (exit codes 69 and 75, a process that was killed) is tried again where it ran; what needs a person is
told at the end. What fails for one partition does not stop the others. The exit code is the worst of all, as that of
`unblended run` is. Run it again to complete what is missing: the plan then names no more than that.
"""

import argparse
import itertools
import json
import os
import random
import socket
import subprocess
import sys
import time

RETRIED = {69, 75}
# From what needs a person to what time may heal.
WORST_FIRST = [70, 64, 78, 77, 65, 73, 74, 69, 75]


def severity(code):
    return WORST_FIRST.index(code) if code in WORST_FIRST else -1


def call(options, program, *arguments, stdin=None):
    """Exit code, standard output and the end of the log of one of the executables."""
    command = [os.path.join(options.bin, program[0]), *program[1:], "--config", options.config, *arguments]
    for attempt in itertools.count(1):
        done = subprocess.run(command, input=stdin, capture_output=True, text=True)
        heals = done.returncode in RETRIED or done.returncode < 0
        if not heals or attempt >= options.tries:
            # Killed to the last: nothing is known but that it may work another time.
            code = 75 if done.returncode < 0 else done.returncode
            return code, done.stdout, done.stderr.strip()[-2000:], attempt
        time.sleep(options.pause * 2 ** (attempt - 1) * random.uniform(0.5, 1))


def run(options, stage, partitions):
    lines = "".join(f"{partition}\n" for partition in partitions)
    start = time.monotonic()
    code, _, log, tries = call(
        options, (stage,), "--partition", "@-", "--quiet", "--summary", "none", stdin=lines)
    return {
        "stage": stage, "partitions": len(partitions), "first": partitions[0], "exit_code": code, "tries": tries,
        "seconds": round(time.monotonic() - start, 3), "host": socket.gethostname(), "process": os.getpid(), "log": log,
    }


def batches(partitions, size):
    """Partitions of one organization together, `size` at most; its names by themselves."""
    result = []
    for (_, has_day), group in itertools.groupby(
        partitions, key=lambda text: (text.split(",")[0], ",date=" in text)
    ):
        group = list(group)
        width = size if has_day else 1
        result += [group[start:start + width] for start in range(0, len(group), width)]
    return result


def fan_out(context, options, stage, partitions):
    """Each batch is a task of its own, so that a slow one holds up no other."""
    work = batches(partitions, options.days_per_task)
    # Neighbours are days of one organization, whose requests share a rate limit.
    random.Random(1).shuffle(work)
    if not work:
        return []
    return (
        context.parallelize(work, len(work))
        .mapPartitions(lambda some: [run(options, stage, partitions) for partitions in some])
        .collect()
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--bin", default="/opt/unblended/bin", help="folder of the executables, on every node")
    parser.add_argument("--config", default="/etc/unblended/pipeline.yaml", help="the configuration, on every node")
    parser.add_argument("--from", dest="first", help="first UTC day; without --from and --to: what is due")
    parser.add_argument("--to", help="last UTC day, exclusive")
    parser.add_argument("--org", action="append", default=[], help="only this organization; may be repeated")
    parser.add_argument("--days-per-task", type=int, default=31, help="days of one organization that a process takes")
    parser.add_argument("--tries", type=int, default=6, help="how often what time may heal is tried")
    parser.add_argument("--pause", type=float, default=60, help="seconds before the second try; doubled each time")
    options = parser.parse_args()

    window = [word for flag, value in (("--from", options.first), ("--to", options.to)) if value for word in (flag, value)]
    window += [word for name in options.org for word in ("--org", name)]
    code, output, log, _ = call(options, ("unblended", "plan"), *window)
    if code:
        print(log, file=sys.stderr)
        return code
    plan = json.loads(output)

    from pyspark.sql import SparkSession

    session = SparkSession.builder.appName("unblended").getOrCreate()
    done = []
    try:
        for stage in ("extract", "normalize"):
            done += fan_out(session.sparkContext, options, stage, plan[stage])
    finally:
        session.stop()
    if plan["load"]:
        done.append(run(options, "load", plan["load"]))
    failed = [result for result in done if result["exit_code"]]
    for result in failed:
        print(json.dumps(result), file=sys.stderr)
    worst = min((result["exit_code"] for result in failed), key=severity, default=0)
    print(
        json.dumps({
            "exit_code": worst, "partitions": {stage: len(plan[stage]) for stage in plan}, "processes": len(done),
            "failed": len(failed), "tried_again": sum(result["tries"] > 1 for result in done),
            "workers": len({(result["host"], result["process"]) for result in done if result["stage"] != "load"}),
        }))
    return worst


if __name__ == "__main__":
    sys.exit(main())
