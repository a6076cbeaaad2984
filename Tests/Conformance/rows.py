"""What the official validator cannot see in the rows: columns, nulls, dates, numbers, JSON, costs and splits."""

import json
import re
from collections import Counter, defaultdict
from decimal import Decimal
from pathlib import Path

import focus_data_toolkit
import jsonschema

DATE_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z")
DECIMAL = re.compile(r"-?(0|[1-9]\d*)\.\d+")
COSTS = ("BilledCost", "ContractedCost", "EffectiveCost", "ListCost")
PRICED = ("ConsumedQuantity", "ContractedUnitPrice", "ListUnitPrice", "PricingCategory", "PricingQuantity",
          "PricingCurrencyContractedUnitPrice", "PricingCurrencyListUnitPrice")  # fmt: skip
NEVER_NULL = (*COSTS, "BillingAccountId", "BillingAccountName", "BillingAccountType", "BillingCurrency",
              "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory", "ChargeDescription", "ChargeFrequency",
              "ChargePeriodEnd", "ChargePeriodStart", "HostProviderName", "InvoiceIssuerName", "PricingCurrency",
              "PricingCurrencyEffectiveCost", "ProviderName", "PublisherName", "ServiceCategory", "ServiceName",
              "ServiceProviderName", "ServiceSubcategory", "x_AttributionMethod", "x_UnblendedCost")  # fmt: skip
# What these columns may hold here; the official validator lets any text pass.
ALLOWED = {"ChargeCategory": {"Usage", "Credit"}, "ChargeClass": {None}, "PricingCategory": {"Standard", None},
           "ServiceCategory": {"AI and Machine Learning"}, "ServiceSubcategory": {"Generative AI"}}  # fmt: skip
FREQUENCY = {"Usage": "Usage-Based", "Credit": "One-Time"}
# Columns in which the parts of one cost line do not differ.
SAME = ("SkuId", "SkuPriceId", "PricingUnit", "ContractedUnitPrice", "ListUnitPrice", "ChargeCategory", "Tags")
# Columns that are null together.
TOGETHER = (("ConsumedQuantity", "ConsumedUnit"), ("PricingQuantity", "PricingUnit"), ("SkuId", "SkuMeter"),
            ("SubAccountId", "SubAccountName"), ("SubAccountId", "SubAccountType"), ("RegionId", "RegionName"),
            ("ResourceId", "ResourceType"), ("AllocatedResourceId", "AllocatedResourceName"),
            ("AllocatedMethodId", "AllocatedMethodDetails"),
            ("CapacityReservationId", "CapacityReservationStatus"))  # fmt: skip
# Columns that are null wherever the first one is.
NULL_WITH = (("AllocatedMethodId", "AllocatedResourceId"), ("AllocatedMethodId", "AllocatedTags"),
             ("SkuId", "SkuPriceId"), ("SkuPriceId", "SkuPriceDetails"), ("ResourceId", "ResourceName"),
             ("CommitmentDiscountId", "CommitmentDiscountStatus"))  # fmt: skip


def check(delivery, report):
    check_columns(delivery, report)
    check_formats(delivery, report)
    check_nulls(delivery, report)
    check_json(delivery, report)
    check_costs(delivery, report)
    check_periods(delivery, report)
    check_skus(delivery, report)
    check_origins(delivery, report)


def check_columns(delivery, report):
    """The exact column set, against the data model of 1.4; official.py does it for the versions with rules."""
    header = delivery.header
    focus = [name for name in header if not name.startswith("x_")]
    custom = header[len(focus) :]
    report.check(header == sorted(focus) + sorted(custom), "FOCUS columns A to Z, then custom ones A to Z", str(header))
    report.check(len(set(header)) == len(header), "no column twice")
    report.check_none(
        (name for name in custom if not re.fullmatch(r"x_[A-Z][A-Za-z0-9]{0,47}", name)), "names of custom columns"
    )
    if delivery.version == "1.4":
        model = Path(focus_data_toolkit.__file__).parent / "model" / "focus_1_4_model.json"
        expected = json.loads(model.read_text(encoding="utf-8"))["datasets"]["Cost and Usage"]["columns"]
        report.check(set(focus) == set(expected), "the column set is 1.4's", str(set(focus) ^ set(expected)))


