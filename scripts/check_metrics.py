"""Reads a metrics file with prometheus_client and holds it against the run's own summary.

usage: check_metrics.py FILE SUMMARY EXIT_CODE EXPECTED_EXIT_CODE
"""

import json
import sys
from datetime import datetime, timezone

from prometheus_client import parser as text_format
from prometheus_client.openmetrics import parser as openmetrics

path, summary_path, status, expected = sys.argv[1:]
text = open(path).read()
summary = json.load(open(summary_path))
failures = 0


def check(holds, what):
    global failures
    if not holds:
        failures += 1
        print(f"failed: {what}")


def samples(families):
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in families
        for sample in family.samples
    }


families = list(openmetrics.text_string_to_metric_families(text))
values = samples(families)
check(all(family.documentation for family in families), "every metric says what it is")
check(all(sample.timestamp is None for family in families for sample in family.samples), "no time stamps")
# node exporter reads Prometheus' own text format.
check(values == samples(text_format.text_string_to_metric_families(text)), "both formats read the same")


def value(name, **labels):
    return values.get((f"unblended_{name}", tuple(sorted(labels.items()))))


def at(day):
    return datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp()


check(int(status) == int(expected) == summary["exit_code"], f"exit code {status}, expected {expected}")
check(value("last_run_exit_code", command="run") == int(expected), "the exit code")
check(value("last_success_timestamp_seconds", command="run") == at("2026-11-20"), "the last success")
day = summary["started"][:10]
check(value("last_run_timestamp_seconds", command="run") == at(day), "the last run")
for code, count in summary["counts"]["requests"].items():
    check(value("api_requests", command="run", status=code) == count, f"requests answered {code}")
for kind, count in summary["warnings"].items():
    check(value("warnings", command="run", kind=kind) == count, f"warning {kind}")
for organization, totals in summary["totals"].items():
    for currency, total in totals.items():
        cost = value("cost", command="run", organization=organization, currency=currency)
        check(cost == float(total), f"cost of {organization}")
for stage, seconds in summary["stage_seconds"].items():
    check(value("stage_seconds", command="run", stage=stage) == seconds, f"seconds of {stage}")
for organization in summary["organizations"]:
    check(value("days", organization=organization, state="open") > 0, f"open days of {organization}")
    check(value("last_day_timestamp_seconds", organization=organization) == at("2026-11-19"), "the last day")

print(f"metrics: {len(values)} values read, {failures} failed")
sys.exit(1 if failures else 0)
