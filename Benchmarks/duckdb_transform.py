"""The transform as somebody would write it with DuckDB: raw/ to FOCUS charges, in one SQL query.

    duckdb_transform.py DATA OUT [--number double|decimal] [--shape window|join] [--compression gzip|zstd|none]

Reads the same gzip'd NDJSON as `normalize`, writes the same columns as `load` with the same values: ids, names,
texts, costs and quantities split by usage share. What it does not do: exact decimals that sum up (shares are
floating point, unrounded), checks against the API's totals, a record of what was made from what, sorted rows,
partitions that can be replaced one by one.

With `none` the CSV is written without compression and packed by igzip afterwards, which is faster than DuckDB's gzip.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb

from dataset import COLUMNS

# The parts of a usage row by kind of token, as costs name them.
KINDS = [("input", "input_uncached_tokens"), ("cached input", "input_cached_tokens"), ("output", "output_tokens")]

USAGE = """
usage AS (
  SELECT start_time, r.project_id, r.user_id, r.api_key_id, r.model, r.service_tier AS tier,
    CASE WHEN r.batch THEN 0.5 ELSE 1 END AS factor,
    r.input_uncached_tokens AS t0, r.input_cached_tokens AS t1, r.output_tokens AS t2
  FROM (SELECT start_time, result AS r FROM read_json('{raw}/dataset=usage_completions/date=*/*.ndjson.gz',
    format = 'newline_delimited', compression = 'gzip', columns = {{start_time: 'BIGINT', result: 'STRUCT(
      project_id VARCHAR, user_id VARCHAR, api_key_id VARCHAR, model VARCHAR, service_tier VARCHAR, batch BOOLEAN,
      input_uncached_tokens BIGINT, input_cached_tokens BIGINT, output_tokens BIGINT)'}}))
),
tokens AS (
  SELECT start_time, project_id, user_id, api_key_id, model, tier, k AS kind,
    CASE k WHEN 0 THEN t0 WHEN 1 THEN t1 ELSE t2 END AS tokens, tokens * factor AS weight
  FROM usage, (VALUES (0), (1), (2)) kinds(k)
  WHERE CASE k WHEN 0 THEN t0 WHEN 1 THEN t1 ELSE t2 END > 0
),
"""

COSTS = """
cost_rows AS (
  SELECT start_time, end_time, r.project_id, r.line_item, r.quantity::{quantity} AS quantity,
    r.amount.value::{money} AS amount, upper(r.amount.currency) AS currency,
    regexp_extract(r.line_item, '^(?:(priority|flex) \\| )?([^,]+), (input|cached input|output)$',
      ['tier', 'model', 'kind']) AS parsed
  FROM (SELECT start_time, end_time, result AS r FROM read_json('{raw}/dataset=costs/date=*/*.ndjson.gz',
    format = 'newline_delimited', compression = 'gzip', columns = {{start_time: 'BIGINT', end_time: 'BIGINT',
      result: 'STRUCT(project_id VARCHAR, line_item VARCHAR, quantity VARCHAR,
        amount STRUCT("value" VARCHAR, currency VARCHAR))'}}))
),
costs AS (
  SELECT *, parsed.model AS model, CASE WHEN parsed.tier = '' THEN 'default' ELSE parsed.tier END AS tier,
    CASE parsed.kind WHEN 'input' THEN 0 WHEN 'cached input' THEN 1 ELSE 2 END AS kind,
    amount / quantity * 1000000 AS unit_price
  FROM cost_rows
),
projects AS (
  SELECT result.id, any_value(result.name) AS name FROM read_json('{raw}/dataset=projects/date=*/*.ndjson.gz',
    format = 'newline_delimited', columns = {{result: 'STRUCT(id VARCHAR, "name" VARCHAR)'}}) GROUP BY ALL
),
key_rows AS (
  SELECT result.id, nullif(result.name, '') AS name,
    coalesce(result.owner.user.id, result.owner.service_account.id) AS owner,
    coalesce(result.owner.user.name, result.owner.service_account.name) AS owner_name
  FROM read_json('{raw}/dataset=api_keys/date=*/*.ndjson.gz', format = 'newline_delimited',
    columns = {{result: 'STRUCT(id VARCHAR, "name" VARCHAR, "owner" STRUCT("user" STRUCT(id VARCHAR, "name" VARCHAR),
      service_account STRUCT(id VARCHAR, "name" VARCHAR)))'}})
),
keys AS (SELECT id, any_value(name) AS name, any_value(owner) AS owner FROM key_rows GROUP BY ALL),
principals AS (
  SELECT id, any_value(nullif(name, '')) AS name FROM (
    SELECT result.id, result.name
    FROM read_json(['{raw}/dataset=users/date=*/*.ndjson.gz', '{raw}/dataset=service_accounts/date=*/*.ndjson.gz'],
      format = 'newline_delimited', columns = {{result: 'STRUCT(id VARCHAR, "name" VARCHAR)'}})
    UNION ALL SELECT owner, owner_name FROM key_rows) GROUP BY ALL
),
"""

SHARES = {
    "window": """
shares AS (
  SELECT *, weight / sum(weight) OVER line AS share, count(*) OVER line AS parts FROM tokens
  WINDOW line AS (PARTITION BY start_time, project_id, model, tier, kind)
),
""",
    "join": """
lines AS (
  SELECT start_time, project_id, model, tier, kind, sum(weight) AS whole, count(*) AS parts FROM tokens GROUP BY ALL
),
shares AS (
  SELECT t.*, t.weight / l.whole AS share, l.parts FROM tokens t JOIN lines l ON t.start_time = l.start_time
    AND t.project_id = l.project_id AND t.model = l.model AND t.tier = l.tier AND t.kind = l.kind
),
""",
}

CHARGES = """
charges AS (
  SELECT s.api_key_id, s.share, s.parts, c.*, (s.share * c.quantity)::{part_quantity} AS part_quantity,
    (s.share * c.amount)::{part} AS part, coalesce(s.user_id, k.owner) AS principal_id,
    k.name AS key_name, p.name AS project_name, w.name AS principal_name
  FROM shares s
  JOIN costs c ON s.start_time = c.start_time AND s.project_id = c.project_id AND s.model = c.model
    AND s.tier = c.tier AND s.kind = c.kind
  LEFT JOIN keys k ON k.id = s.api_key_id
  LEFT JOIN projects p ON p.id = s.project_id
  LEFT JOIN principals w ON w.id = coalesce(s.user_id, k.owner)
)
"""

VALUES = {
    "AllocatedMethodId": "CASE WHEN parts > 1 THEN 'openai-usage-share-v1' END",
    "AllocatedResourceId": "CASE WHEN parts > 1 THEN coalesce(api_key_id, principal_id) END",
    "AllocatedResourceName": "CASE WHEN parts > 1 THEN CASE WHEN api_key_id IS NULL "
    "THEN coalesce(principal_name, principal_id) ELSE coalesce(key_name, api_key_id) END END",
    "BilledCost": "part",
    "BillingAccountId": "'{account}'",
    "BillingAccountName": "'{name}'",
    "BillingCurrency": "currency",
    "BillingPeriodEnd": "strftime(date_trunc('month', to_timestamp(start_time)) + INTERVAL 1 MONTH, '{stamp}')",
    "BillingPeriodStart": "strftime(date_trunc('month', to_timestamp(start_time)), '{stamp}')",
    "ChargeCategory": "CASE WHEN part < 0 THEN 'Credit' ELSE 'Usage' END",
    "ChargeDescription": "model || ' ' || CASE kind WHEN 0 THEN 'input' WHEN 1 THEN 'cached input' ELSE 'output' END "
    "|| ' tokens' || CASE WHEN tier = 'default' THEN '' ELSE ' (' || tier || ')' END",
    "ChargePeriodEnd": "strftime(to_timestamp(end_time), '{stamp}')",
    "ChargePeriodStart": "strftime(to_timestamp(start_time), '{stamp}')",
    "ConsumedQuantity": "part_quantity",
    "ConsumedUnit": "'Tokens'",
    "ContractedCost": "part",
    "ContractedUnitPrice": "unit_price",
    "EffectiveCost": "part",
    "InvoiceIssuerName": "'OpenAI'",
    "ListCost": "part",
    "ListUnitPrice": "unit_price",
    "PricingCategory": "'Standard'",
    "PricingQuantity": "part_quantity / 1000000",
    "PricingUnit": "'1000000 Tokens'",
    "ServiceCategory": "'AI and Machine Learning'",
    "ServiceName": "'OpenAI API'",
    "ServiceProviderName": "'OpenAI'",
    "SkuId": "model || '/' || parsed.kind",
    "SkuMeter": "CASE kind WHEN 0 THEN 'Input Tokens' WHEN 1 THEN 'Cached Input Tokens' ELSE 'Output Tokens' END",
    "SkuPriceId": "model || '/' || parsed.kind || '/' || CASE WHEN tier = 'default' THEN 'standard' ELSE tier END",
    "SubAccountId": "project_id",
    "SubAccountName": "coalesce(project_name, project_id)",
    "x_AttributionMethod": "CASE WHEN parts > 1 THEN 'usage-share' ELSE 'sole-user' END",
    "x_CredentialId": "api_key_id",
    "x_CredentialName": "key_name",
    "x_LineItem": "line_item",
    "x_ModelId": "model",
    "x_PrincipalId": "principal_id",
    "x_PrincipalName": "principal_name",
    "x_ServiceTier": "nullif(tier, 'default')",
    "x_TokenDirection": "CASE kind WHEN 2 THEN 'Output' ELSE 'Input' END",
    "x_UnblendedCost": "part",
}

# Decimals stop at 38 digits, and DuckDB divides them in floating point whatever their type.
TYPES = {
    "double": {"money": "DOUBLE", "quantity": "DOUBLE", "part": "DOUBLE", "part_quantity": "DOUBLE"},
    "decimal": {
        "money": "DECIMAL(38,18)", "quantity": "DECIMAL(18,2)", "part": "DECIMAL(38,18)",
        "part_quantity": "DECIMAL(18,4)",
    },
}  # fmt: skip


def query(raw, account, number, shape):
    texts = {"raw": raw, "account": account["id"], "name": account["name"], "stamp": "%Y-%m-%dT%H:%M:%SZ"}
    texts |= TYPES[number]
    parts = [USAGE, COSTS, SHARES[shape], CHARGES]
    columns = ", ".join(f'{VALUES[name].format(**texts)} AS "{name}"' for name in COLUMNS)
    return "WITH " + "".join(part.format(**texts) if part in (USAGE, COSTS, CHARGES) else part for part in parts) + (
        f"SELECT {columns} FROM charges"
    )


def account_of(data):
    """The organization's id and name from the pipeline.yaml, which is of our own making."""
    lines = (data / "pipeline.yaml").read_text().split("\n")
    found = {key: line.split(":", 1)[1].strip() for line in lines for key in ("id", "display_name")
             if line.strip().startswith(key + ":")}  # fmt: skip
    return {"id": found["id"], "name": found["display_name"]}


def transform(data, out, number, shape, compression, threads=None):
    raw = next((data / "output" / "raw").glob("org=*"))
    shutil.rmtree(out, ignore_errors=True)
    out.parent.mkdir(parents=True, exist_ok=True)
    threads = threads or len(os.sched_getaffinity(0))
    # Spilling goes beside the output; all of DuckDB's other defaults are its own advice.
    connection = duckdb.connect(config={"threads": threads, "temp_directory": str(out.parent / "duckdb-spill")})
    connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false; SET TimeZone = 'UTC'")
    packed = "" if compression == "none" else f", COMPRESSION {compression}"
    suffix = {"gzip": "csv.gz", "zstd": "csv.zst", "none": "csv"}[compression]
    connection.execute(
        f"COPY ({query(raw, account_of(data), number, shape)}) TO '{out}' "
        f"(FORMAT csv, HEADER, PER_THREAD_OUTPUT, FILE_EXTENSION '{suffix}'{packed})"
    )
    if compression == "none":
        files = [str(path) for path in out.iterdir()]
        for packer in [subprocess.Popen(["igzip", "-1", "--quiet", "--no-name", "--rm", file]) for file in files]:
            if packer.wait() != 0:
                sys.exit("igzip failed")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("data", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--number", choices=TYPES, default="double")
    parser.add_argument("--shape", choices=SHARES, default="join")
    parser.add_argument("--compression", choices=["gzip", "zstd", "none"], default="gzip")
    parser.add_argument("--threads", type=int)
    options = parser.parse_args()
    data, out = options.data.resolve(), options.out.resolve()
    transform(data, out, options.number, options.shape, options.compression, options.threads)
    print(json.dumps({"duckdb": duckdb.__version__}))
