"""Copies for other services: where they lie, what is in them, and that they sum to the delivery."""

import csv
import json
from collections import Counter
from decimal import Decimal

import pyarrow.parquet

from deliveries import Month
from parquet import configure, load

MONTHS = ("2026-10", "2026-11")


def check_hub(export, delivery, report):
    folder = export / "finops-hub" / "ingestion" / "Costs" / delivery.month[:4] / delivery.month[5:]
    files = sorted(folder.rglob("*.parquet"))
    with_rows = {
        (file["organization"], file["date"]) for file in delivery.manifest["files"] if file["rows"] > 0
    }
    expected = {
        f"openai/{organization}/{delivery.manifest['delivery']}__costs-{date}.parquet"
        for organization, date in with_rows
    }
    report.check({str(path.relative_to(folder)) for path in files} == expected, "scope, ingestion id and name")
    scopes = {f"openai/{organization}" for organization, _ in with_rows}
    manifests = {str(path.parent.relative_to(folder)) for path in folder.rglob("manifest.json")}
    report.check(manifests == scopes, "each scope has its manifest.json", str(manifests))
    report.check(
        all(path.stat().st_size > 0 and json.loads(path.read_text()) == {} for path in folder.rglob("manifest.json")),
        "which is not empty",
    )
    total, rows = Decimal(0), 0
    for path in files:
        table = pyarrow.parquet.read_table(path)
        total += sum(table["BilledCost"].to_pylist(), Decimal(0))
        rows += table.num_rows
        meta = pyarrow.parquet.ParquetFile(path).metadata
        if meta.row_group(0).column(0).compression != "SNAPPY" or meta.num_rows == 0:
            report.check(False, f"{path.name}: compressed with Snappy, and not empty")
    names = pyarrow.parquet.read_schema(files[0]).names
    report.check("ProviderName" in names and "ServiceProviderName" not in names, "columns of FOCUS 1.2")
    report.check("x_ModelId" in names, "and the x_ columns")
    report.check((total, rows) == (delivery.totals["USD"], delivery.manifest["rows"]), "sum and rows", f"{total} {rows}")


def check_vantage(export, delivery, report):
    path = export / "vantage" / delivery.month / "costs.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, strict=True))
    for name in ("ChargeCategory", "ChargePeriodStart", "BilledCost", "ServiceName", "ChargePeriodEnd"):
        report.check(all(row[name] for row in rows), f"{name} is there in every row")
    report.check({row["ChargeCategory"] for row in rows} <= {"Credit", "Refund", "Discount", "Tax", "Usage"}, "categories")
    report.check(not [name for name in rows[0] if name.startswith("x_")], "no x_ columns")
    tags = [json.loads(row["Tags"]) for row in rows]
    expected = Counter(row["x_ModelId"] or None for row in delivery.rows())
    report.check(Counter(tag.get("model") for tag in tags) == expected, "models are tags")
    total = sum(Decimal(row["BilledCost"]) for row in rows)
    report.check((total, len(rows)) == (delivery.totals["USD"], delivery.manifest["rows"]), "sum and rows", str(total))


def check_datadog(export, delivery, report):
    total, count, projects = Decimal(0), 0, Counter()
    for path in sorted((export / "datadog" / delivery.month).rglob("*.json")):
        organization, day = path.parent.name, path.stem.removeprefix("costs-")
        for row in json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal, parse_int=Decimal):
            if set(row) != {
                "ProviderName", "ChargeDescription", "ChargePeriodStart", "ChargePeriodEnd", "BilledCost", "BillingCurrency", "Tags",
            }:
                report.check(False, f"{path.name}: the properties that Datadog takes", str(row))
            # The end is inclusive.
            if (row["ChargePeriodStart"], row["ChargePeriodEnd"], row["BillingCurrency"]) != (day, day, "USD"):
                report.check(False, f"{path.name}: one day in USD", str(row))
            texts = [text for text in row.values() if isinstance(text, str)] + list(row["Tags"].values())
            if not all(isinstance(text, str) and 0 < len(text) <= 1000 for text in texts):
                report.check(False, f"{path.name}: no empty and no long text", str(row))
            total += row["BilledCost"]
            count += 1
            projects[organization, row["Tags"].get("project_id")] += row["BilledCost"]
    expected = Counter()
    accounts = {
        organization["billing_account_id"]: name for name, organization in delivery.manifest["organizations"].items()
    }
    for row in delivery.rows():
        expected[accounts[row["BillingAccountId"]], row["SubAccountId"] or None] += Decimal(row["BilledCost"])
    report.check(projects == expected, "sums by organization and project")
    report.check((total, count) == (delivery.totals["USD"], delivery.manifest["rows"]), "sum and rows", str(total))


def content(folder):
    return {path.relative_to(folder): (path.read_bytes(), path.stat().st_mtime_ns) for path in folder.rglob("*") if path.is_file()}


def check(pipeline, work, report, days):
    config, focus = configure(pipeline, work, "exports", "load: { exports: [finops-hub, vantage, datadog] }")
    load(pipeline, config, *days)
    export = work / "exports" / "export"
    for month in MONTHS:
        delivery = Month(focus, month)
        for name, part in (("finops-hub", check_hub), ("vantage", check_vantage), ("datadog", check_datadog)):
            report.title = f"export {name} {month}"
            part(export, delivery, report)
    report.title = "exports"
    report.check(not [path for path in (export / ".building").rglob("*") if path.is_file()], "nothing half-made is left")
    before = content(export)
    load(pipeline, config, *days)
    report.check(content(export) == before, "a second run changes nothing")
    # What somebody has damaged is made again, with the same bytes.
    (export / "vantage" / MONTHS[0] / "costs.csv").write_text("x")
    next((export / "datadog" / MONTHS[0]).rglob("*.json")).unlink()
    load(pipeline, config, *days)
    report.check(
        {path: text for path, (text, _) in content(export).items()} == {path: text for path, (text, _) in before.items()},
        "damage is mended with the same bytes",
    )
