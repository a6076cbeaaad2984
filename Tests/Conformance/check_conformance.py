#!/usr/bin/env python3
"""Checks deliveries in FOCUS 1.2, 1.3 and 1.4 of the same simulated spend; scripts/check-conformance runs it.

    check_conformance.py --base URL --work FOLDER [--rules FOLDER] [--use-cases FILE] [--verbose]

URL is where `simulate` listens; FOLDER holds one output root for each version, named after it. Shares no code with
the pipeline. Prints `N passed, N failed`; ends with 1 where anything failed.
"""

import argparse
import sys
from pathlib import Path

import metadata
import official
import queries
import rows
import use_cases
from delivery import Delivery, Report, Truth

VERSIONS = ("1.2", "1.3", "1.4")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--base", required=True)
    parser.add_argument("--work", required=True, type=Path)
    parser.add_argument("--rules", type=Path)
    parser.add_argument("--use-cases", type=Path)
    parser.add_argument("--verbose", action="store_true")
    arguments = parser.parse_args()
    report = Report(arguments.verbose)
    truth = Truth(arguments.base)
    for version in VERSIONS:
        delivery = Delivery(arguments.work / version, version)
        report.title = f"FOCUS {version}"
        report.check(bool(delivery.rows), "there is a delivery", str(delivery.root))
        if not delivery.rows:
            continue
        rows.check(delivery, report)
        metadata.check(delivery, report)
        queries.check(delivery, truth, report)
        use_cases.check(delivery, arguments.use_cases, report)
        official.check(delivery, arguments.work, arguments.rules, report)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