def check_formats(delivery, report):
    def wrong(names, form):
        return [
            (name, row[name]) for row in delivery.rows for name in names if row[name] and not form.fullmatch(row[name])
        ]

    dates = [name for name in delivery.header if name.endswith(("PeriodStart", "PeriodEnd"))]
    numbers = [name for name in delivery.header if name.endswith(("Cost", "Quantity", "UnitPrice"))]
    report.check(len(dates) == 4 and len(numbers) >= 10, "date-time and decimal columns are there")
    report.check_none(wrong(dates, DATE_TIME), "date-times are UTC, YYYY-MM-DDTHH:mm:ssZ")
    report.check_none(wrong(numbers, DECIMAL), "decimals are plain text with a point")
    report.check_none(
        ((name, row[name]) for row in delivery.rows for name in PRICED
         if "Price" in name and (row[name] or "").startswith("-")),
        "unit prices are not negative",
    )  # fmt: skip
    report.check_none(
        (name for name in NEVER_NULL + ("x_LineItem",) for row in delivery.rows
         if name in row and row[name] is not None and not row[name].strip()),
        "no blank text",
    )  # fmt: skip


def check_nulls(delivery, report):
    rows, header = delivery.rows, set(delivery.header)
    report.check_none((name for row in rows for name in NEVER_NULL if name in row and row[name] is None), "never null")
    for one, other in TOGETHER:
        if one in header:
            report.check_none(
                ((row[one], row[other]) for row in rows if (row[one] is None) != (row[other] is None)),
                f"{one} and {other} are null together",
            )
    for one, other in NULL_WITH:
        if one in header:
            report.check_none(
                (row[other] for row in rows if row[one] is None and row[other] is not None),
                f"{other} is null where {one} is",
            )
    for name in PRICED:
        report.check_none(
            (row["x_LineItem"] for row in rows if (row["SkuPriceId"] is None) != (row[name] is None)),
            f"SkuPriceId and {name} are null together",
        )
    report.check_none(
        (row["x_LineItem"] for row in rows
         if row["ChargeCategory"] == "Usage" and row["x_LineItem"] and not row["SkuId"]),
        "usage with a line item has a SkuId",
    )  # fmt: skip
    for name, allowed in ALLOWED.items():
        found = {row[name] for row in rows}
        report.check(found == allowed, f"{name} is what it may be", str(found))
    report.check_none(
        (row["ChargeFrequency"] for row in rows if row["ChargeFrequency"] != FREQUENCY.get(row["ChargeCategory"])),
        "ChargeFrequency fits ChargeCategory",
    )
    report.check_none(
        (row["BilledCost"] for row in rows if (row["ChargeCategory"] == "Credit") != row["BilledCost"].startswith("-")),
        "credits are the negative charges",
    )
    report.check_none(
        (row["ConsumedQuantity"] for row in rows if row["ChargeCategory"] != "Usage" and row["ConsumedQuantity"]),
        "only usage is consumed",
    )
    report.check(any(row["SubAccountId"] is None for row in rows), "cost of the organization itself is delivered")
    report.check(any(not (row["SubAccountName"] or "").isascii() for row in rows), "names keep their script")


