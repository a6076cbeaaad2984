"""The FOCUS metadata beside the data, and the Billing Period dataset of 1.4."""

import csv
from datetime import date, timedelta
import json

TYPES = {"PeriodStart": "DATETIME", "PeriodEnd": "DATETIME", "Cost": "DECIMAL", "Quantity": "DECIMAL",
         "UnitPrice": "DECIMAL", "Tags": "JSON", "Details": "JSON", "ContractApplied": "JSON"}  # fmt: skip


def check(delivery, report):
    generator = read(delivery, "data_generator.json")
    report.check(isinstance(generator.get("DataGenerator"), str), "the data generator is named")
    check_schema(delivery, report)
    instances = delivery.metadata / "dataset_instances.json"
    if delivery.version == "1.2":
        present = [path.name for path in (instances, delivery.metadata / "recency") if path.exists()]
        report.check(not present, "1.2 has neither dataset instances nor recency", str(present))
    else:
        check_instances(delivery, report)
        check_recency(delivery, report)
    folder = delivery.root / "focus" / "billing_periods"
    if delivery.version == "1.4":
        check_billing_periods(delivery, folder / "billing_periods.csv", report)
    else:
        report.check(not folder.exists(), "billing periods are 1.4's")


def read(delivery, path):
    return json.loads((delivery.metadata / path).read_text(encoding="utf-8"))


def end_of(day):
    return f"{date.fromisoformat(day) + timedelta(days=1)}T00:00:00Z"


def check_schema(delivery, report):
    """Every manifest points to a schema, and the schema says what the files have."""
    identifiers = {manifest["schema_id"] for manifest in delivery.manifests}
    report.check(len(identifiers) == 1, "all months have one schema", str(identifiers))
    schema = read(delivery, f"schemas/schema-{min(identifiers)}.json")
    report.check(schema["SchemaId"] == min(identifiers), "the schema has the id that manifests name")
    report.check(schema["FocusVersion"] == delivery.version, "the schema's FOCUS version", schema["FocusVersion"])
    keys = {"SchemaId", "FocusVersion", "CreationDate", "DataGeneratorVersion", "ColumnDefinition"}
    if delivery.version != "1.2":
        keys.add("DatasetInstanceId")
    report.check(set(schema) == keys, "the schema has the properties of its version", str(set(schema) ^ keys))
    columns = schema["ColumnDefinition"]
    report.check([column["ColumnName"] for column in columns] == delivery.header, "one definition for each column")
    wrong = []
    for column in columns:
        name = column["ColumnName"]
        expected = next((kind for suffix, kind in TYPES.items() if name.endswith(suffix)), "STRING")
        if column["DataType"] != expected or (expected == "DECIMAL") != ("NumericPrecision" in column):
            wrong.append(column)
        if (name == "Tags") != ("ProviderTagPrefixes" in column):
            wrong.append(column)
        if (delivery.version == "1.3" and name in ("ProviderName", "PublisherName")) != column.get("Deprecated", False):
            wrong.append(column)
    report.check_none(wrong, "column definitions")


def check_instances(delivery, report):
    datasets = {"CostAndUsage"} | ({"BillingPeriod"} if delivery.version == "1.4" else set())
    instances = {instance["FocusDatasetId"]: instance for instance in read(delivery, "dataset_instances.json")}
    report.check(set(instances) == datasets, "an instance for each dataset", str(set(instances)))
    used = {manifest["dataset_instance_id"] for manifest in delivery.manifests}
    report.check(used == {instances["CostAndUsage"]["DatasetInstanceId"]}, "manifests name the instance", str(used))
    for schema in sorted((delivery.metadata / "schemas").glob("*.json")):
        identifier = json.loads(schema.read_text(encoding="utf-8"))["DatasetInstanceId"]
        known = [instance["DatasetInstanceId"] for instance in instances.values()]
        report.check(identifier in known, f"{schema.name} belongs to an instance")


def check_recency(delivery, report):
    """A sector for every delivered day; complete where the day is settled for all organizations."""
    identifier = delivery.manifests[0]["dataset_instance_id"]
    (recency,) = read(delivery, f"recency/recency-{identifier}.json")
    days = {}
    for _, day, _, delivered in delivery.organization_days():
        days[day] = days.get(day, True) and not delivered["open"]
    sectors = {
        sector["TimeSectorStart"][:10]: (sector["TimeSectorEnd"], sector["TimeSectorComplete"])
        for sector in recency["TimeSectors"]
    }
    expected = {day: (end_of(day), complete) for day, complete in days.items()}
    report.check(sectors == expected, "recency tells every day, complete or open", f"{sectors}, not {expected}")
    report.check({True, False} == set(days.values()), "there are complete and open days", str(days))
    report.check("DatasetInstanceComplete" not in recency, "a time series is complete by sector, not as a whole")
    updated = max(sector["TimeSectorLastUpdated"] for sector in recency["TimeSectors"])
    report.check(
        (recency["DatasetInstanceId"], recency["DatasetInstanceLastUpdated"]) == (identifier, updated),
        "recency belongs to the instance and was last updated with its newest sector",
    )


def check_billing_periods(delivery, path, report):
    with open(path, encoding="utf-8", newline="") as file:
        periods = list(csv.DictReader(file, strict=True))
    report.check(
        list(periods[0]) == ["BillingPeriodCreated", "BillingPeriodEnd", "BillingPeriodLastUpdated",
                             "BillingPeriodStart", "BillingPeriodStatus", "InvoiceIssuerName"],
        "billing periods have their six columns",
    )  # fmt: skip
    found = {(row["BillingPeriodStart"], row["BillingPeriodEnd"], row["InvoiceIssuerName"]) for row in periods}
    charged = {(row["BillingPeriodStart"], row["BillingPeriodEnd"], row["InvoiceIssuerName"]) for row in delivery.rows}
    report.check(found == charged and len(periods) == len(charged), "a billing period for each that charges name")
    states = {row["BillingPeriodStart"][:7]: row["BillingPeriodStatus"] for row in periods}
    report.check(states == {"2026-10": "Closed", "2026-11": "Open"}, "past and settled is closed", str(states))
    reference = read(delivery, "billing_periods.json")
    location = {"filepath": "billing_periods/billing_periods.csv", "total_bytes": path.stat().st_size,
                "total_rows": len(periods)}  # fmt: skip
    report.check(reference["data_location"] == [location], "the artifact points to its schema", str(reference))
    schema = read(delivery, f"schemas/schema-{reference['SchemaId']}.json")
    report.check(
        [column["ColumnName"] for column in schema["ColumnDefinition"]] == list(periods[0])
        and schema["DatasetInstanceId"] == reference["DatasetInstanceId"],
        "the billing periods' schema",
    )
    (recency,) = read(delivery, f"recency/recency-{reference['DatasetInstanceId']}.json")
    report.check(
        recency["DatasetInstanceComplete"] is False and "TimeSectors" not in recency, "its recency: a month is open"
    )
