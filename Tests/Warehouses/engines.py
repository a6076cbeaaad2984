"""The warehouses, each started for the test alone: how statements are run, and how charges are read back."""

import getpass
import json
import os
import re
import shutil
import subprocess
from collections import Counter
from decimal import Decimal
from pathlib import Path

from deliveries import COLUMNS, TIMES, value


def statements(script):
    """Statements one by one, for clients that take no scripts. No text in them has a semicolon at a line's end."""
    for part in re.split(r";\s*\n", script):
        if re.sub(r"(?m)^\s*--.*$", "", part).strip():
            yield part.strip()


class Engine:
    """`execute` raises where a statement fails; `rows` yields tuples of COLUMNS."""

    columns = COLUMNS

    def charges(self, table, month):
        found = Counter()
        for row in self.rows(table):
            charge = tuple(value(name, text) for name, text in zip(self.columns, row))
            if charge[self.columns.index("BillingPeriodStart")] == f"{month}-01":
                found[charge] += 1
        return found


class DuckDB(Engine):
    name, dialect = "DuckDB", "duckdb"

    def __init__(self, folder):
        import duckdb

        self.connection = duckdb.connect(str(folder / "costs.duckdb"))
        # A session elsewhere must not move the instants.
        self.connection.execute("SET TimeZone = 'America/New_York'")
        self.version = duckdb.__version__

    def execute(self, script):
        try:
            self.connection.execute(script)
        except Exception:
            # As the end of a client's session does; that COMMIT takes all back as well is checked apart.
            try:
                self.connection.execute("COMMIT")
            except Exception:
                pass
            raise

    def rows(self, table):
        selected = ", ".join(
            f"strftime({name} AT TIME ZONE 'UTC', '%Y-%m-%d')" if name in TIMES else f"{name}::VARCHAR"
            for name in self.columns
        )
        return self.connection.execute(f"SELECT {selected} FROM {table}").fetchall()

    def total(self, table, month, currency):
        return self.connection.execute(
            f"SELECT sum(BilledCost) FROM {table} WHERE BillingCurrency = ? AND BillingPeriodStart = ?::TIMESTAMPTZ",
            [currency, f"{month}-01 00:00:00+00"],
        ).fetchone()[0]

    def close(self):
        self.connection.close()


class PostgreSQL(Engine):
    """A server of its own on a socket in the folder, run by a user without rights: it refuses to run as root."""

    name, dialect = "PostgreSQL", "postgres"

    def __init__(self, folder):
        programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))
        if not programs:
            raise RuntimeError("there is no PostgreSQL server: apt-get install postgresql")
        self.bin, self.socket, data = programs[-1], folder / "socket", folder / "data"
        self.user = "postgres" if os.geteuid() == 0 else getpass.getuser()
        self.data = data
        self.socket.mkdir()
        if os.geteuid() == 0:
            shutil.chown(folder, self.user)
            shutil.chown(self.socket, self.user)
        self._own([self.bin / "initdb", "-D", data, "-A", "trust", "-U", self.user, "-E", "UTF8", "--locale=C.UTF-8"])
        self._own(
            [self.bin / "pg_ctl", "-D", data, "-w", "-l", folder / "log"]
            + ["-o", f"-c listen_addresses='' -k {self.socket} -c fsync=off -c timezone=America/New_York", "start"]
        )
        self.version = self._psql("SHOW server_version").strip().split(" ")[0]

    def _own(self, command):
        command = [str(part) for part in command]
        if os.geteuid() == 0:
            command = ["runuser", "-u", self.user, "--"] + command
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/")

    def _psql(self, script):
        done = subprocess.run(
            [str(self.bin / "psql"), "-X", "-q", "-A", "-t", "-h", str(self.socket), "-U", self.user, "postgres"],
            input=script,
            capture_output=True,
            text=True,
        )
        if done.returncode != 0 or "ERROR" in done.stderr:
            raise RuntimeError(done.stderr)
        return done.stdout

    def execute(self, script):
        self._psql(script)

    def rows(self, table):
        selected = ", ".join(
            f"to_char({name} AT TIME ZONE 'UTC', 'YYYY-MM-DD')" if name in TIMES else f"{name}::text"
            for name in self.columns
        )
        for line in self._psql(f"SELECT json_build_array({selected})::text FROM {table}").splitlines():
            yield json.loads(line)

    def total(self, table, month, currency):
        return Decimal(
            self._psql(
                f"SELECT sum(BilledCost) FROM {table} WHERE BillingCurrency = '{currency}'"
                f" AND BillingPeriodStart = '{month}-01 00:00:00+00'"
            ).strip()
        )

    def close(self):
        self._own([self.bin / "pg_ctl", "-D", self.data, "-m", "immediate", "stop"])


class ClickHouse(Engine):
    name, dialect = "ClickHouse", "clickhouse"

    def __init__(self, folder):
        from chdb import session

        self.session = session.Session(str(folder / "clickhouse"))
        self.version = str(self.session.query("SELECT version()", "TSV")).strip()

    def execute(self, script):
        for statement in statements(script):
            self.session.query(statement)

    def rows(self, table):
        selected = ", ".join(
            f"formatDateTime({name}, '%Y-%m-%d', 'UTC')" if name in TIMES else f"toString({name})"
            for name in self.columns
        )
        for line in str(self.session.query(f"SELECT {selected} FROM {table}", "JSONCompactEachRow")).splitlines():
            yield json.loads(line)

    def total(self, table, month, currency):
        return Decimal(
            str(
                self.session.query(
                    f"SELECT toString(sum(BilledCost)) FROM {table} WHERE BillingCurrency = '{currency}'"
                    f" AND BillingPeriodStart = toDateTime('{month}-01 00:00:00', 'UTC')",
                    "TSVRaw",
                )
            ).strip()
        )

    def close(self):
        self.session.close()


class Spark(Engine):
    name, dialect = "Spark", "spark"

    def __init__(self, folder):
        from pyspark.sql import SparkSession

        os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
        self.session = (
            SparkSession.builder.master("local[2]")
            .config("spark.sql.warehouse.dir", str(folder / "spark"))
            .config("spark.ui.enabled", "false")
            .config("spark.ui.showConsoleProgress", "false")
            .config("spark.sql.shuffle.partitions", "2")
            .config("spark.sql.session.timeZone", "America/New_York")
            .config("spark.driver.bindAddress", "127.0.0.1")
            .config("spark.log.level", "OFF")
            .getOrCreate()
        )
        self.version = self.session.version

    def execute(self, script):
        for statement in statements(script):
            self.session.sql(statement).collect()

    def rows(self, table):
        selected = ", ".join(
            f"date_format(to_utc_timestamp({name}, 'America/New_York'), 'yyyy-MM-dd')"
            if name in TIMES
            else f"CAST({name} AS STRING)"
            for name in self.columns
        )
        return self.session.sql(f"SELECT {selected} FROM {table}").collect()

    def total(self, table, month, currency):
        return self.session.sql(
            f"SELECT sum(BilledCost) FROM {table} WHERE BillingCurrency = '{currency}'"
            f" AND BILLING_PERIOD = '{month}'"
        ).collect()[0][0]

    def close(self):
        self.session.stop()


SHORT = (DuckDB, PostgreSQL, ClickHouse)
LONG = SHORT + (Spark,)
