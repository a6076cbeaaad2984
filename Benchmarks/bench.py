"""Runs the comparisons and prints the table; see scripts/bench, which installs what this needs."""
import argparse
import json
import shutil
import signal
import statistics
import sys
import traceback
from dataclasses import dataclass
from pathlib import Path

import dataset
import extract
import history
import measure
import transform

PARTS = ["transform", "extract", "latency", "history", "start"]


@dataclass
class Tools:
    # Folder of the release build's programs, and the python of the peers.
    bin: Path
    python: Path


class Report:
    """The lines of the table, and the figures of the last line."""

    def __init__(self):
        self.lines = []
        self.figures = {}

    def heading(self, text):
        self.lines.append("")
        self.lines.append(text)
        self.lines.append(f"{'':34}{'seconds':>10}{'ratio':>9}{'peak MB':>9}{'rows/s':>12}")

    def row(self, name, seconds, ratio=None, peak=None, rows=None):
        self.lines.append(
            f"{name:34}{seconds:10.3f}{'' if ratio is None else f'{ratio:.2f}':>9}"
            f"{'' if peak is None else f'{peak:.0f}':>9}{'' if rows is None else f'{rows / seconds:,.0f}':>12}"
        )

    def note(self, text):
        self.lines.append(f"  {text}")


def compare_transform(report, tools, data, options):
    sizes = ["tenth"] if options.quick else ["full", "tenth", *(["triple"] if options.triple else [])]
    folders = {size: dataset.ready(tools.bin, data / size, dataset.SIZES[size]) for size in {*sizes, "tenth"}}
    query = transform.best_query(tools, folders["tenth"], data / "out")
    for size in sizes:
        world = dataset.SIZES[size]
        measure.progress(f"transform, {size}: {world.days} days x {world.rows} usage rows")
        rounds = options.rounds if size != "triple" else 1
        game, facts = transform.contest(tools, folders[size], world, data / "out", rounds, query)
        report.heading(
            f"transform, {size}: {world.days} days, {world.days * world.rows:,} usage rows, {facts['rows']:,} charges, "
            f"{facts['output_bytes'] / 1e6:,.0f} MB of CSV"
        )
        names = {
            "ours": "normalize + load", "duckdb gzip": f"DuckDB, {query[0]}, {query[1]}, gzip",
            "duckdb zstd": "DuckDB, the same, zstd", "duckdb none": "DuckDB, the same, then igzip",
            "floor": "floor: igzip in and out",
        }  # fmt: skip
        for name, label in names.items():
            ratio = None if name == "ours" else game.ratio(name, "ours")
            report.row(label, game.seconds(name), ratio, game.peak_mb(name), facts["rows"])
        report.note("ratio: theirs / ours. Ours is the API's totals to the last digit, the same bytes in every run;")
        report.note(f"DuckDB has the same rows; its sums by line item are off by {facts['largest_difference']:.0e} at most.")
        first, again = facts["defaults"]
        report.note(
            f"load with its defaults, all columns and a spreadsheet: {first.seconds:.2f} s, {first.peak_mb:.0f} MB; "
            f"again with nothing new {again.seconds:.2f} s, {again.peak_mb:.0f} MB."
        )
        prefix = "transform" if size == sizes[0] else f"transform_{size}"
        report.figures |= {
            f"{prefix}_vs_duckdb": game.ratio("duckdb gzip", "ours"),
            f"{prefix}_vs_duckdb_zstd": game.ratio("duckdb zstd", "ours"),
            f"{prefix}_vs_duckdb_igzip": game.ratio("duckdb none", "ours"),
            f"{prefix}_vs_floor": game.ratio("ours", "floor"),
            f"{prefix}_seconds": game.seconds("ours"),
            f"{prefix}_peak_mb": game.peak_mb("ours"),
            f"{prefix}_load_defaults_peak_mb": max(first.peak_mb, again.peak_mb),
        }


