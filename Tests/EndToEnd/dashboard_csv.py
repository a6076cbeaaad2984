#!/usr/bin/env python3
"""Writes the cost CSV that OpenAI's dashboard would offer, from what the simulator says was truly spent.

    dashboard_csv.py BASE_URL ORGANIZATION FROM TO >costs.csv

FROM is inclusive, TO exclusive. Columns are those of the generation of 2026-09. Shares no code with the pipeline.
"""

import csv
import json
import sys
import urllib.parse
import urllib.request
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal, getcontext

getcontext().prec = 200

COLUMNS = (
    "start_time,end_time,start_time_iso,end_time_iso,amount_value,amount_currency,line_item,project_id,organization_id,"
    "organization_name,quantity,quantity_unit,user_id,api_key_id,project_name,user_email,api_source"
).split(",")
KEY = ("line_item", "project_id", "user_id", "api_key_id")


def rows(truth, day):
    """The day's rows, grouped by what the columns tell; one blank row for a day without cost."""
    start = datetime(day.year, day.month, day.day, tzinfo=timezone.utc)
    end = start + timedelta(days=1)
    frame = {
        "start_time": int(start.timestamp()), "end_time": int(end.timestamp()),
        "start_time_iso": start.isoformat(), "end_time_iso": end.isoformat(),
    }
    groups = {}
    for line in truth["lines"]:
        group = groups.setdefault(tuple(line[name] for name in KEY), {"amount": Decimal(0), "quantity": None, "line": line})
        group["amount"] += Decimal(line["amount"])
        if line["quantity"] is not None:
            group["quantity"] = (group["quantity"] or Decimal(0)) + Decimal(line["quantity"])
    for key, group in groups.items():
        yield frame | dict(zip(KEY, key)) | {
            "amount_value": format(group["amount"], "f"), "amount_currency": truth["currency"],
            "quantity": None if group["quantity"] is None else format(group["quantity"], "f"),
            "quantity_unit": group["line"]["quantity_unit"], "project_name": group["line"]["project_name"],
        }
    if not groups:
        yield frame


def main():
    base, organization, day, end = sys.argv[1:]
    day, end = date.fromisoformat(day), date.fromisoformat(end)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    writer = csv.DictWriter(sys.stdout, COLUMNS)
    writer.writeheader()
    while day < end:
        query = urllib.parse.urlencode({"organization": organization, "date": day})
        with opener.open(f"{base}/_simulate/truth?{query}", timeout=60) as answer:
            writer.writerows(rows(json.load(answer), day))
        day += timedelta(days=1)


if __name__ == "__main__":
    main()
