"""What history costs: a daily run over a year of partitions against one over a week, and runs with nothing new."""
import hashlib
import json
import shutil
from datetime import timedelta

import dataset
import measure
from extract import Server

# A year as far back as the API tells, ending on the 7th of a month: week and year have the same days in that month.
DAYS = 344
WEEK = 7


def contest(tools, scratch, rounds, rows):
    """Returns the contest; `nothing new` covers DAYS days."""
    world = dataset.World(days=DAYS, rows=rows, projects=max(1, rows // 1000 * 5), users=200)
    with dataset.simulator(tools.bin, world) as announced:
        server = Server(announced)
        server.set(f"today={world.last}")
        outputs = {"year": DAYS, "week": WEEK}
        for name, days in outputs.items():
            folder = scratch / f"history-{name}"
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(parents=True)
            # What somebody has who sets nothing: all columns, and the spreadsheet.
            (folder / "pipeline.yaml").write_text(
                dataset.configuration(announced, columns=None).replace("  spreadsheet: false\n", "")
            )
            run(tools, announced, world, folder, 0, "--from", world.last - timedelta(days=days), "--to", world.last)
            list_every_day(folder / "output" / "raw", world.last, days)
            run(tools, announced, world, folder, 0)
        game = measure.Contest(1)
        for later in range(1, rounds + 1):
            server.set(f"today={world.last + timedelta(days=later)}")
            game.play({name: lambda name=name: run(tools, announced, world, scratch / f"history-{name}", later)
                       for name in outputs})  # fmt: skip
        game.rounds = rounds
        # Long before today: settled, and not asked for again.
        settled = ["--from", dataset.FIRST, "--to", world.last - timedelta(days=10)]
        run(tools, announced, world, scratch / "history-year", rounds, *settled)
        game.play({"nothing new": lambda: run(tools, announced, world, scratch / "history-year", rounds, *settled)})
    return game


def list_every_day(raw, today, days):
    """Lists of names of every day before, as a run a day would have left them."""
    for snapshot in [folder.parent for folder in raw.glob(f"org=*/dataset=*/date={today}/_partition.json")]:
        for ago in range(1, days + 1):
            day = today - timedelta(days=ago)
            copy = snapshot.parent / f"date={day}"
            if copy.exists():
                continue
            shutil.copytree(snapshot, copy)
            text = (copy / "_partition.json").read_text()
            seal = json.loads(text)["record_sha256"]
            text = text.replace(f'"date" : "{today}"', f'"date" : "{day}"')
            digest = hashlib.sha256(text.replace(seal, "").encode()).hexdigest()
            (copy / "_partition.json").write_text(text.replace(seal, digest))


def run(tools, announced, world, folder, later, *window):
    """`unblended run` so many days after the window's end."""
    variables = dataset.environment(world, announced)
    variables["UNBLENDED_TODAY"] = str(world.last + timedelta(days=later))
    return measure.run(
        [tools.bin / "unblended", "run", "--config", folder / "pipeline.yaml", *window, "--quiet", "--summary", "none"],
        variables,
    )
