"""A delivery as its manifests tell it, read without anything of the pipeline, and broken copies of it."""

import csv
import gzip
import io
import json
import shutil
from collections import Counter
from decimal import Decimal, getcontext

getcontext().prec = 200
csv.field_size_limit(1 << 24)

# One column of each kind, and those that hold quotes, line breaks and many scripts.
COLUMNS = (
    "BilledCost",
    "ConsumedQuantity",
    "PricingQuantity",
    "ListCost",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "SubAccountName",
    "x_PrincipalName",
    "x_LineItem",
    "AllocatedMethodDetails",
)
DECIMALS = {"BilledCost", "ConsumedQuantity", "PricingQuantity", "ListCost"}
TIMES = {"BillingPeriodStart", "ChargePeriodStart"}
JSON = {"AllocatedMethodDetails"}


class Report:
    """Counts checks and tells the failed ones."""

    def __init__(self, verbose):
        self.verbose, self.passed, self.failed, self.title = verbose, 0, 0, ""

    def check(self, holds, what, detail=""):
        if holds:
            self.passed += 1
            if self.verbose:
                print(f"ok      {self.title}: {what}")
        else:
            self.failed += 1
            print(f"FAILED  {self.title}: {what}", detail)


def value(name, text):
    """A value in a form that does not depend on who wrote it: decimals, days, JSON with exact numbers."""
    if text is None or text == "":
        return None
    if name in DECIMALS:
        return Decimal(text).normalize()
    if name in TIMES:
        return str(text)[:10]
    if name in JSON:
        return json.dumps(json.loads(text, parse_float=str, parse_int=str), sort_keys=True)
    return text


class Month:
    """What one manifest lists."""

    def __init__(self, focus, month):
        self.focus, self.month = focus, month
        self.manifest = json.loads(
            (focus / "metadata" / f"BILLING_PERIOD={month}" / "manifest.json").read_text(encoding="utf-8")
        )

    @property
    def totals(self):
        return {currency: Decimal(total) for currency, total in self.manifest["control_totals"].items()}

    def files(self, kind="csv"):
        return [self.focus / file["path"] for file in self.manifest["files"] if file["format"] == kind]

    def rows(self):
        for path in self.files():
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
            yield from csv.DictReader(io.StringIO(text, newline=""), strict=True)

    def charges(self):
        """How often each charge occurs."""
        return Counter(tuple(value(name, row.get(name)) for name in COLUMNS) for row in self.rows())


def with_a_value(focus, month, copy, amount):
    """A copy of a delivery in which one charge costs `amount`, under the manifest as it was."""
    shutil.copytree(focus, copy)
    path = Month(copy, month).files()[0]
    text = gzip.decompress(path.read_bytes()).decode("utf-8")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    rows[1][rows[0].index("BilledCost")] = amount
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\n").writerows(rows)
    path.write_bytes(gzip.compress(out.getvalue().encode("utf-8"), mtime=0))
    return copy
