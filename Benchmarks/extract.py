"""extract against Polars, dlt and the bare transport, from one simulator on loopback; and with latency."""
import json
import math
import shutil
import urllib.request
from pathlib import Path

import dataset
import measure

HERE = Path(__file__).parent

# 225,000 usage rows, some 160 MB of pages.
WORLD = dataset.World(days=30, rows=7_500, projects=7)
# As many rows a day as the transform's: pages of 250 MB, for memory alone.
LARGE = dataset.World(days=14, rows=50_000, projects=50)
# Many small pages, a day each: what costs time is the number of requests.
LATE = dataset.World(days=60, rows=100, projects=2, users=100)
LATENCY_MS = 50
IN_FLIGHT = 8


class Ours:
    """Fetches into an empty output each time.

    What earlier rounds have left steps aside and is removed when all is measured: ext4 looks at every inode that was deleted
    in the last minutes before it gives one to a new file, and nobody deletes a thousand files before each run.
    """

    def __init__(self, tools, announced, world, folder, days_per_request=7):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        (folder / "pipeline.yaml").write_text(
            dataset.configuration(announced, columns=None, extract=(
                f"extract: {{ requests_in_flight: {IN_FLIGHT}, days_per_request: {days_per_request} }}\n"
            ))
        )
        self.folder = folder
        self.rounds = 0
        self.environment = dataset.environment(world, announced)
        self.command = [
            tools.bin / "extract", "--config", folder / "pipeline.yaml", *dataset.window(world), "--quiet",
            "--summary", "none",
        ]  # fmt: skip

    def run(self):
        if (self.folder / "output").exists():
            (self.folder / "output").rename(self.folder / f"earlier-{self.rounds}")
            self.rounds += 1
        return measure.run(self.command, self.environment)


class Server:
    """The running simulator, seen from the side."""

    def __init__(self, announced):
        self.root = announced["base_url"].removesuffix("/v1")

    def set(self, settings):
        urllib.request.urlopen(urllib.request.Request(f"{self.root}/_simulate/set?{settings}", method="POST")).read()

    def requests(self):
        return json.load(urllib.request.urlopen(f"{self.root}/_simulate/requests"))["requests"]


def contest(tools, scratch, rounds, with_dlt):
    """Measures fetching and writing out in turn. Returns contest, facts."""
    with dataset.simulator(tools.bin, WORLD) as announced:
        base, key = announced["base_url"], announced["organizations"][0]["key"]
        server = Server(announced)
        ours = Ours(tools, announced, WORLD, scratch / "extract")
        # The first time makes the simulator render its pages; from then on they are in its memory.
        ours.run()
        server.set("clear_requests=true")
        ours.run()
        requests = server.requests()
        urls = scratch / "urls"
        urls.write_text(
            f'header = "Authorization: Bearer {key}"\n'
            + "".join(
                f'url = "{server.root}{one["path"]}?{one["query"]}"\noutput = "/dev/null"\n' for one in requests
            )
        )
        curl = [
            "curl", "--silent", "--show-error", "--no-progress-meter", "--noproxy", "*", "--parallel",
            "--parallel-max", IN_FLIGHT, "--write-out", "%{size_download}\n", "--config", urls,
        ]  # fmt: skip
        size = sum(int(word) for word in measure.run(curl).output.split() if word.isdigit())
        plain_urls = scratch / "plain-urls"
        plain_urls.write_text("".join(f'{server.root}{one["path"]}?{one["query"]}\n' for one in requests))
        transport = [tools.python, HERE / "transport.py", key, plain_urls, "--in-flight", IN_FLIGHT]
        if int(measure.run(transport).output) < size:
            raise RuntimeError("urllib3 was given less than curl")

        def polars(parser, form):
            return measure.run(
                [tools.python, HERE / "polars_extract.py", base, key, scratch / "polars", WORLD.days, "--format", form,
                 "--parser", parser, "--in-flight", IN_FLIGHT]
            )  # fmt: skip

        parser = min(("polars", "orjson"), key=lambda name: polars(name, "parquet").seconds)
        counted = json.loads(polars(parser, "ndjson").output.strip().splitlines()[-1])
        if counted["usage_completions"] != WORLD.days * WORLD.rows:
            raise RuntimeError(f"Polars fetched {counted['usage_completions']} usage rows")
        game = measure.Contest(rounds)
        game.play({
            "ours": ours.run,
            "transport": lambda: measure.run(transport),
            "curl": lambda: measure.run(curl),
            "polars parquet": lambda: polars(parser, "parquet"),
            "polars ndjson": lambda: polars(parser, "ndjson"),
        })  # fmt: skip
        fetched = sum(
            json.loads(record.read_text())["rows"]
            for record in (scratch / "extract/output").glob("raw/*/dataset=usage_completions/*/_partition.json")
        )
        if fetched != counted["usage_completions"]:
            raise RuntimeError(f"extract fetched {fetched} usage rows")
        slow = measure.Contest(1)
        if with_dlt:
            command = [tools.python, HERE / "dlt_extract.py", base, key, scratch / "dlt", WORLD.days]
            slow.play({"dlt": lambda: measure.run(command)})
    return game, slow, {"requests": len(requests), "bytes": size, "rows": fetched, "polars_parser": parser}


def large(tools, scratch):
    """Days as large as the transform's, once: the simulator renders them meanwhile, so that the time says little."""
    with dataset.simulator(tools.bin, LARGE) as announced:
        return Ours(tools, announced, LARGE, scratch / "extract-large").run()


def latency(tools, scratch, rounds):
    """Returns the contest and the ideal: so many requests, so many at once, each answered so late."""
    with dataset.simulator(tools.bin, LATE) as announced:
        server = Server(announced)
        ours = Ours(tools, announced, LATE, scratch / "extract-late", days_per_request=1)
        ours.run()
        server.set("clear_requests=true")
        game = measure.Contest(rounds)

        def late():
            server.set(f"latency_ms={LATENCY_MS}")
            try:
                return ours.run()
            finally:
                server.set("latency_ms=0")

        game.play({"with latency": late, "without": ours.run})
        count = len(server.requests()) // (2 * rounds)
    return game, {"requests": count, "ideal": math.ceil(count / IN_FLIGHT) * LATENCY_MS / 1000}
