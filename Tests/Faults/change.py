"""Time and restatements: a month's end, leap years, restated days, days that shrink."""

import json
import subprocess
import sys
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

from rig import OPEN, SETTLED, TODAY, expect, files, money, same


def cases(suite):
    rig = suite.rig
    days = ["2028-03-01"]
    if not suite.short:
        days += ["2028-02-29", "2027-03-01", "2027-01-01", "2026-12-03"]
    for today in days:
        suite.case(f"the clock stands at {today}", clock(rig, today))
    suite.case("a restated day replaces its own part and nothing else", restated(rig))
    suite.case("the same run on the next day settles a day", next_day(rig))
    for name, kept in (("lost all of its cost", 0), ("lost most of its cost", 1)):
        suite.case(f"a day that {name}", shrunk(suite, kept))


def truth(simulator, output):
    """Held against what was truly spent, by the check that all deliveries go through."""
    script = Path(__file__).parent.parent / "EndToEnd" / "check_delivery.py"
    done = subprocess.run([sys.executable, script, simulator.base, output], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-500:] + done.stderr[-300:]
    return done.stdout.strip().splitlines()[-1]


def clock(rig, today):
    def body():
        simulator = rig.simulate("--today", today, "--days", "40")
        output = rig.folder(f"clock-{today}")
        configuration = rig.configuration(output, simulator)
        clock = {"UNBLENDED_TODAY": today}
        expect(rig.run(configuration, "--no-window", environment=clock), 0)
        detail = truth(simulator, output)
        first = files(output)
        expect(rig.run(configuration, "--no-window", environment=clock), 0)
        assert first == files(output), "a second run changed something"
        delivered = {file.name[5:10] for file in output.glob("focus/data/*/*/part-*")}
        months = {path.name[-7:] for path in output.glob("focus/data/*")}
        # On the first five days of a month all of the previous one is read again.
        rereads = int(today[8:]) <= 5
        wanted = (date.fromisoformat(today).replace(day=1) - timedelta(days=1)).day if rereads else 5
        assert len(delivered) >= wanted, f"{wanted} days were asked for, {sorted(delivered)} came"
        if today == "2028-03-01":
            assert "00029" in delivered and months == {"2028-02"}, (delivered, months)
        return f"{', '.join(sorted(months))}: {detail}"
    return body


def restated(rig):
    def body():
        simulator = rig.simulate("--today", TODAY, "--days", "30")
        output, fresh = rig.folder("restated"), rig.folder("restated-fresh")
        configuration = rig.configuration(output, simulator)
        expect(rig.run(configuration), 0)
        before = files(output)
        simulator.set(f"organization=acme&restate={OPEN[0]}")
        result = rig.run(configuration)
        expect(result, 0)
        truth(simulator, output)
        expect(rig.run(rig.configuration(fresh, simulator)), 0)
        same(fresh, output, without=("focus/superseded",), history=False)
        after = files(output)
        parts = {name for name in before.keys() ^ after.keys() if name.startswith("focus/data/")}
        day = OPEN[0][-2:]
        assert len(parts) == 2 and all(f"org=acme/part-000{day}-" in name for name in parts), parts
        kept = [name for name in after if name.startswith("focus/superseded/")]
        assert kept, "the delivery before is not kept"
        # A settled day that changes is not fetched again, and stays as it was settled.
        simulator.set(f"organization=acme&restate={SETTLED[0]}")
        expect(rig.run(configuration), 0)
        assert files(output) == after, "a settled day was fetched again"
    return body


def next_day(rig):
    def body():
        simulator = rig.simulate("--today", TODAY, "--days", "30")
        output = rig.folder("next-day")
        configuration = rig.configuration(output, simulator)
        for today in (TODAY, "2026-11-21", "2026-11-24"):
            simulator.set(f"today={today}")
            expect(rig.run(configuration, "--no-window", environment={"UNBLENDED_TODAY": today}), 0)
        truth(simulator, output)
        record = json.loads((output / "raw/org=acme/dataset=costs/date=2026-11-15/_partition.json").read_text())
        assert record["open"] is False, "a day is still open"
    return body


def shrunk(suite, kept):
    rig = suite.rig

    def body():
        output = rig.copy(rig.reference(), "shrunk")
        configuration = rig.configuration(output, through_proxy=True)
        before = files(output, without=("raw",))
        rig.proxy.clear()
        rig.proxy.rewrite = shrinking(OPEN[0], kept)
        try:
            result = rig.run(configuration)
            has_flag = "--accept-shrink" in help_of(rig)
            if not has_flag and result.status == 0:
                suite.skip("this build has no --accept-shrink")
            expect(result, 65)
            assert OPEN[0] in result.err, result.err[-300:]
            assert money(output) == money(rig.reference()), "a day that shrank was delivered"
            changed = {name for name, digest in files(output, without=("raw",)).items() if before.get(name) != digest}
            assert not [name for name in changed if name.startswith("focus/data/")], changed
            if has_flag:
                expect(rig.run(configuration, "--accept-shrink"), 0)
                assert money(output) != money(rig.reference()), "what was accepted was not delivered"
        finally:
            rig.proxy.clear()
        # The API says again what it said before.
        expect(rig.run(rig.configuration(output), *(["--accept-shrink"] if has_flag else [])), 0)
        same(rig.reference(), output, without=("focus/superseded",), history=False)
        return "65, then accepted" if has_flag else "65"
    return body


def shrinking(day, kept):
    """Takes all rows of a day but the first `kept` out of the answers of the Costs API."""
    start = int(datetime.fromisoformat(day).replace(tzinfo=timezone.utc).timestamp())

    def rewrite(dataset, body):
        if dataset != "costs":
            return body
        page = json.loads(body, parse_float=str)
        for bucket in page["data"]:
            if bucket["start_time"] == start:
                rows = bucket["results"]
                bucket["results"] = [small(row) for row in rows[:kept]]
        return json.dumps(page).encode()
    return rewrite


def small(row):
    """The same row, worth next to nothing, whichever way it was grouped."""
    return {**{name: None for name in row}, "object": row["object"], "amount": {"value": "0.01", "currency": "usd"}}


def help_of(rig):
    return subprocess.run([rig.bin / "unblended", "run", "--help"], capture_output=True, text=True).stdout
