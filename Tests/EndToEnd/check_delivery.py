#!/usr/bin/env python3
"""Checks a delivery from outside against what the simulator says was truly spent.

    check_delivery.py BASE_URL OUTPUT [--verbose]

BASE_URL is where `simulate` listens, OUTPUT the pipeline's output root. For every organization and day of every
manifest, the sums of BilledCost and ConsumedQuantity by project and line item must equal the truth to the last
digit, in each delivered format by itself; files must be what the manifest and the partition records say.
Shares no code with the pipeline. Prints `N passed, N failed`; ends with 1 where anything failed.
"""

import csv
import gzip
import hashlib
import json
import sys
import urllib.parse
import urllib.request
from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal, getcontext
from pathlib import Path

getcontext().prec = 200
csv.field_size_limit(1 << 24)

COSTS = ("EffectiveCost", "ContractedCost", "ListCost", "x_UnblendedCost")


class Report:
    def __init__(self, verbose):
        self.verbose, self.passed, self.failed = verbose, 0, 0

    def check(self, holds, what, detail=""):
        if holds:
            self.passed += 1
            if self.verbose:
                print("ok    ", what)
        else:
            self.failed += 1
            print("FAILED", what, detail)


class Truth:
    """The simulator's ground truth; one request for each organization and day."""

    def __init__(self, base):
        self.base = base.rstrip("/").removesuffix("/v1")

    def day(self, organization, day):
        query = urllib.parse.urlencode({"organization": organization, "date": day})
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(f"{self.base}/_simulate/truth?{query}", timeout=60) as answer:
            return json.load(answer)


def sums_of_truth(lines):
    """Amount and quantity by project and line item.

    A credit's quantity is left out: FOCUS has none on credits."""
    amounts, quantities = defaultdict(Decimal), defaultdict(Decimal)
    for line in lines:
        key = (line["project_id"] or None, line["line_item"] or None)
        amount = Decimal(line["amount"])
        amounts[key] += amount
        if line["quantity"] is not None and amount >= 0:
            quantities[key] += Decimal(line["quantity"])
    return amounts, quantities


def read_rows(path, form):
    """The rows of a delivered file as text by column, null as None."""
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        if form == "csv":
            for row in csv.DictReader(file, strict=True):
                if None in row or None in row.values():
                    raise ValueError(f"{path}: a row has not as many fields as the header")
                yield {name: text or None for name, text in row.items()}
        else:
            for line in file:
                yield json.loads(line, parse_float=str, parse_int=str)


def sums_of_rows(rows, organization, day, report, what):
    amounts, quantities, currencies = defaultdict(Decimal), defaultdict(Decimal), set()
    start, end = f"{day}T00:00:00Z", f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00Z"
    count, odd = 0, []
    for row in rows:
        count += 1
        key = (row["SubAccountId"], row["x_LineItem"])
        cost = Decimal(row["BilledCost"])
        amounts[key] += cost
        if row["ConsumedQuantity"] is not None:
            quantities[key] += Decimal(row["ConsumedQuantity"])
        currencies.add(row["BillingCurrency"])
        if any(Decimal(row[name]) != cost for name in COSTS):
            odd.append("costs that must be equal differ")
        if (row["ChargePeriodStart"], row["ChargePeriodEnd"]) != (start, end):
            odd.append(f"a charge of {row['ChargePeriodStart']}")
        if row["BillingAccountId"] != organization["billing_account_id"]:
            odd.append(f"a charge of {row['BillingAccountId']}")
    report.check(not odd, f"{what}: every row belongs here", f"{len(odd)} do not, e.g. {odd[:1]}")
    return count, amounts, quantities, currencies


def differences(expected, found):
    """Keys whose sums differ; a key that only one side has counts where its sum is not 0."""
    keys = [key for key in set(expected) | set(found) if expected.get(key, 0) != found.get(key, 0)]
    return [f"{key}: {expected.get(key, 0)} expected, {found.get(key, 0)} found" for key in sorted(keys, key=str)]


def check_file(root, record, report, what):
    """Whether a file is what its record says; its path if it is there."""
    path = root / record["path"]
    if not path.is_file():
        report.check(False, f"{what}: is there")
        return None
    content = path.read_bytes()
    digest = hashlib.sha256(content).hexdigest()
    report.check(
        (len(content), digest) == (record["bytes"], record["sha256"]),
        f"{what}: size and SHA-256 are those of its record",
        f"{len(content)} bytes, {digest}",
    )
    return path


