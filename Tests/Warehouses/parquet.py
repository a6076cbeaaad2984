"""Parquet parts, read by another library than the one that wrote them."""

import csv
import os
import shutil
import subprocess
from collections import Counter
from decimal import Decimal

import pyarrow.parquet

from deliveries import COLUMNS, Month, value

TYPES = {
    "BilledCost": "decimal128(38, 28)",
    "ConsumedQuantity": "decimal128(38, 20)",
    "ListUnitPrice": "decimal128(38, 28)",
    "ChargePeriodStart": "timestamp[us, tz=UTC]",
    "SubAccountName": "string",
    "AllocatedMethodDetails": "string",
}


def configure(pipeline, work, name, load):
    """A configuration of its own that starts from what has been fetched."""
    output = work / name
    if not output.exists():
        output.mkdir()
        for folder in ("raw", "normalized", "names"):
            if (work / "output" / folder).exists():
                shutil.copytree(work / "output" / folder, output / folder)
    text = (work / "pipeline.yaml").read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not line.startswith(("output:", "load:"))]
    path = work / f"{name}.yaml"
    path.write_text("\n".join([f"output: {output}"] + kept + [load, ""]), encoding="utf-8")
    return path, output / "focus"


def load(pipeline, config, *arguments, path=None, check=True):
    command = [str(pipeline.bin / "load"), "--config", str(config), "--quiet", "--summary", "none"]
    environment = dict(os.environ) if path is None else {**os.environ, "PATH": path}
    return subprocess.run(
        command + list(arguments), check=check, capture_output=not check, text=True, env=environment
    )


def charges(paths):
    found = Counter()
    for path in paths:
        table = pyarrow.parquet.read_table(path, columns=list(COLUMNS))
        for row in table.to_pylist():
            found[tuple(value(name, row[name]) if row[name] is not None else None for name in COLUMNS)] += 1
    return found


def check(pipeline, work, report, days):
    report.title = "parquet"
    config, focus = configure(pipeline, work, "parquet", "load: { formats: [csv, parquet] }")
    load(pipeline, config, *days)
    sums = {}
    for month in ("2026-10", "2026-11"):
        delivery = Month(focus, month)
        paths = delivery.files("parquet")
        report.check(len(paths) == len(delivery.files()), f"{month}: as many Parquet files as CSV files")
        schema = pyarrow.parquet.read_schema(paths[0])
        wrong = {name: str(schema.field(name).type) for name in TYPES if str(schema.field(name).type) != TYPES[name]}
        report.check(not wrong, f"{month}: decimals, instants and text", str(wrong))
        total = sum(
            sum(pyarrow.parquet.read_table(path, columns=["BilledCost"])["BilledCost"].to_pylist(), Decimal(0))
            for path in paths
        )
        report.check(total == delivery.totals["USD"], f"{month}: the sum is the control total", str(total))
        report.check(charges(paths) == delivery.charges(), f"{month}: every charge of the CSV, once")
        sums |= {path.name: path.read_bytes() for path in paths}

    # The CSV part is made for it, and not delivered.
    alone, other = configure(pipeline, work, "parquet-alone", "load: { formats: [parquet] }")
    load(pipeline, alone, *days)
    files = [path for month in ("2026-10", "2026-11") for path in Month(other, month).files("parquet")]
    report.check({path.name: path.read_bytes() for path in files} == sums, "made again, the bytes are the same")
    report.check(not list(other.glob("data/**/*.csv.gz")), "parquet alone delivers no CSV")

    for arguments in ((config, "without any"), (None, "with a wrong path")):
        broken = arguments[0] or configure(
            pipeline, work, "parquet-path", "load: { formats: [parquet], duckdb: bin/none }"
        )[0]
        done = load(pipeline, broken, *days, path="/usr/bin:/bin" if arguments[0] else None, check=False)
        report.check(
            done.returncode == 78 and "load.duckdb" in done.stderr,
            f"{arguments[1]} DuckDB: 78 and how to mend it",
            f"{done.returncode} {done.stderr}",
        )


def check_refusal(pipeline, work, report):
    """A value that no DECIMAL(38, 28) holds: its day is refused with the value, the others are delivered."""
    report.title = "parquet"
    for amount, what in (("0.12345678901234567890123456789", "too many digits"), ("12345678901.5", "too large")):
        name = "refused-" + what.replace(" ", "-")
        config, focus = configure(pipeline, work, name, "load: { formats: [csv, parquet] }")
        shutil.rmtree(work / name)
        source = work / f"{name}.csv"
        with source.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["start_time", "end_time", "amount_value", "amount_currency", "line_item"])
            writer.writerow([1793491200, 1793577600, "1.25", "usd", "gpt-5, input"])
            writer.writerow([1793577600, 1793664000, amount, "usd", "gpt-5, input"])
        base = ["--config", str(config), "--quiet", "--summary", "none", "--org", "acme"]
        subprocess.run([str(pipeline.bin / "extract"), *base, "--from-csv", str(source)], check=True)
        days = ["--from", "2026-11-01", "--to", "2026-11-03"]
        subprocess.run([str(pipeline.bin / "normalize"), *base, *days], check=True)
        done = load(pipeline, config, "--org", "acme", *days, check=False)
        delivered = Month(focus, "2026-11").manifest
        report.check(
            done.returncode == 65 and amount in done.stderr and "2026-11" in done.stderr,
            f"{what}: 65 and the value",
            f"{done.returncode} {done.stderr}",
        )
        report.check(
            delivered["control_totals"] == {"USD": "1.25"}, f"{what}: the other day is delivered", str(delivered)[:300]
        )
