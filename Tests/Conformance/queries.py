"""Questions people ask of cost data, as SQL on a delivery in DuckDB; each figure against the simulator's truth."""

import re
from decimal import Decimal

import duckdb

# Money has up to 24 digits behind the point here, which leaves 14 before it. DuckDB refuses what does not fit.
MONEY, QUANTITY = "DECIMAL(38, 24)", "DECIMAL(38, 12)"
TOKENS = re.compile(
    r"(?:(?P<prefix>[^|,]+) \| )?(?P<model>[A-Za-z0-9][A-Za-z0-9_.:/-]*)(?: (?:text|image|audio))?, "
    r"(?P<kind>input|cached[ _]input|cache writes|output)(?:_tokens)?(?:, (?P<qualifier>[^,]+))?"
)
KINDS = {"input": ("Input", "Uncached"), "cached input": ("Input", "Read"), "cached_input": ("Input", "Read"),
         "cache writes": ("Input", "Write"), "output": ("Output", None)}  # fmt: skip
TIERS = {"priority", "flex", "batch", "scale", "fast", "ultrafast", "standard", "default"}


def connect(delivery):
    """The delivery as a table, every column of its FOCUS type, decimals exact."""
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    types = {}
    for name in delivery.header:
        if name.endswith("Cost"):
            types[name] = MONEY
        elif name.endswith("Quantity"):
            types[name] = QUANTITY
        elif name.endswith("UnitPrice"):
            # The one rounded figure of a delivery, with up to 34 digits that matter; never summed.
            types[name] = "DECIMAL(38, 18)"
        elif name.endswith(("PeriodStart", "PeriodEnd")):
            types[name] = "TIMESTAMP"
        elif name.endswith(("Tags", "Details", "ContractApplied")):
            types[name] = "JSON"
        else:
            types[name] = "VARCHAR"
    files = str(delivery.root / "focus" / "data" / "**" / "*.csv.gz")
    connection.execute(
        """CREATE TABLE focus_data_table AS
           SELECT * FROM read_csv(?, header = true, columns = ?, hive_partitioning = false)""",
        [files, types],
    )
    return connection


def check(delivery, truth, report):
    connection = connect(delivery)
    (count,) = connection.execute("SELECT count(*) FROM focus_data_table").fetchone()
    report.check(count == len(delivery.rows), "DuckDB reads every row", f"{count}, not {len(delivery.rows)}")
    def ask(what, sql, key, value):
        found = {tuple(row[:-1]): row[-1] for row in connection.execute(sql).fetchall()}
        expected = truth.sums(delivery, key, value)
        wrong = [
            (group, str(expected.get(group, 0)), str(found.get(group, 0)))
            for group in set(expected) | set(found)
            if expected.get(group, 0) != (found.get(group) or 0)
        ]
        report.check(len(expected) > 0, f"{what}: there is something to compare")
        report.check_none(wrong, what)

    def amount(line):
        return Decimal(line["amount"])

    def tokens(line):
        if line["quantity"] is None or line["quantity_unit"] != "tokens" or line["amount"].startswith("-"):
            return None
        return Decimal(line["quantity"])

    def meter(line):
        return TOKENS.fullmatch(line["line_item"])

    ask(
        "tokens by model, direction and cache",
        """SELECT x_ModelId, x_TokenDirection, x_TokenCacheAction, sum(ConsumedQuantity) FROM focus_data_table
           WHERE ConsumedUnit = 'Tokens' AND x_ModelId IS NOT NULL GROUP BY ALL""",
        lambda line, account, day: (match["model"], *KINDS[match["kind"]]) if (match := meter(line)) else None,
        tokens,
    )
    ask(
        "cost by model",
        "SELECT x_ModelId, sum(BilledCost) FROM focus_data_table GROUP BY ALL",
        lambda line, account, day: (match["model"] if (match := meter(line)) else None,),
        amount,
    )
    ask(
        "cost by sub account, that of the organization itself included",
        "SELECT BillingAccountId, SubAccountId, sum(EffectiveCost) FROM focus_data_table GROUP BY ALL",
        lambda line, account, day: (account, line["project_id"] or None),
        amount,
    )
    ask(
        "cost by service tier",
        "SELECT x_ServiceTier, sum(BilledCost) FROM focus_data_table WHERE x_ModelId IS NOT NULL GROUP BY ALL",
        lambda line, account, day: (tier(match["prefix"]),) if (match := meter(line)) else None,
        amount,
    )
    ask(
        "cost by service, month over month",
        """SELECT ServiceName, strftime(BillingPeriodStart, '%Y-%m'), sum(EffectiveCost) FROM focus_data_table
           GROUP BY ALL""",
        lambda line, account, day: ("OpenAI API", day[:7]),
        amount,
    )
    ask(
        "cost by day",
        """SELECT BillingAccountId, strftime(ChargePeriodStart, '%Y-%m-%d'), sum(BilledCost) FROM focus_data_table
           GROUP BY ALL""",
        lambda line, account, day: (account, day),
        amount,
    )
    ask(
        "credits",
        "SELECT BillingAccountId, sum(BilledCost) FROM focus_data_table WHERE ChargeCategory = 'Credit' GROUP BY ALL",
        lambda line, account, day: (account,) if line["amount"].startswith("-") else None,
        amount,
    )
    ask(
        "invoice: what each issuer bills each account for a period",
        """SELECT InvoiceIssuerName, BillingAccountId, strftime(BillingPeriodStart, '%Y-%m'), BillingCurrency,
                  sum(BilledCost)
           FROM focus_data_table GROUP BY ALL""",
        lambda line, account, day: ("OpenAI", account, day[:7], "USD"),
        amount,
    )
    names = {row["BillingAccountId"]: row["BillingAccountName"] for row in delivery.rows}
    ask(
        "cost by credential, where OpenAI bills by key",
        """SELECT x_CredentialId, sum(BilledCost) FROM focus_data_table
           WHERE BillingAccountName LIKE 'Acme%' AND x_CredentialId IS NOT NULL GROUP BY ALL""",
        lambda line, account, day: (
            (line["api_key_id"],) if line["api_key_id"] and names[account].startswith("Acme") else None
        ),
        amount,
    )
    check_control_totals(connection, delivery, report)
    if "AllocatedMethodId" in delivery.header:
        check_allocation(connection, delivery, report)


