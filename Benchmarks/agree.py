"""Checks that a delivery is exact and that DuckDB's files say the same.

    agree.py OUTPUT_ROOT DUCKDB_FOLDER

Ours: for every day, the sum of BilledCost as written is the Costs API's ungrouped total in raw/, to the last digit,
and so is what the manifest says. Theirs: row by row the same texts, quantities within one token (ours splits whole
tokens), costs within that token's price, and sums by project, line item and day within 1e-9. Prints one JSON line.
"""
import gzip
import json
import sys
from decimal import Decimal, getcontext
from pathlib import Path

import duckdb

from dataset import COLUMNS

NUMBERS = {
    "BilledCost", "ConsumedQuantity", "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "ListCost",
    "ListUnitPrice", "PricingQuantity", "x_UnblendedCost",
}  # fmt: skip
IDENTITY = "hash(ChargePeriodStart, SubAccountId, x_LineItem, x_CredentialId, x_PrincipalId)"


def api_totals(root):
    """The Costs API's own total of each day, from raw/."""
    getcontext().prec = 60
    totals = {}
    for path in sorted(root.glob("raw/org=*/dataset=costs_ungrouped/date=*/*.ndjson.gz")):
        day = path.parent.name.removeprefix("date=")
        for line in gzip.open(path, "rt"):
            amount = json.loads(line, parse_float=Decimal, parse_int=Decimal)["result"]["amount"]["value"]
            totals[day] = totals.get(day, Decimal(0)) + Decimal(amount)
    return totals


def fail(text):
    sys.exit(f"agree: {text}")


def check_ours(connection, root):
    digits = connection.execute(
        "SELECT max(len(split_part(cost, '.', 2))), max(len(split_part(cost, '.', 1))) FROM ours"
    ).fetchone()
    if digits[0] + digits[1] > 36:
        fail(f"amounts have {digits[1]} + {digits[0]} digits, more than can be added up here")
    rows = connection.execute(
        f"SELECT day, sum(cost::DECIMAL(38,{digits[0]}))::VARCHAR FROM ours GROUP BY 1"
    ).fetchall()
    written = {day: Decimal(total) for day, total in rows}
    expected = api_totals(root)
    wrong = [day for day in expected if expected[day] != written.get(day, 0)]
    if wrong or not expected:
        fail(f"sums differ from the API's totals on {wrong}")
    manifests = [json.loads(path.read_text()) for path in root.glob("focus/metadata/*/manifest.json")]
    told = sum(Decimal(manifest["control_totals"]["USD"]) for manifest in manifests)
    if told != sum(expected.values()):
        fail(f"the manifests say {told}, the API {sum(expected.values())}")
    return str(sum(expected.values()).normalize())


def check_theirs(connection):
    counts = connection.execute("SELECT (SELECT count(*) FROM ours), (SELECT count(*) FROM theirs)").fetchone()
    if counts[0] != counts[1]:
        fail(f"{counts[0]} rows of ours, {counts[1]} of theirs")
    found = connection.execute(
        """SELECT count(*), sum((o.texts <> t.texts)::INT), min(o.identity) FILTER (o.texts <> t.texts),
          max(abs(o.quantity - t.quantity)),
          max(abs(o.cost::DOUBLE - t.cost::DOUBLE) - o.price / 1e6 - 1e-9 * o.cost::DOUBLE),
          max(abs(o.price - t.price) / o.price), sum((NOT o.equal)::INT), sum((NOT t.equal)::INT)
        FROM ours o JOIN theirs t ON o.identity = t.identity AND o.number = t.number"""
    ).fetchone()
    if found[0] != counts[0]:
        fail(f"{found[0]} of {counts[0]} rows are in both")
    if found[1]:
        for name in ("ours", "theirs"):
            row = connection.execute(f"SELECT * FROM {name}_rows WHERE {IDENTITY} = {found[2]} LIMIT 1").fetchone()
            print(name, row, file=sys.stderr)
        fail(f"{found[1]} rows differ, such as these")
    if found[3] > 1.001 or found[4] > 0 or found[5] > 1e-9:
        fail(f"quantities differ by up to {found[3]} tokens, costs by {found[4]} more than that, prices by {found[5]}")
    if found[6] or found[7]:
        fail(f"{found[6]} rows of ours and {found[7]} of theirs have costs that are not equal to BilledCost")
    off = connection.execute(
        """WITH o AS (SELECT line, sum(cost::DOUBLE) c FROM ours GROUP BY ALL),
          t AS (SELECT line, sum(cost::DOUBLE) c FROM theirs GROUP BY ALL)
        SELECT count(*), max(abs(o.c - t.c) / abs(o.c)) FROM o JOIN t USING (line)"""
    ).fetchone()
    if off[1] > 1e-9:
        fail(f"sums by line item differ by up to {off[1]} of their size")
    return {"rows": counts[0], "cost_lines": off[0], "largest_difference": off[1]}


def read(connection, name, files):
    """A table with what is compared of each row; two rows with one identity are told apart by their quantity."""
    files = sorted(str(file) for file in files)
    for file in files:
        if gzip.open(file, "rt").readline() != ",".join(COLUMNS) + "\n":
            fail(f"{file} has other columns")
    connection.execute(
        f"""CREATE VIEW {name}_rows AS SELECT * FROM read_csv({files}, header = true, all_varchar = true,
        hive_partitioning = false, delim = ',', quote = '"', escape = '"', parallel = false)"""
    )
    texts = ", ".join(column for column in COLUMNS if column not in NUMBERS)
    connection.execute(
        f"""CREATE TABLE {name} AS SELECT identity, day, line, texts, quantity, cost, price, equal,
          row_number() OVER (PARTITION BY identity ORDER BY quantity) AS number
        FROM (SELECT {IDENTITY} AS identity, hash(ChargePeriodStart, SubAccountId, x_LineItem) AS line,
          ChargePeriodStart[:10] AS day, hash({texts}) AS texts, ConsumedQuantity::DOUBLE AS quantity,
          BilledCost AS cost, ContractedUnitPrice::DOUBLE AS price,
          BilledCost = ContractedCost AND BilledCost = EffectiveCost AND BilledCost = ListCost
            AND BilledCost = x_UnblendedCost AND ListUnitPrice = ContractedUnitPrice
            AND abs(PricingQuantity::DOUBLE * 1e6 - quantity) <= 1e-9 * quantity + 1e-3 AS equal
          FROM {name}_rows)"""
    )


def main(root, theirs):
    connection = duckdb.connect()
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
    read(connection, "ours", root.glob("focus/data/*/*/*.csv.gz"))
    read(connection, "theirs", theirs.glob("*.csv.gz"))
    total = check_ours(connection, root)
    print(json.dumps({"total": total, **check_theirs(connection)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