def compare_extract(report, tools, data, options):
    measure.progress("extract")
    game, slow, facts = extract.contest(tools, data / "out", options.rounds, with_dlt=True)
    size = f"{facts['requests']} requests, {facts['bytes'] / 2**20:.0f} MiB"
    report.heading(f"extract: {facts['rows']:,} usage rows, {size}")
    best = min(("polars parquet", "polars ndjson"), key=game.seconds)
    report.row("extract", game.seconds("ours"), None, game.peak_mb("ours"), facts["rows"])
    for name in ("polars parquet", "polars ndjson"):
        label = f"{name.replace('polars', 'Polars,')}, {facts['polars_parser']}"
        report.row(label, game.seconds(name), game.ratio(name, "ours"), game.peak_mb(name), facts["rows"])
    dlt = slow.seconds("dlt") / game.seconds("ours")
    report.row("dlt", slow.seconds("dlt"), dlt, slow.peak_mb("dlt"), facts["rows"])
    report.row("transport: urllib3, dropped", game.seconds("transport"), game.ratio("transport", "ours"),
               game.peak_mb("transport"), facts["rows"])  # fmt: skip
    report.row("curl to /dev/null", game.seconds("curl"), game.ratio("curl", "ours"),
               game.peak_mb("curl"), facts["rows"])  # fmt: skip
    report.note("ratio: theirs / ours. All fetch the same pages, 8 at once, from one simulator that has them in memory.")
    report.figures |= {
        "extract_vs_polars": game.ratio(best, "ours"),
        "extract_vs_transport": game.ratio("ours", "transport"),
        "extract_vs_curl": game.ratio("ours", "curl"),
        "extract_vs_dlt": dlt,
        "extract_seconds": game.seconds("ours"),
        "extract_peak_mb": game.peak_mb("ours"),
    }
    if not options.quick:
        peak = extract.large(tools, data / "out").peak_mb
        rows = extract.LARGE.rows
        report.note(f"extract of {extract.LARGE.days} days with {rows:,} usage rows each holds {peak:.0f} MB at most.")
        report.figures["extract_large_peak_mb"] = peak


def compare_latency(report, tools, data, options):
    measure.progress("extract with latency")
    game, facts = extract.latency(tools, data / "out", 1 if options.quick else options.rounds)
    report.heading(
        f"extract with {extract.LATENCY_MS} ms of latency: {facts['requests']} requests, {extract.IN_FLIGHT} in flight"
    )
    report.row("extract", game.seconds("with latency"), None, game.peak_mb("with latency"))
    ratio = game.seconds("with latency") / facts["ideal"]
    report.row("ideal: requests / in flight", facts["ideal"], 1 / ratio)
    report.row("extract without latency", game.seconds("without"))
    report.figures |= {"extract_latency_vs_ideal": ratio}


def compare_history(report, tools, data, options):
    measure.progress("history")
    game = history.contest(tools, data / "out", options.rounds, 200 if options.quick else 2_000)
    report.heading(f"unblended run with a history of {history.DAYS} days")
    report.row("daily run, week of history", game.seconds("week"), None, game.peak_mb("week"))
    report.row("daily run, year of history", game.seconds("year"), game.ratio("year", "week"), game.peak_mb("year"))
    settled = history.DAYS - 10
    report.row(f"nothing new in {settled} days", game.seconds("nothing new"), None, game.peak_mb("nothing new"))
    report.figures |= {
        "daily_year_vs_week": game.ratio("year", "week"),
        "nothing_new_seconds_a_year": game.seconds("nothing new") / settled * 365,
    }


def compare_start(report, tools, data, options):
    measure.progress("start")
    medians = {}
    for name in ("extract", "normalize", "load", "unblended"):
        took = [measure.run([tools.bin / name, "--version"]).seconds for _ in range(20)]
        medians[name] = statistics.median(took)
    slowest = max(medians, key=medians.get)
    report.heading("--version, the slowest program")
    report.row(slowest, medians[slowest])
    report.figures |= {"version_ms": medians[slowest] * 1000}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("bin", type=Path)
    parser.add_argument("python", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--triple", action="store_true")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--data", type=Path, default=Path(".build/bench"))
    parser.add_argument("--only", default=",".join(PARTS))
    parser.add_argument("--dataset-only", action="store_true")
    options = parser.parse_args()
    chosen = options.only.split(",")
    if unknown := set(chosen) - set(PARTS):
        raise ValueError(f"--only names {', '.join(sorted(unknown))}; there are {', '.join(PARTS)}")
    # A virtual environment's python is a link that must not be followed.
    tools = Tools(options.bin.resolve(), options.python.absolute())
    data = options.data.resolve()
    if options.dataset_only:
        for size in ["tenth", "full", *(["triple"] if options.triple else [])]:
            dataset.ready(tools.bin, data / size, dataset.SIZES[size])
        return {"data": str(data)}
    report = Report()
    try:
        for part in PARTS:
            if part in chosen:
                globals()[f"compare_{part}"](report, tools, data, options)
    finally:
        # What was measured before a failure is worth seeing.
        print("\n".join(report.lines).lstrip("\n"), flush=True)
        # Not before: see Ours in extract.py.
        shutil.rmtree(data / "out", ignore_errors=True)
    figures = {name: round(value, 4) for name, value in report.figures.items()}
    figures["peak_mb"] = max([v for n, v in figures.items() if n.endswith("_peak_mb")], default=0)
    figures["quick"] = options.quick
    return figures


def stopped(number, frame):
    """As if interrupted at the terminal: what was started ends, and the last line is written."""
    raise KeyboardInterrupt(signal.Signals(number).name)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, stopped)
    try:
        figures = main()
    except (Exception, KeyboardInterrupt, SystemExit) as error:
        if isinstance(error, SystemExit) and error.code == 0:  # --help
            raise
        traceback.print_exc()
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:2000]}), flush=True)
        sys.exit(1)
    print()
    print(json.dumps(figures), flush=True)
