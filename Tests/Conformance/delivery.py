"""A delivery as a reader finds it, the raw cost lines behind it, and the simulator's truth."""

import csv
import gzip
import io
import json
import urllib.parse
import urllib.request
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal, getcontext

getcontext().prec = 200
csv.field_size_limit(1 << 24)


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

    def check_none(self, wrong, what):
        """Passes where the list is empty."""
        wrong = list(wrong)
        self.check(not wrong, what, f"{len(wrong)} times, e.g. {wrong[:2]}")

    def skip(self, what):
        print(f"skipped {self.title}: {what}")


@dataclass
class CostLine:
    """A line of the Costs API, as it was stored."""

    organization: str
    day: str
    project: str | None
    line_item: str | None
    amount: Decimal
    quantity: Decimal | None


class Delivery:
    """One output root. Rows are text by column, null as None."""

    def __init__(self, root, version):
        self.root, self.version = root, version
        self.metadata = root / "focus" / "metadata"
        self.manifests = [
            json.loads(path.read_text(encoding="utf-8"))
            for path in sorted(self.metadata.glob("BILLING_PERIOD=*/manifest.json"))
        ]
        self.header, self.rows, self.text = None, [], []
        # What every reader does: a glob over the data.
        for path in sorted((root / "focus" / "data").glob("**/*.csv.gz")):
            text = gzip.decompress(path.read_bytes()).decode("utf-8")
            head, _, body = text.partition("\n")
            if self.header is None:
                self.header = head.split(",")
                self.text.append(head + "\n")
            if head.split(",") != self.header:
                raise ValueError(f"{path}: another header")
            self.text.append(body)
            for row in csv.DictReader(io.StringIO(text, newline=""), strict=True):
                if None in row or None in row.values():
                    raise ValueError(f"{path}: a row has not as many fields as the header")
                self.rows.append({name: value or None for name, value in row.items()})

    def write_csv(self, path):
        """All charges in one plain CSV file: the validators read no gzip."""
        path.write_text("".join(self.text), encoding="utf-8", newline="")
        return path

    def organization_days(self):
        """(name, day, account id, what the manifest says of the day) of everything delivered."""
        for manifest in self.manifests:
            for name, organization in sorted(manifest["organizations"].items()):
                for day, delivered in sorted(organization["days"].items()):
                    yield name, day, organization["billing_account_id"], delivered

    def account_names(self):
        return {
            organization["billing_account_id"]: name
            for manifest in self.manifests
            for name, organization in manifest["organizations"].items()
        }

    def cost_lines(self):
        """The raw cost lines of every delivered day."""
        for name, day, _, _ in self.organization_days():
            folder = self.root / "raw" / f"org={name}" / "dataset=costs" / f"date={day}"
            for path in sorted(folder.glob("*.ndjson.gz")):
                for line in gzip.decompress(path.read_bytes()).decode("utf-8").split("\n"):
                    if not line:
                        continue
                    result = json.loads(line, parse_float=str, parse_int=str)["result"]
                    quantity = result.get("quantity")
                    yield CostLine(
                        name,
                        day,
                        result["project_id"] or None,
                        result["line_item"] or None,
                        Decimal(result["amount"]["value"]),
                        None if quantity is None else Decimal(quantity),
                    )


class Truth:
    """The simulator's ground truth; each day is asked for once."""

    def __init__(self, base):
        self.base, self.known = base.rstrip("/"), {}

    def lines(self, organization, day):
        if (organization, day) not in self.known:
            query = urllib.parse.urlencode({"organization": organization, "date": day})
            opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
            with opener.open(f"{self.base}/_simulate/truth?{query}", timeout=60) as answer:
                self.known[organization, day] = json.load(answer)["lines"]
        return self.known[organization, day]

    def sums(self, delivery, key, value):
        """Sums over everything delivered: `key` and `value` of each true line; None is left out."""
        sums = defaultdict(Decimal)
        for name, day, account, _ in delivery.organization_days():
            for line in self.lines(name, day):
                group, number = key(line, account, day), value(line)
                if group is not None and number is not None:
                    sums[group] += number
        return dict(sums)