def pairs_once(pairs):
    """For json.loads: refuses a key that is there twice."""
    if len({name for name, _ in pairs}) != len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def check_json(delivery, report):
    schemas = Path(focus_data_toolkit.__file__).parent / "model" / "json_schemas"
    schema = json.loads((schemas / "allocatedmethoddetailsobjectschema.json").read_text(encoding="utf-8"))
    details = jsonschema.Draft202012Validator(schema)
    for name in ("AllocatedTags", "AllocatedMethodDetails", "SkuPriceDetails", "Tags"):
        wrong = []
        for text in {row[name] for row in delivery.rows if row.get(name)}:
            try:
                value = json.loads(text, object_pairs_hook=pairs_once)
            except ValueError as error:
                wrong.append((text, str(error)))
                continue
            if name == "AllocatedMethodDetails":
                wrong += [(text, error.message) for error in details.iter_errors(value)]
            elif not isinstance(value, dict) or any(isinstance(item, (dict, list)) for item in value.values()):
                wrong.append((text, "is no flat object"))
            elif name == "SkuPriceDetails" and not all(key.startswith("x_") for key in value):
                wrong.append((text, "has a key that FOCUS does not define"))
        report.check_none(wrong, f"{name} is JSON as FOCUS wants it")
    report.check(any(row["SkuPriceDetails"] for row in delivery.rows), "there are SkuPriceDetails")


def check_costs(delivery, report):
    wrong = []
    for row in delivery.rows:
        for cost, price in (("ContractedCost", "ContractedUnitPrice"), ("ListCost", "ListUnitPrice")):
            if row[price] is None or row["PricingQuantity"] is None:
                continue
            expected, found = Decimal(row[price]) * Decimal(row["PricingQuantity"]), Decimal(row[cost])
            if abs(expected - found) > Decimal("1e-9") * max(abs(found), 1):
                wrong.append((cost, row["x_LineItem"], str(expected), str(found)))
    report.check_none(wrong, "price x quantity = cost, within 1e-9")
    report.check_none(
        (row["x_LineItem"] for row in delivery.rows
         if {row[name] for name in ("EffectiveCost", "PricingCurrencyEffectiveCost", "x_UnblendedCost")}
         != {row["BilledCost"]}),
        "nothing is prepaid: effective and unblended cost are the billed cost",
    )  # fmt: skip
    report.check(
        all(row["BillingCurrency"] == row["PricingCurrency"] == "USD" for row in delivery.rows), "one currency: USD"
    )


def check_periods(delivery, report):
    wrong = []
    for row in delivery.rows:
        start, end = row["BillingPeriodStart"], row["BillingPeriodEnd"]
        year, month = int(start[:4]), int(start[5:7])
        after = f"{year + month // 12:04}-{month % 12 + 1:02}-01T00:00:00Z"
        if start[8:] != "01T00:00:00Z" or end != after:
            wrong.append((start, end))
        elif not start <= row["ChargePeriodStart"] < row["ChargePeriodEnd"] <= end:
            wrong.append((row["ChargePeriodStart"], row["ChargePeriodEnd"]))
    report.check_none(wrong, "charge periods lie in calendar months, ends exclusive")


def check_skus(delivery, report):
    for one, other in (("SkuPriceId", "SkuId"), ("SkuPriceId", "SkuPriceDetails"), ("SkuPriceId", "PricingUnit"),
                       ("SkuId", "SkuMeter"), ("ServiceName", "ServiceCategory"), ("x_LineItem", "SkuId")):  # fmt: skip
        values = defaultdict(set)
        for row in delivery.rows:
            if row[one] is not None and (other != "PricingUnit" or row[other]):
                values[row[one]].add(row[other])
        report.check_none(
            ((key, found) for key, found in values.items() if len(found) > 1), f"each {one} has one {other}"
        )


