"""The official validator (focus-validator, FOCUS 1.2 and 1.3) and focus-data-toolkit (1.4)."""

import importlib.util
import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path

# What a delivery of OpenAI's spend supports; rules that apply only where something else is supported do not apply.
CRITERIA = ("ACCOUNT_NAMING_SUPPORTED", "USAGE_MEASUREMENT_SUPPORTED", "UNIT_PRICING_SUPPORTED",
            "PUBLIC_PRICE_LIST_SUPPORTED", "SUB_ACCOUNT_SUPPORTED", "TAGGING_SUPPORTED",
            "MULTIPLE_PRICING_CATEGORIES_SUPPORTED", "NEGOTIATED_PRICING_SUPPORTED")  # fmt: skip
SPLIT = "DATA_GENERATOR_SPLIT_COST_ALLOCATION_SUPPORTED"

# Rules whose failure is the rule's fault, by version. Nothing else may fail, and docs/conformance.md repeats this.
DEFECTIVE = {
    "1.2": {
        # "MUST NOT be null when the charge is associated with an invoice" has no condition in the model, nor has its
        # opposite: one of the two fails on every charge, their parent, which asks for either, passes.
        "InvoiceId-C-004-C",
        "InvoiceId-C-005-C",
        # The condition is an {"AND": [...]} without a CheckFunction, so it is dropped and every null fails.
        # finopsfoundation/focus_validator issue 142.
        "CapacityReservationStatus-C-004-C",
    },
    "1.3": {
        # As in 1.2.
        "CAU-CapacityReservationStatus-C-004-C",
        # "MUST NOT be null when SkuPriceId is not null" has the condition SkuPriceId == null: it fails on every
        # charge without a price, such as credits. finopsfoundation/focus_validator issue 143.
        "CAU-PricingCurrencyContractedUnitPrice-C-012-C",
    },
}
# The validator takes "conforms to StringHandling" for "is ASCII", which the specification does not say. A rule of
# this kind is excused where its column really holds other scripts, and nowhere else.
STRING_HANDLING = "FormatString"


def check(delivery, work, rules, report):
    path = delivery.write_csv(work / f"charges-{delivery.version}.csv")
    if delivery.version == "1.4":
        lint(path, "cost-and-usage", report)
        lint(delivery.root / "focus" / "billing_periods" / "billing_periods.csv", "billing-period", report)
        return
    if importlib.util.find_spec("focus_validator") is None:
        report.skip("focus-validator 2 needs Python 3.12, and none was found")
        return
    package = Path(importlib.util.find_spec("focus_validator").origin).parent
    folder = package / "rules" if delivery.version == "1.2" else rules
    models = sorted(folder.glob(f"model-{delivery.version}*.json")) if folder and folder.is_dir() else []
    if not models:
        report.skip("its rule model is no part of this project and was not found; see UNBLENDED_FOCUS_RULES")
        return
    known = json.loads(models[-1].read_text(encoding="utf-8"))
    check_columns(delivery, known, report)
    failed = validate(path, package, models[-1], work, delivery.version, report)
    if failed is not None:
        judge(delivery, known, failed, report)


def lint(path, dataset, report):
    tool = [sys.executable, "-m", "focus_data_toolkit", "validate", str(path), "--dataset", dataset]
    result = subprocess.run(tool, capture_output=True, text=True, timeout=120)
    report.check(
        result.returncode == 0 and "lint OK" in result.stdout,
        f"focus-data-toolkit: {dataset}",
        (result.stdout + result.stderr)[-800:],
    )


def rules_of(value):
    """All rules of a model: what has a ValidationCriteria, by id."""
    if isinstance(value, dict):
        for name, item in value.items():
            if isinstance(item, dict) and "ValidationCriteria" in item:
                yield name, item
            else:
                yield from rules_of(item)
    elif isinstance(value, list):
        for item in value:
            yield from rules_of(item)


def check_columns(delivery, model, report):
    """The exact column set: the columns whose presence the version's rules speak of."""
    expected = set()
    for name, rule in rules_of(model):
        requirement = rule["ValidationCriteria"].get("Requirement") or {}
        if requirement.get("CheckFunction") == "ColumnPresent" and not name.startswith("CC-"):
            if rule.get("DatasetId", "CostAndUsage") == "CostAndUsage":
                expected.add(requirement["ColumnName"])
    found = {name for name in delivery.header if not name.startswith("x_")}
    report.check(found == expected, f"the column set is {delivery.version}'s", str(found ^ expected))


def validate(path, package, model, work, version, report):
    """Runs the validator offline; the ids of the rules that failed."""
    run = work / f"validator-{version}"
    # It opens its list of currencies relative to the folder it runs in.
    (run / "focus_validator" / "rules").mkdir(parents=True)
    shutil.copy(package / "rules" / "currency_codes.csv", run / "focus_validator" / "rules")
    (run / "rules").mkdir()
    shutil.copy(model, run / "rules")
    criteria = CRITERIA if version == "1.2" else (*CRITERIA, SPLIT)
    # The exit code is 0 even where rules fail: only the JUnit file tells.
    result = subprocess.run(
        [Path(sys.executable).parent / "focus-validator", "--data-file", str(path), "--validate-version", version,
         "--rule-set-path", str(run / "rules"), "--block-download", "--applicability-criteria", ",".join(criteria),
         "--output-type", "unittest", "--output-destination", str(run / "junit.xml")],
        cwd=run, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    if not (run / "junit.xml").is_file():
        report.check(False, "focus-validator ran", (result.stdout + result.stderr)[-800:])
        return None
    cases = list(ElementTree.parse(run / "junit.xml").getroot().iter("testcase"))
    failed = {
        case.get("name").split(" ")[0]
        for case in cases
        if case.find("failure") is not None or case.find("error") is not None
    }
    judged = sum(1 for case in cases if case.find("skipped") is None)
    report.check(judged >= 200, "focus-validator judged the data", f"{judged} of {len(cases)} rules")
    print(f"        FOCUS {version}: focus-validator passed {judged - len(failed)} rules, failed {len(failed)}")
    return failed


def judge(delivery, model, failed, report):
    """Passes if each failed rule is defective, or composed of rules of which only defective ones failed."""
    known = dict(rules_of(model))
    excused = {}

    def reason(name):
        if name not in excused:
            excused[name] = None
            excused[name] = find_reason(name)
        return excused[name]

    def find_reason(name):
        if name in DEFECTIVE[delivery.version]:
            return "defective"
        rule = known.get(name, {})
        requirement = rule.get("ValidationCriteria", {}).get("Requirement") or {}
        column = requirement.get("ColumnName")
        if requirement.get("CheckFunction") == STRING_HANDLING:
            return "other scripts" if any(not (row[column] or "").isascii() for row in delivery.rows) else None
        parts = [item["ModelRuleId"] for item in requirement.get("Items", []) if "ModelRuleId" in item]
        guilty = [part for part in parts if part in failed]
        return "composite" if guilty and all(reason(part) for part in guilty) else None

    for name in sorted(failed):
        text = known.get(name, {}).get("ValidationCriteria", {}).get("MustSatisfy", "")
        report.check(reason(name) is not None, f"focus-validator: {name}", text)
        if reason(name):
            print(f"        excused {name}: {reason(name)}")