def tier(prefix):
    return prefix.lower() if prefix and prefix.lower() in TIERS else None


def check_control_totals(connection, delivery, report):
    """Sums in DuckDB against what the manifests state."""
    for manifest in delivery.manifests:
        (total,) = connection.execute(
            "SELECT sum(BilledCost) FROM focus_data_table WHERE strftime(BillingPeriodStart, '%Y-%m') = ?",
            [manifest["billing_period"]],
        ).fetchone()
        stated = Decimal(manifest["control_totals"]["USD"])
        report.check(total == stated, f"{manifest['billing_period']}: the control total", f"{total}, not {stated}")


def check_allocation(connection, delivery, report):
    """Cost by allocated resource adds up to the cost lines that were split, the unallocated rest included."""
    (split, by_resource, rest) = connection.execute(
        """SELECT sum(BilledCost), sum(BilledCost) FILTER (AllocatedResourceId IS NOT NULL),
                  coalesce(sum(BilledCost) FILTER (AllocatedResourceId IS NULL), 0)
           FROM focus_data_table WHERE AllocatedMethodId IS NOT NULL"""
    ).fetchone()
    resources = connection.execute(
        """SELECT AllocatedResourceId, any_value(AllocatedResourceName), sum(BilledCost) FROM focus_data_table
           WHERE AllocatedResourceId IS NOT NULL GROUP BY ALL ORDER BY 3 DESC"""
    ).fetchall()
    names = delivery.account_names()
    origins = [
        (names[row["BillingAccountId"]], row["ChargePeriodStart"][:10], row["SubAccountId"], row["x_LineItem"])
        for row in delivery.rows
    ]
    # Where a line item was split in part (its other cost lines were billed to somebody), only the sum can be told.
    pure = {origin for origin, row in zip(origins, delivery.rows) if row["AllocatedMethodId"]}
    pure -= {origin for origin, row in zip(origins, delivery.rows) if not row["AllocatedMethodId"]}
    expected = sum(
        line.amount
        for line in delivery.cost_lines()
        if (line.organization, line.day, line.project, line.line_item) in pure
    )
    found = sum(Decimal(row["BilledCost"]) for origin, row in zip(origins, delivery.rows) if origin in pure)
    report.check(
        len(pure) > 10 and found == expected, "allocated cost is that of the lines split", f"{found}, not {expected}"
    )
    report.check(sum(row[2] for row in resources) == by_resource, "cost by allocated resource adds up")
    report.check(by_resource + rest == split, "allocated and unallocated cost add up")
    report.check(
        len(resources) > 3 and all(row[1] for row in resources), "allocated resources have names", str(resources[:3])
    )
