"""The queries of the FOCUS use-case library, where they are at hand: each of the version must run without an error.

They are no part of this project. The file is Markdown: a heading for each query, a line that says of which file of the
library, by version, it is, and its SQL with `?` for what the reader fills in.
"""

import re

import duckdb

from queries import connect

FILE = re.compile(r"`curated/(?P<version>[\d.]+)/(?P<name>\w+)\.yaml`(?: \(also in (?P<also>[^)]*)\))?")
VALUES = {"providername": "OpenAI", "serviceprovidername": "OpenAI", "servicename": "OpenAI API",
          "pricingunit": "1000000 Tokens", "pricingcurrency": "USD", "billingcurrency": "USD"}  # fmt: skip


def check(delivery, path, report):
    if path is None or not path.is_file():
        report.skip("the use-case queries are no part of this project and were not found; see UNBLENDED_FOCUS_CASES")
        return
    queries = read(path.read_text(encoding="utf-8"), delivery.version)
    connection = connect(delivery)
    wrong, answered = [], 0
    for name, sql in sorted(queries.items()):
        try:
            answered += bool(connection.execute(fill(sql, delivery)).fetchall())
        except duckdb.Error as error:
            wrong.append((name, str(error)[:300]))
    report.check(len(queries) >= 40, "there are use-case queries", str(len(queries)))
    report.check_none(wrong, f"all {len(queries)} use-case queries run")
    report.check(answered >= len(queries) // 3, "many of them return rows", f"{answered} of {len(queries)}")
    print(f"        FOCUS {delivery.version}: {len(queries)} use-case queries, {answered} return rows")


def read(text, version):
    """The version's queries by name; where it has a text of its own, that one."""
    own, shared = {}, {}
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        file, sql = FILE.search(section), re.search(r"```sql\n(.*?)```", section, re.DOTALL)
        if not file or not sql:
            continue
        if file["version"] == version:
            own[file["name"]] = sql[1]
        elif version in re.findall(r"[\d.]+\d", file["also"] or ""):
            shared[file["name"]] = sql[1]
    return {**shared, **own}


def fill(sql, delivery):
    """SQL with a value for each `?`, chosen by the column it is compared with."""
    some = next(row for row in delivery.rows if row["SubAccountId"])
    starts = sorted({row["BillingPeriodStart"] for row in delivery.rows})

    def value(match):
        column, operator = match["column"].lower(), match["operator"]
        if column.endswith(("start", "end")):
            return match["before"] + (f"'{starts[0]}'" if operator.startswith(">") else "'2027-01-01T00:00:00Z'")
        known = {name.lower(): text for name, text in some.items() if text}
        text = VALUES.get(column) or known.get(column) or "none"
        return match["before"] + "'" + text.replace("'", "''") + "'"

    sql = re.sub(r"(?P<before>(?P<column>\w+)\s*(?P<operator>>=|<=|<|>|=)\s*)\?", value, sql)
    return sql.replace("?", "'team'")
