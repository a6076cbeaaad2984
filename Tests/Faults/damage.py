"""Files that are truncated, flipped or removed afterwards: found, and mended from the stage before or refused by name."""

import shutil

from rig import DAYS, expect, files, same

# One of each kind of staged file; the first in the order of their names is taken.
KINDS = {
    "raw costs, settled": "raw/org=acme/dataset=costs/date=2026-11-12/part-*",
    "raw costs, open": "raw/org=acme/dataset=costs/date=2026-11-17/part-*",
    "raw control total": "raw/org=acme/dataset=costs_ungrouped/date=2026-11-13/part-*",
    "raw usage": "raw/org=globex/dataset=usage_completions/date=2026-11-12/part-*",
    "raw record": "raw/org=acme/dataset=costs/date=2026-11-13/_partition.json",
    "raw names": "raw/org=acme/dataset=users/*/part-*",
    "capabilities": "raw/org=globex/_capabilities.json",
    "normalized charges": "normalized/org=acme/date=2026-11-13/charges.csv.gz",
    "normalized usage": "normalized/org=globex/date=2026-11-14/usage.csv.gz",
    "normalized record": "normalized/org=acme/date=2026-11-12/_partition.json",
    "history of names": "names/org=acme/history.csv.gz",
    "names record": "names/org=globex/_partition.json",
    "delivered part": "focus/data/*/org=acme/part-00014-*",
    "manifest": "focus/metadata/BILLING_PERIOD=2026-11/manifest.json",
    "schema": "focus/metadata/schemas/*",
    "data generator": "focus/metadata/data_generator.json",
    "dataset instances": "focus/metadata/dataset_instances.json",
    "recency": "focus/metadata/recency/*",
    "spreadsheet": "spreadsheet/2026-11.csv",
}
# What the next stage reads; alone it cannot mend it, and says which file it is.
INPUTS = {
    "normalize": ["raw costs, settled", "raw usage", "raw control total", "raw record"],
    "load": ["normalized charges", "normalized record"],
}


def truncated(content, random):
    return content[:random.randrange(len(content))]


def flipped(content, random):
    place = random.randrange(len(content))
    return content[:place] + bytes([content[place] ^ 1 << random.randrange(8)]) + content[place + 1:]


def removed(content, random):
    return None


WAYS = [truncated, flipped, removed]


def cases(suite):
    rounds = 1 if suite.short else 5
    # The short form takes one of three, another one for each seed.
    some = list(enumerate(KINDS))[suite.random.randrange(3)::3] if suite.short else list(enumerate(KINDS))
    for number, kind in some:
        ways = [WAYS[number % 3]] if suite.short else WAYS
        for way in ways:
            for turn in range(rounds if way is not removed else 1):
                suite.case(f"{kind} {way.__name__} ({turn + 1})", mended(suite, kind, way))
    for program, kinds in INPUTS.items():
        for number, kind in enumerate(kinds[:1] if suite.short else kinds):
            for way in [WAYS[number % 3]] if suite.short else WAYS:
                suite.case(f"{kind} {way.__name__}, {program} alone", refused(suite, program, kind, way))


def hurt(suite, output, kind, way):
    """Damages one file; its path."""
    path = sorted(output.glob(KINDS[kind]))[0]
    content = path.read_bytes()
    damaged = way(content, suite.random)
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    return path


def mended(suite, kind, way):
    rig = suite.rig

    def body():
        reference = rig.reference()
        output = rig.copy(reference, "damaged")
        path = hurt(suite, output, kind, way)
        result = rig.run(rig.configuration(output))
        if result.status == 65:
            name = str(path.relative_to(output))
            assert name in result.err, f"refused without naming {name}: {result.err[-300:]}"
            shutil.rmtree(output)
            return "refused by name"
        expect(result, 0)
        same(reference, output, without=("focus/superseded",))
        shutil.rmtree(output)
        return "mended"
    return body


def refused(suite, program, kind, way):
    rig = suite.rig

    def body():
        reference = rig.reference()
        output = rig.copy(reference, "refused")
        path = hurt(suite, output, kind, way)
        if program == "normalize":
            # A day that is there and was made from these digests is kept without reading them again.
            organization, day = path.parent.parent.parent.name, path.parent.name
            shutil.rmtree(output / "normalized" / organization / day)
        result = rig.run(rig.configuration(output), *DAYS, program=program)
        expect(result, 65)
        name = str(path.parent.relative_to(output))
        assert name in result.err, f"refused without naming {name}: {result.err[-300:]}"
        assert files(output / "focus") == files(reference / "focus"), "something was delivered"
        expect(rig.run(rig.configuration(output)), 0)
        same(reference, output, without=("focus/superseded",))
        shutil.rmtree(output)
        return f"exit {result.status}, then mended"
    return body