def check_origins(delivery, report):
    """Charges against the cost lines they come from: by organization, day, project and line item, each sum exact."""
    names = delivery.account_names()

    def key(row):
        return names[row["BillingAccountId"]], row["ChargePeriodStart"][:10], row["SubAccountId"], row["x_LineItem"]

    amounts, quantities, lines = defaultdict(Decimal), defaultdict(Decimal), Counter()
    for line in delivery.cost_lines():
        origin = (line.organization, line.day, line.project, line.line_item)
        amounts[origin] += line.amount
        lines[origin] += 1
        if line.quantity and line.amount >= 0:
            quantities[origin] += line.quantity
    found = {name: defaultdict(Decimal) for name in (*COSTS, "ConsumedQuantity")}
    parts = defaultdict(list)
    for row in delivery.rows:
        for name, sums in found.items():
            if row[name] is not None:
                sums[key(row)] += Decimal(row[name])
        if row["x_AttributionMethod"].startswith("usage-share"):
            parts[key(row)].append(row)
    for name, sums in found.items():
        expected = quantities if name == "ConsumedQuantity" else amounts
        report.check_none(
            ((origin, str(expected.get(origin, 0)), str(sums.get(origin, 0)))
             for origin in set(expected) | set(sums) if expected.get(origin, 0) != sums.get(origin, 0)),
            f"{name} of all parts is the cost line's, exactly",
        )  # fmt: skip
    report.check(len(parts) >= 20, "cost lines were split", f"{len(parts)}")
    if "AllocatedMethodId" not in delivery.header:
        return
    methods = {row["AllocatedMethodId"] for row in delivery.rows} - {None}
    report.check(len(methods) == 1, "there is one method of allocation", str(methods))
    split = defaultdict(list)
    for row in delivery.rows:
        if row["AllocatedMethodId"]:
            split[key(row)].append(row)
    report.check(set(parts) <= set(split), "what usage shared out is marked as allocated")
    wrong_ratios, wrong_shares, wrong_dimensions = [], [], []
    for origin, members in split.items():
        elements = [json.loads(row["AllocatedMethodDetails"], parse_float=Decimal, parse_int=Decimal)["Elements"][0]
                    for row in members]  # fmt: skip
        total = sum(element["AllocatedRatio"] for element in elements)
        # One origin's ratios sum to 1; cost lines that differ in key alone are several origins.
        if total != int(total) or not 1 <= total <= lines[origin]:
            wrong_ratios.append((origin, str(total)))
        if lines[origin] == 1:
            wrong_shares += shares(origin, members, elements, amounts[origin], quantities[origin])
        for name in SAME:
            if lines[origin] == 1 and len({row[name] for row in members}) > 1:
                wrong_dimensions.append((origin, name))
    report.check(any(lines[origin] == 1 for origin in split), "there are origins that are one cost line")
    report.check_none(wrong_ratios, "the ratios of an origin sum to 1, exactly")
    report.check_none(wrong_shares, "each part is its ratio's share, and each ratio that of its usage")
    report.check_none(wrong_dimensions, "the parts of an origin differ in Allocated and custom columns alone")


def shares(origin, members, elements, amount, quantity):
    """Parts of one cost line that are not their share of it. A quantity that counts whole things is split into whole
    things, so a part may be one off; its cost follows the quantity. Batch usage weighs half, as it costs half: no
    part has less than half of what another gets for the same usage."""
    whole = quantity == quantity.to_integral_value()
    for row, element in zip(members, elements):
        ratio = element["AllocatedRatio"]
        if row["ConsumedQuantity"] is not None:
            allowed = Decimal(1) if whole else Decimal("1e-6") * quantity
            if abs(Decimal(row["ConsumedQuantity"]) - quantity * ratio) > allowed:
                yield origin, row["ConsumedQuantity"], str(quantity * ratio)
            step = amount / quantity * allowed if quantity else abs(amount)
            if abs(Decimal(row["BilledCost"]) - amount * ratio) > abs(step) + Decimal("1e-12"):
                yield origin, row["BilledCost"], str(amount * ratio)
    used = [
        (element["AllocatedRatio"], element["UsageQuantity"]) for element in elements if element.get("UsageQuantity")
    ]
    most = max((ratio / usage for ratio, usage in used), default=Decimal(0))
    for ratio, usage in used:
        # Ratios have twelve digits.
        if ratio < most * usage / 2 - Decimal("1e-11") * usage:
            yield origin, str(ratio), str(usage)
