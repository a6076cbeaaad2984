"""A run as partitions in many processes at once, from outside: the same bytes as one run, and never two on one
partition. Started by scripts/check-distributed."""

import argparse
import concurrent.futures
import fcntl
import json
import pathlib
import random
import signal
import time

from place import Place, Results, difference, directory_files


def fan_out(place, results, name, config, plan, width=6):
    """All of extract, then all of normalize, each in any order and several at once; then one load."""
    order = random.Random(11)
    for stage in ("extract", "normalize"):
        partitions = list(plan[stage])
        order.shuffle(partitions)
        with concurrent.futures.ThreadPoolExecutor(width) as pool:
            ends = list(pool.map(lambda partition: place.run(stage, config, "--partition", partition), partitions))
        wrong = [(partition, end) for partition, end in zip(partitions, ends) if end[0] != 0]
        results.check(f"{name}: {len(partitions)} partitions of {stage}", not wrong, wrong[:2])
    code, _, error = place.run("load", config, "--partition", "@-", input="\n".join(plan["load"]) + "\n")
    results.check(f"{name}: one load", code == 0, error)


def check_windows(place, results):
    """The default window; a back-fill before it; the next day over what both left; each beside one machine's run."""
    one, many = place.configuration("one"), place.configuration("many")
    for name, today, window in [
        ("the default window", "2026-11-18", ()),
        ("a back-fill", "2026-11-18", ("--from", "2026-10-29", "--to", "2026-11-04")),
        ("days caught up", "2026-11-20", ()),
        ("nothing new", "2026-11-20", ()),
        ("one organization", "2026-11-20", ("--org", place.organizations[0], "--to", "2026-11-19")),
    ]:
        place.environment["UNBLENDED_TODAY"] = today
        plan = place.plan(many, *window)
        code, _, error = place.run("run", one, *window)
        results.check(f"{name}: one run", code == 0, error)
        fan_out(place, results, name, many, plan)
        truth, files = directory_files(place.work / "one"), directory_files(place.work / "many")
        results.check(f"{name}: the same bytes", files == truth and len(truth) > 50, difference(files, truth))
        litter = [path.name for path in (place.work / "many").glob(".locks/*")]
        results.check(f"{name}: no lock is left", not litter, litter)
    records = [path.name for path in (place.work / "many/runs").iterdir()]
    partitions = [json.loads((place.work / "many/runs" / name).read_text()).get("partitions") for name in records]
    named = {partition for some in partitions for partition in some or []}
    results.check("every partition has a record", set(plan["extract"]) <= named, records[:3])


def check_plan(place, results):
    config = place.configuration("plan")
    window = ("--from", "2026-11-16", "--to", "2026-11-20")
    plan = place.plan(config, *window)
    everything = [f"org={name},date=2026-11-{day}" for name in place.organizations for day in range(16, 20)]
    names = [f"org={name},dataset=names" for name in place.organizations]
    results.check("everything is due at first", sorted(plan["extract"]) == sorted(everything + names), plan["extract"])
    results.check("names and days are normalized", sorted(plan["normalize"]) == sorted(everything + names))
    results.check("days are loaded", plan["load"] == everything, plan["load"])
    results.check("plan writes nothing", not (place.work / "plan").exists())
    code, output, error = place.run("plan", config, *window, "--stage", "load", "--format", "lines")
    results.check("one stage by lines", output.split() == everything, output)

    # Days before the look-back settle; what is there and whole is not due.
    window = ("--from", "2026-11-08", "--to", "2026-11-12")
    organization = place.organizations[0]
    day = f"org={organization},date=2026-11-10"
    code, _, error = place.run("extract", config, "--partition", day)
    results.check("a partition of extract", code == 0, error)
    folders = sorted(path.name for path in (place.work / f"plan/raw/org={organization}").glob("dataset=*"))
    results.check("a day has no names", "dataset=costs" in folders and "dataset=users" not in folders, folders)
    results.check("a settled day is not due", day not in place.plan(config, *window)["extract"])
    results.check("its neighbours are", day.replace("10", "11") in place.plan(config, *window)["extract"])
    next((place.work / f"plan/raw/org={organization}/dataset=usage_completions").rglob("part-*")).write_bytes(b"damaged")
    results.check("a damaged one is due", day in place.plan(config, *window)["extract"])
    place.run("extract", config, "--partition", f"org={organization},dataset=names")
    days = {path.name for path in (place.work / f"plan/raw/org={organization}").glob("dataset=*/date=*")}
    results.check("names are of the day of the run", days == {"date=2026-11-10", "date=2026-11-20"}, days)
    place.run("extract", config, "--partition", day)
    place.run("normalize", config, "--partition", day)
    results.check(
        "a day is made without the history of names",
        (place.work / f"plan/normalized/org={organization}/date=2026-11-10").is_dir()
        and not (place.work / "plan/names").exists())
    place.run("normalize", config, "--partition", f"org={organization},dataset=names")
    results.check("names are brought up to date by themselves", (place.work / f"plan/names/org={organization}").is_dir())


