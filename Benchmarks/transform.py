"""normalize + load against DuckDB and against the floor, on the same raw/."""
import hashlib
import json
import os
import shutil
import subprocess
from pathlib import Path

import dataset
import measure

HERE = Path(__file__).parent

# Ways of writing the query. Which is best is tried on a small data set, once for each kind of file it leaves.
QUERIES = [("double", "join"), ("double", "window"), ("decimal", "join")]


def cores():
    return len(os.sched_getaffinity(0))


class Ours:
    """An output root with the raw/ of a data set, which normalize and load fill anew each time."""

    def __init__(self, tools, data, world, folder):
        self.tools, self.world, self.folder = tools, world, folder
        self.digest = None
        self.root = folder / "output"
        shutil.rmtree(folder, ignore_errors=True)
        self.root.mkdir(parents=True)
        # Hard links: the same files of the page cache, and nobody can change the originals but by renaming.
        subprocess.run(["cp", "-al", data / "output" / "raw", self.root / "raw"], check=True)
        shutil.copy(data / "pipeline.yaml", folder)

    def run(self):
        for derived in ("normalized", "names", "focus", "spreadsheet", "runs"):
            shutil.rmtree(self.root / derived, ignore_errors=True)
        normalize, load = self.stage("normalize"), self.stage("load")
        measure.progress(f"    normalize {normalize.seconds:.3f} s, load {load.seconds:.3f} s")
        took = normalize.then(load)
        # Outside of the time: every run has to leave the same bytes.
        digest = self.digest_of_output()
        if self.digest not in (None, digest):
            raise RuntimeError("two runs over the same raw/ left different bytes")
        self.digest = digest
        return took

    def with_defaults(self):
        """load for somebody who sets nothing, all columns and a spreadsheet: the first time, and again with nothing new."""
        configuration = self.folder / "pipeline.yaml"
        lines = configuration.read_text().splitlines(keepends=True)
        configuration.write_text("".join(
            line for line in lines if not line.lstrip().startswith(("columns:", "spreadsheet:"))
        ))  # fmt: skip
        shutil.rmtree(self.root / "focus")
        return self.stage("load"), self.stage("load")

    def stage(self, name):
        command = [self.tools.bin / name, "--config", self.folder / "pipeline.yaml", *dataset.window(self.world)]
        return measure.run([*command, "--quiet", "--summary", "none"], dataset.environment(self.world))

    def digest_of_output(self):
        total = hashlib.sha256()
        for path in sorted(self.root.rglob("*")):
            name = str(path.relative_to(self.root))
            if path.is_file() and name.startswith(("normalized/", "names/", "focus/")):
                total.update(name.encode())
                with open(path, "rb") as file:
                    total.update(hashlib.file_digest(file, "sha256").digest())
        return total.hexdigest()

    def parts(self):
        return sorted((self.root / "focus" / "data").rglob("*.csv.gz"))


def duckdb_command(tools, data, out, number, shape, compression):
    script = HERE / "duckdb_transform.py"
    flags = ["--number", number, "--shape", shape, "--compression", compression]
    return [tools.python, script, data, out, *flags]


def best_query(tools, data, scratch):
    """The fastest way of writing the query, tried on a small data set."""
    tried = {}
    for number, shape in QUERIES:
        command = duckdb_command(tools, data, scratch / "duckdb-trial", number, shape, "zstd")
        tried[number, shape] = measure.run(command).seconds
        measure.progress(f"  duckdb {number}, {shape}: {tried[number, shape]:.2f} s (trial with zstd)")
    shutil.rmtree(scratch / "duckdb-trial", ignore_errors=True)
    return min(tried, key=tried.get)


class Floor:
    """What no program can be faster than: igzip decompresses all of raw/ and compresses our CSV, on all cores."""

    def __init__(self, data, scratch, ours):
        self.scratch = scratch / "floor"
        self.data, self.ours = data, ours

    def prepare(self):
        shutil.rmtree(self.scratch, ignore_errors=True)
        self.scratch.mkdir(parents=True)
        inputs = sorted((self.data / "output" / "raw").rglob("*.gz"))
        (self.scratch / "inputs").write_text("\0".join(map(str, inputs)) + "\0")
        outputs = []
        for number, part in enumerate(self.ours.parts()):
            outputs.append(self.scratch / f"{number}.csv")
            with open(outputs[-1], "wb") as file:
                subprocess.run(["igzip", "-d", "-c", part], stdout=file, check=True)
        (self.scratch / "outputs").write_text("\0".join(map(str, outputs)) + "\0")
        self.output_bytes = sum(path.stat().st_size for path in outputs)

    def run(self):
        def each(listing, per_call, *command):
            quoted = " ".join(command)
            return measure.run(
                ["xargs", "-0", "-a", self.scratch / listing, "-P", cores(), "-n", per_call,
                 "sh", "-c", f'{quoted} "$@" >/dev/null', "sh"]
            )  # fmt: skip

        count = max(1, (self.scratch / "inputs").read_bytes().count(b"\0") // (4 * cores()))
        return each("inputs", count, "igzip", "-d", "-c").then(each("outputs", 1, "igzip", "-0", "-c"))


def contest(tools, data, world, scratch, rounds, query):
    """Measures all of them in turn and checks that they say the same. Returns contest, facts."""
    ours = Ours(tools, data, world, scratch / "ours")
    floor = Floor(data, scratch, ours)
    number, shape = query
    out = {name: scratch / f"duckdb-{name}" for name in ("gzip", "zstd", "none")}
    game = measure.Contest(rounds)
    # Once for warmth: caches, and the floor's input.
    ours.run()
    floor.prepare()
    contestants = {"ours": ours.run}
    for name, folder in out.items():
        command = duckdb_command(tools, data, folder, number, shape, name)
        contestants[f"duckdb {name}"] = lambda command=command: measure.run(command)
    contestants["floor"] = floor.run
    game.play(contestants)
    facts = json.loads(
        measure.run([tools.python, HERE / "agree.py", ours.root, out["gzip"]]).output.strip().splitlines()[-1]
    )
    facts["output_bytes"] = floor.output_bytes
    facts["defaults"] = ours.with_defaults()
    for folder in (*out.values(), floor.scratch, ours.folder):
        shutil.rmtree(folder, ignore_errors=True)
    return game, facts