def check_day(root, manifest, name, day, truth, report):
    organization = manifest["organizations"][name]
    delivered = organization["days"][day]
    expected = truth.day(name, day)
    amounts, quantities = sums_of_truth(expected["lines"])
    total = Decimal(delivered["control_totals"].get("USD", "0"))
    report.check(
        total == Decimal(expected["total"]), f"{name} {day}: control total", f"{total}, truly {expected['total']}"
    )
    files = [file for file in manifest["files"] if (file["organization"], file["date"]) == (name, day)]
    formats = sorted({file["format"] for file in manifest["files"]})
    if not files:
        report.check(not expected["lines"], f"{name} {day}: a day without files has no charges")
    for form in formats if files else []:
        what = f"{name} {day} {form}"
        rows = []
        for file in files:
            if file["format"] != form:
                continue
            path = check_file(root / "focus", file, report, file["path"])
            part = list(read_rows(path, form)) if path else []
            report.check(len(part) == file["rows"], f"{file['path']}: rows", f"{len(part)}, not {file['rows']}")
            rows += part
        count, costs, consumed, currencies = sums_of_rows(rows, organization, day, report, what)
        report.check(count == delivered["rows"], f"{what}: rows", f"{count}, not {delivered['rows']}")
        report.check(currencies <= {"USD"}, f"{what}: currency", str(currencies))
        for figure, truly, found in (("BilledCost", amounts, costs), ("ConsumedQuantity", quantities, consumed)):
            wrong = differences(truly, found)
            report.check(
                not wrong, f"{what}: {figure} by project and line item", f"{len(wrong)} differ, e.g. {wrong[:3]}"
            )


def check_manifest(root, path, truth, report):
    manifest = json.loads(path.read_text(encoding="utf-8"))
    month = manifest["billing_period"]
    files = manifest["files"]
    data = root / "focus" / "data" / f"BILLING_PERIOD={month}"
    present = sorted(str(file.relative_to(root / "focus")) for file in data.rglob("*") if file.is_file())
    report.check(
        present == sorted(file["path"] for file in files),
        f"{month}: the data tree is the manifest's",
        f"{len(present)} files, {len(files)} in the manifest",
    )
    listing = "".join(f"{file['path']} {file['sha256']}\n" for file in files)
    report.check(
        hashlib.sha256(listing.encode()).hexdigest() == manifest["sha256"], f"{month}: the manifest's own digest"
    )
    report.check(
        sum(file["bytes"] for file in files) == manifest["bytes"], f"{month}: bytes add up", str(manifest["bytes"])
    )
    days = [day for organization in manifest["organizations"].values() for day in organization["days"].values()]
    report.check(sum(day["rows"] for day in days) == manifest["rows"], f"{month}: rows add up")
    sums = defaultdict(Decimal)
    for day in days:
        for currency, amount in day["control_totals"].items():
            sums[currency] += Decimal(amount)
    stated = {currency: Decimal(amount) for currency, amount in manifest["control_totals"].items()}
    report.check(not differences(sums, stated), f"{month}: control totals add up", f"{dict(sums)}, not {stated}")
    if manifest.get("spreadsheet"):
        check_file(root, manifest["spreadsheet"], report, manifest["spreadsheet"]["path"])
    for name, organization in sorted(manifest["organizations"].items()):
        for day in sorted(organization["days"]):
            check_day(root, manifest, name, day, truth, report)


def check_partition(folder, report):
    """One partition against its record."""
    record = json.loads((folder / "_partition.json").read_text(encoding="utf-8"))
    for file in record["files"]:
        what = f"{folder.parent.name}/{folder.name}/{file['path']}"
        path = check_file(folder, file, report, what)
        if path is None:
            continue
        with gzip.open(path, "rt", encoding="utf-8", newline="") as lines:
            is_csv = file["path"].endswith(".csv.gz")
            count = sum(1 for _ in (csv.reader(lines, strict=True) if is_csv else lines)) - is_csv
        report.check(count == file["rows"], f"{what}: rows", f"{count}, not {file['rows']}")


def main():
    arguments = [argument for argument in sys.argv[1:] if argument != "--verbose"]
    if len(arguments) != 2:
        sys.exit(__doc__)
    truth, root = Truth(arguments[0]), Path(arguments[1])
    report = Report("--verbose" in sys.argv)
    manifests = sorted((root / "focus" / "metadata").glob("BILLING_PERIOD=*/manifest.json"))
    report.check(bool(manifests), "there is a delivery", str(root))
    for path in manifests:
        check_manifest(root, path, truth, report)
    for record in sorted(root.glob("raw/**/_partition.json")) + sorted(root.glob("normalized/**/_partition.json")):
        check_partition(record.parent, report)
    print(f"{report.passed} passed, {report.failed} failed")
    sys.exit(1 if report.failed else 0)


if __name__ == "__main__":
    main()