def check_command_line(place, results):
    config = place.configuration("misuse")
    for program, arguments, words in [
        ("extract", ("--partition", "acme"), "acme"),
        ("extract", ("--partition", "org=acme,date=2026-02-30"), "2026-02-30"),
        ("extract", ("--partition", "org=acme,dataset=costs"), "dataset=costs"),
        ("extract", ("--partition", "org=nobody,date=2026-11-03"), "nobody"),
        ("extract", ("--partition", "org=acme,date=2026-11-21"), "has not begun"),
        ("normalize", ("--partition", "org=acme,date=2026-11-03", "--org", "acme"), "leave out"),
        ("run", ("--partition", "org=acme,date=2026-11-03", "--from", "2026-11-01"), "leave out"),
        ("load", ("--partition", "org=acme,dataset=names"), "no load"),
        ("load", ("--partition", "@/nowhere"), "no such file"),
        ("extract", ("--from-csv", "costs.csv", "--partition", "org=acme,date=2026-11-03"), "--from-csv"),
        ("plan", ("--format", "lines"), "--stage"),
    ]:
        code, output, error = place.run(program, config, *arguments)
        results.check(f"{program} {' '.join(arguments)} ends with 64", code == 64 and words in error, f"{code} {error}")
    code, _, error = place.run("load", config, "--partition", "@-", input="org=acme,date=2026-11-03\nnonsense\n")
    results.check("a line that is no partition is told", code == 64 and "line 2" in error, error)
    results.check("nothing was written", not (place.work / "misuse").exists())


def check_locks(place, results):
    config = place.configuration("locks")
    one, other = (f"org={name},date=2026-11-17" for name in place.organizations[:2])
    place.set("latency_ms=1500")
    slow = place.start("extract", config, "--partition", one)
    lock = place.work / "locks/.locks" / one
    deadline = time.monotonic() + 20
    while not lock.exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    for name, program, arguments, expected in [
        ("the same partition", "extract", ("--partition", one), 75),
        ("the same partition, another stage", "normalize", ("--partition", one), 75),
        ("the same partition among others", "extract", ("--partition", other, "--partition", one), 75),
        ("another partition", "normalize", ("--partition", f"org={place.organizations[0]},dataset=names"), 0),
        ("a load", "load", ("--partition", other), 75),
        ("a run", "run", (), 75),
    ]:
        start = time.monotonic()
        code, _, error = place.run(program, config, *arguments)
        results.check(f"beside a partition: {name}", code == expected, f"{code} {error}")
        results.check(f"beside a partition: {name}, at once", time.monotonic() - start < 1.4)
    results.check("the first was at work all the while", slow.poll() is None)
    slow.send_signal(signal.SIGKILL)
    slow.wait()
    place.set("latency_ms=0")
    results.check("a killed one leaves its lock file", lock.exists())
    code, _, error = place.run("extract", config, "--partition", one)
    results.check("a killed one holds nobody up", code == 0, error)

    scratch = place.work / "locks/.tmp/another-at-work"
    scratch.parent.mkdir(exist_ok=True)
    scratch.write_text("half a file")
    lock.write_text("")
    code, _, error = place.run("extract", config, "--partition", other)
    results.check("what others have set aside stays", code == 0 and scratch.exists(), error)
    with open(place.work / "locks/.lock", "r+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, _, error = place.run("extract", config, "--partition", other)
        results.check("no partition beside a run", code == 75, f"{code} {error}")
    code, _, error = place.run("run", config, "--from", "2026-11-17")
    results.check("a run removes what killed ones have left", code == 0 and not scratch.exists() and not lock.exists(), error)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--bin", required=True)
    parser.add_argument("--work", type=pathlib.Path, required=True)
    options = parser.parse_args()
    results = Results()
    # One of the organizations refuses what the other accepts.
    place = Place(
        options.bin, options.work, "--days", "30", "--rows", "12", "--projects", "3", "--users", "4", "--keys", "2",
        "--models", "3", "--oddities", "realistic,no-user-grouping=globex,key-floor=2026-11-02")
    try:
        check_command_line(place, results)
        check_plan(place, results)
        check_locks(place, results)
        check_windows(place, results)
    finally:
        place.close()
    results.end()


main()
