"""Makes the benchmark's organization with `simulate` and fetches it once into raw/, with our own extract.

    dataset.py BIN FOLDER full|tenth|triple|DAYSxROWS

leaves FOLDER/pipeline.yaml and FOLDER/output/raw, and does nothing where they are there already and were made with
the same parameters. Nothing but `extract` needs a key or a server afterwards.

The organization: completions usage by project, user, key, model, batch and service tier; costs by project and line
item only (the simulator refuses keys and users), so that every cost line is split by usage share into one charge for
each usage row and kind of token.
"""
import json
import os
import shutil
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from pathlib import Path

# What is compared: 42 columns, the FOCUS ones that say something here and those of ours. Both sides write them in
# this order.
COLUMNS = [
    "AllocatedMethodId", "AllocatedResourceId", "AllocatedResourceName", "BilledCost", "BillingAccountId",
    "BillingAccountName", "BillingCurrency", "BillingPeriodEnd", "BillingPeriodStart", "ChargeCategory",
    "ChargeDescription", "ChargePeriodEnd", "ChargePeriodStart", "ConsumedQuantity", "ConsumedUnit",
    "ContractedCost", "ContractedUnitPrice", "EffectiveCost", "InvoiceIssuerName", "ListCost", "ListUnitPrice",
    "PricingCategory", "PricingQuantity", "PricingUnit", "ServiceCategory", "ServiceName", "ServiceProviderName",
    "SkuId", "SkuMeter", "SkuPriceId", "SubAccountId", "SubAccountName",
    "x_AttributionMethod", "x_CredentialId", "x_CredentialName", "x_LineItem", "x_ModelId", "x_PrincipalId",
    "x_PrincipalName", "x_ServiceTier", "x_TokenDirection", "x_UnblendedCost",
]  # fmt: skip
assert len(COLUMNS) == 42

# The first day with data; all sizes end with whole, settled days.
FIRST = date(2026, 3, 1)


@dataclass(frozen=True)
class World:
    """What `simulate` is asked for. Rows a day are at most spenders x models = projects x (keys + 3) x models."""

    days: int
    rows: int
    projects: int
    keys: int = 60
    models: int = 20
    users: int = 1000
    seed: int = 20

    @property
    def last(self):
        return FIRST + timedelta(days=self.days)

    @property
    def today(self):
        """Late enough for every day to have settled."""
        return self.last + timedelta(days=9)

    def simulate_flags(self):
        return [
            "--seed", str(self.seed), "--organizations", "1", "--plain", "--oddities",
            "none,no-key-grouping,no-user-grouping", "--today", str(self.today), "--days", str(self.days + 10),
            "--rows", str(self.rows), "--projects", str(self.projects), "--keys", str(self.keys),
            "--models", str(self.models), "--users", str(self.users),
        ]  # fmt: skip


FULL = World(days=30, rows=50_000, projects=50)
SIZES = {
    "full": FULL,
    # A tenth of the projects: as many rows behind a cost line as in the full size.
    "tenth": replace(FULL, rows=5_000, projects=5),
    # The window grows, the largest day does not.
    "triple": replace(FULL, days=90),
}


def world(size):
    if size in SIZES:
        return SIZES[size]
    days, rows = (int(part) for part in size.split("x"))
    return World(days=days, rows=rows, projects=max(1, rows // 1000))


@contextmanager
def simulator(binary, world, *flags):
    """A running `simulate`; gives what it announced: base_url, organizations with their keys."""
    process = subprocess.Popen(
        [binary / "simulate", "--port", "0", *world.simulate_flags(), *flags], stdout=subprocess.PIPE, text=True
    )
    try:
        line = process.stdout.readline()
        if not line:
            raise RuntimeError("simulate ended before it listened")
        yield json.loads(line)
    finally:
        process.terminate()
        process.wait(timeout=30)


def configuration(announced, output="output", columns=COLUMNS, extract=""):
    """A pipeline.yaml for the announced organization."""
    account = announced["organizations"][0]
    chosen = f"\n  columns: [{', '.join(columns)}]" if columns else ""
    return (
        f"output: {output}\n"
        "organizations:\n"
        f"  - name: {account['name']}\n    id: {account['id']}\n    display_name: {account['name']}\n"
        f"    base_url: {announced['base_url']}\n    admin_key: {{ env: {account['key_env']} }}\n"
        f"{extract}"
        f'load:\n  focus_version: "1.3"\n  formats: [csv]\n  spreadsheet: false{chosen}\n'
    )


def environment(world, announced=None):
    """The environment of our programs: the day of the run, and the key where one is needed."""
    variables = {**os.environ, "UNBLENDED_TODAY": str(world.today)}
    for account in announced["organizations"] if announced else []:
        variables[account["key_env"]] = account["key"]
    return variables


def window(world):
    return ["--from", str(FIRST), "--to", str(world.last)]


def ready(binary, folder, world):
    """Makes the data set unless it is there. Returns its folder."""
    folder = Path(folder)
    parameters = json.dumps({"form": 2, **asdict(world), "columns": COLUMNS}, sort_keys=True)
    marker = folder / "parameters.json"
    if marker.exists() and marker.read_text() == parameters:
        return folder
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    print(f"making {world.days} days x {world.rows} usage rows in {folder}", file=sys.stderr, flush=True)
    with simulator(binary, world) as announced:
        (folder / "pipeline.yaml").write_text(configuration(announced))
        subprocess.run(
            [binary / "extract", "--config", folder / "pipeline.yaml", *window(world), "--quiet", "--summary", "none"],
            env=environment(world, announced),
            check=True,
        )
    shutil.rmtree(folder / "output" / "runs", ignore_errors=True)
    marker.write_text(parameters)
    return folder


if __name__ == "__main__":
    ready(Path(sys.argv[1]).resolve(), sys.argv[2], world(sys.argv[3]))
