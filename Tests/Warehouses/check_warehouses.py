#!/usr/bin/env python3
"""Loads deliveries into warehouses with the statements of `unblended schema`; scripts/check-warehouses runs it.

    check_warehouses.py --base URL --bin FOLDER --config FILE --work FOLDER [--long] [--only DIALECT] [--verbose]

URL is where `simulate` listens, FILE the configuration of its organizations. Shares no code with the pipeline. Prints
`N passed, N failed`; ends with 1 where anything failed.
"""

import argparse
import os
import subprocess
import sys
import urllib.request
from pathlib import Path

import exports
import parquet
import syntax
from deliveries import Month, Report, with_a_value
from engines import LONG, SHORT

MONTHS = ("2026-10", "2026-11")
RESTATED = ("acme", "2026-11-03")


class Pipeline:
    """The programs under test."""

    def __init__(self, bin, config):
        self.bin, self.config = bin, config

    def run(self, *arguments):
        command = [str(self.bin / "unblended"), "run", "--config", str(self.config), "--quiet", "--summary", "none"]
        subprocess.run(command + list(arguments), check=True)

    def schema(self, dialect, *arguments):
        command = [str(self.bin / "unblended"), "schema", "--dialect", dialect, "--config", str(self.config)]
        return subprocess.run(command + list(arguments), check=True, capture_output=True, text=True).stdout


def restate(base):
    organization, day = RESTATED
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    request = urllib.request.Request(
        f"{base}/_simulate/set?organization={organization}&restate={day}", data=b"", method="POST"
    )
    opener.open(request, timeout=60).close()


def compare(engine, focus, months, report, when):
    """To the last digit, and every charge as often as the files have it."""
    for month in months:
        delivery = Month(focus, month)
        for currency, total in delivery.totals.items():
            found = engine.total("cost_and_usage", month, currency)
            report.check(
                found == total, f"{when}, {month}: the sum is the control total", f"{found}, manifest {total}"
            )
        expected, found = delivery.charges(), engine.charges("cost_and_usage", month)
        report.check(sum(expected.values()) == delivery.manifest["rows"], f"{when}, {month}: rows of the manifest")
        wrong = [(charge, expected[charge], found[charge]) for charge in expected | found if expected[charge] != found[charge]]
        report.check(not wrong, f"{when}, {month}: every charge once", f"{len(wrong)} differ, e.g. {wrong[:2]}")


def refuses(engine, script, report, what):
    before = engine.charges("cost_and_usage", MONTHS[1])
    try:
        engine.execute(script)
        report.check(False, f"{what}: the load fails")
    except Exception as error:
        report.check(True, f"{what}: the load fails: {str(error).strip().splitlines()[0][:160]}")
    report.check(engine.charges("cost_and_usage", MONTHS[1]) == before, f"{what}: the month stays as it was")


def check_first(engine, pipeline, focus, report):
    for month in MONTHS:
        engine.execute(pipeline.schema(engine.dialect, "--month", month))
    compare(engine, focus, MONTHS, report, "loaded")
    engine.execute(pipeline.schema(engine.dialect, "--month", MONTHS[1]))
    compare(engine, focus, MONTHS, report, "loaded twice")


def check_restated(engine, pipeline, focus, work, report):
    script = pipeline.schema(engine.dialect, "--month", MONTHS[1])
    total = str(Month(focus, MONTHS[1]).manifest["control_totals"]["USD"])
    refuses(engine, script.replace(total, total + "1"), report, "a sum that is not the manifest's")
    for amount, what in (("0." + "0" * 45 + "1", "too many digits"), ("1" + "0" * 40 + ".0", "too large")):
        copy = work / "broken" / engine.dialect / what.replace(" ", "-")
        with_a_value(focus, MONTHS[1], copy, amount)
        broken = pipeline.schema(engine.dialect, "--month", MONTHS[1], "--location", str(copy))
        refuses(engine, broken, report, f"{what}, {amount[:3]}…")
    engine.execute(script)
    compare(engine, focus, MONTHS, report, "restated")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", required=True)
    parser.add_argument("--bin", required=True, type=Path)
    parser.add_argument("--config", required=True, type=Path)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", help="one dialect of those that are loaded")
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    report, work = Report(arguments.verbose), arguments.work
    pipeline, focus = Pipeline(arguments.bin, arguments.config), work / "output" / "focus"
    pipeline.run("--from", "2026-10-28", "--to", "2026-11-05")

    for dialect in syntax.DIALECTS:
        report.title = dialect
        syntax.check(dialect, pipeline.schema(dialect, "--month", MONTHS[1]), report)

    if not arguments.only:
        days = ("--from", "2026-10-28", "--to", "2026-11-05")
        parquet.check(pipeline, work, report, days)
        parquet.check_refusal(pipeline, work, report)
        exports.check(pipeline, work, report, days)

    engines = []
    try:
        for kind in LONG if arguments.long or arguments.only else SHORT:
            if arguments.only not in (None, kind.dialect):
                continue
            folder = work / kind.dialect
            folder.mkdir()
            engine = kind(folder)
            engines.append(engine)
            report.title = f"{engine.name} {engine.version}"
            check_first(engine, pipeline, focus, report)
        before = Month(focus, MONTHS[1]).manifest
        restate(arguments.base)
        pipeline.run("--from", RESTATED[1], "--to", "2026-11-05")
        report.title = "restatement"
        report.check(Month(focus, MONTHS[1]).manifest["control_totals"] != before["control_totals"], "the total has moved")
        for engine in engines:
            report.title = f"{engine.name} {engine.version}"
            check_restated(engine, pipeline, focus, work, report)
    finally:
        for engine in engines:
            engine.close()
    print(f"{report.passed} passed, {report.failed} failed")
    sys.stdout.flush()
    # Embedded engines may crash while the interpreter takes them down.
    os._exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
