"""Whether the statements for warehouses that cannot be had here are read by a parser of their dialects."""

import sqlglot
from sqlglot import exp
from sqlglot.errors import ErrorLevel

from engines import statements

DIALECTS = ("bigquery", "snowflake", "redshift")


def check(dialect, script, report):
    """Every statement parses, and the table it makes has as many columns as it inserts."""
    unread = []
    columns = {}
    for statement in statements(script):
        # GoogleSQL: LOAD DATA {OVERWRITE|INTO} [{TEMP|TEMPORARY} TABLE]; the parser does not know the bracket.
        statement = statement.replace("LOAD DATA OVERWRITE TEMP TABLE", "LOAD DATA OVERWRITE")
        try:
            tree = sqlglot.parse_one(statement, dialect=dialect, error_level=ErrorLevel.RAISE)
        except sqlglot.errors.ParseError as error:
            report.check(False, f"parses: {statement[:60]}", str(error)[:300])
            continue
        report.check(True, f"parses: {statement[:60]!r}")
        if isinstance(tree, exp.Command):
            unread.append(" ".join(statement.split()[:2]))
        if isinstance(tree, exp.Create) and isinstance(tree.this, exp.Schema):
            columns[tree.this.this.name] = len([column for column in tree.this.expressions if isinstance(column, exp.ColumnDef)])
        if isinstance(tree, exp.Insert):
            target = tree.this
            report.check(
                len(target.expressions) == columns.get(target.this.name),
                "every column of the table is inserted",
                f"{len(target.expressions)} of {columns}",
            )
    if unread:
        print(f"skipped {report.title}: the parser passes over {', '.join(sorted(set(unread)))}")
