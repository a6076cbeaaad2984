"""The whole pipeline into buckets, from outside: programs, faults, kills and locks. Started by scripts/check-stores."""

import argparse
import decimal
import json
import pathlib
import random
import signal
import subprocess
import time
import urllib.parse

import duckdb
import duckdb_extension_httpfs
from bench import DAYS, MANIFEST, Bench, Results, Watcher, difference, directory_files


def check_whole_runs(bench, results):
    code, summary, error = bench.run(bench.configuration("directory", bench.work / "directory"))
    results.check("a run into a directory", code == 0, error)
    truth = directory_files(bench.work / "directory")
    results.check("the run has delivered", MANIFEST in truth)

    code, summary, error = bench.run(bench.configuration("s3", "s3://finops/runs/s3"))
    results.check("a run into S3", code == 0, error)
    files = bench.bucket_files("runs/s3")
    results.check("S3 holds what the directory holds", files == truth, difference(files, truth))

    code, summary, error = bench.run(bench.configuration("gcs", "gs://finops/runs/gcs"))
    results.check("a run into Cloud Storage", code == 0, error)
    files = bench.gcs_files("runs/gcs")
    results.check("Cloud Storage holds what the directory holds", files == truth, difference(files, truth))

    split = bench.configuration(
        "split", bench.work / "split", stores={"normalized": "s3://finops/runs/split", "focus": "gs://finops/runs/split"})
    code, summary, error = bench.run(split)
    results.check("a run with a root for each stage", code == 0, error)
    places = [directory_files(bench.work / "split"), bench.bucket_files("runs/split"), bench.gcs_files("runs/split")]
    merged = places[0] | places[1] | places[2]
    results.check("the roots together hold it all", merged == truth, difference(merged, truth))
    results.check(
        "each root holds its folders",
        [sorted({name.split("/")[0] for name in place}) for place in places]
        == [["raw"], ["names", "normalized"], ["focus", "spreadsheet"]])

    before = bench.call("GET", "s3")["requests"].get("PUT", 0)
    code, summary, error = bench.run(bench.configuration("s3", "s3://finops/runs/s3"))
    puts = bench.call("GET", "s3")["requests"].get("PUT", 0) - before
    # The lock is taken, tried and let go, and the run is recorded.
    results.check("a second run writes nothing but its record", code == 0 and puts <= 4, f"{code}, {puts} PUTs {error}")
    files = bench.bucket_files("runs/s3")
    results.check("a second run changes nothing", files == truth, difference(files, truth))

    for stage in ("extract", "normalize", "load"):
        config = bench.configuration("stages", "s3://finops/runs/stages")
        code, summary, error = bench.run(config, program=stage, command=())
        results.check(f"{stage} with S3", code == 0, error)
    files = bench.bucket_files("runs/stages")
    results.check("three stages give the same bytes", files == truth, difference(files, truth))

    difference_code = subprocess.run(
        [bench.bin / "unblended", "diff", "--strict", bench.work / "directory", "s3://finops/runs/s3"],
        env=bench.environment | {"AWS_ENDPOINT_URL_S3": bench.s3["endpoint"], "AWS_REGION": bench.s3["region"]},
        capture_output=True, text=True)
    results.check("diff reads S3", difference_code.returncode == 0, difference_code.stderr)
    code, output, error = bench.finish(bench.start(bench.work / "s3.yaml", command=("doctor",)))
    results.check("doctor can write to S3", code == 0 and "can be listed and written" in output, output + error)
    return truth


def check_duckdb(bench, results, truth):
    """DuckDB's own S3 client, whose extension comes from PyPI as well."""
    expected = json.loads(truth[MANIFEST])["control_totals"]["USD"]
    database = duckdb.connect()
    source = "s3://finops/runs/s3/focus/data/*/*/*.csv.gz"
    extension = next(pathlib.Path(duckdb_extension_httpfs.__file__).parent.rglob("httpfs.duckdb_extension"))
    database.execute(f"LOAD '{extension}'")
    key = bench.s3["keys"]["pipeline"]
    database.execute(
        f"CREATE SECRET (TYPE s3, KEY_ID '{key['id']}', SECRET '{key['secret']}', REGION '{bench.s3['region']}', "
        f"ENDPOINT '{urllib.parse.urlsplit(bench.s3['endpoint']).netloc}', URL_STYLE 'path', USE_SSL false)")
    total = database.execute(
        f"SELECT sum(BilledCost) FROM read_csv('{source}', types = {{'BilledCost': 'DECIMAL(38,24)'}})").fetchone()[0]
    results.check("the sum that DuckDB reads from S3 is the control total", total == decimal.Decimal(expected), f"{total}, not {expected}")


FAULTS = ["500", "503", "429", "cut-upload", "lost-response", "cut-download", "corrupt-upload", "corrupt-download", "reset"]


def check_faults(bench, results, truth):
    for server, scheme, read in (("s3", "s3", bench.bucket_files), ("gcs", "gs", bench.gcs_files)):
        bench.faults([{"fault": FAULTS, "times": 100_000, "rate": 0.06}], server)
        config = bench.configuration(
            f"faults-{server}", f"{scheme}://finops/runs/faults",
            object_storage={"retry_budget_seconds": 60, "lock_seconds": 30})
        code, summary, error = bench.run(config)
        done = bench.call("GET", server)["done"]
        bench.faults([], server)
        results.check(f"a run over a faulty {server}", code == 0, error[-2000:])
        results.check(f"faults of {server} were made", len(done) >= 6, done)
        files = read("runs/faults")
        results.check(f"faults of {server} leave no trace", files == truth, difference(files, truth))

    def fails(name, plan, expected, words, root="s3://finops/runs/refused", environment=None, s3=None, budget=1):
        bench.faults(plan)
        config = bench.configuration(
            "refused", root, object_storage={"retry_budget_seconds": budget},
            s3={"endpoint_url": bench.s3["endpoint"], "region": bench.s3["region"]} | (s3 or {}))
        start = time.monotonic()
        code, summary, error = bench.run(config, environment=environment)
        bench.faults([])
        results.check(f"{name} ends with {expected}", code == expected, f"{code} {error}")
        results.check(f"{name} says why", all(word in error for word in words), error)
        results.check(f"{name} ends soon", time.monotonic() - start < 15)
        results.check(f"{name} has a summary", json.loads(summary)["exit_code"] == expected, summary)

    fails("a store that is down", [{"fault": "500", "times": 10_000}], 69, ["s3://finops", "500", "attempts"])
    fails("a store that is too busy", [{"fault": "503", "times": 10_000}], 69, ["SlowDown"])
    fails("a store that nobody serves", [], 69, ["127.0.0.1:9"], s3={"endpoint_url": "http://127.0.0.1:9"})
    fails("a bucket that is not there", [], 78, ["s3://nowhere", "NoSuchBucket"], root="s3://nowhere/x")
    fails(
        "a wrong secret", [], 77, ["s3://finops", "SignatureDoesNotMatch"],
        environment={"AWS_SECRET_ACCESS_KEY": "not-the-secret-of-this-key"})
    fails("an unknown key", [], 77, ["InvalidAccessKeyId"], environment={"AWS_ACCESS_KEY_ID": "AKIAUNKNOWN"})
    reader = bench.s3["keys"]["reader"]
    bench.secrets.add(reader["secret"])
    fails(
        "a key that may only read", [], 77, ["cannot write s3://finops/runs/refused/.lock", "AccessDenied"],
        environment={"AWS_ACCESS_KEY_ID": reader["id"], "AWS_SECRET_ACCESS_KEY": reader["secret"]})
    fails(
        "no credentials", [], 77, ["no credentials"],
        environment={"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_EC2_METADATA_DISABLED": "true"})
    refused = bench.keys("runs/refused")
    results.check("what was refused has written nothing", refused == [], refused)


def check_credentials(bench, results):
    """Profiles and roles, for real: STS lends, S3 checks what was lent."""
    key = bench.s3["keys"]["pipeline"]
    folder = bench.work / ".aws"
    folder.mkdir(exist_ok=True)
    (folder / "credentials").write_text(
        f"[default]\naws_access_key_id = nobody\naws_secret_access_key = nothing\n\n"
        f"[finops]\naws_access_key_id = {key['id']}\naws_secret_access_key={key['secret']}\n")
    (folder / "config").write_text(
        f"[profile finops]\nregion = {bench.s3['region']}\nendpoint_url = {bench.s3['endpoint']}\n\n"
        f"[profile role]\nrole_arn = {bench.s3['role']}\nsource_profile = finops\nregion = {bench.s3['region']}\n")
    none = {"AWS_ACCESS_KEY_ID": "", "AWS_SECRET_ACCESS_KEY": "", "AWS_ENDPOINT_URL_STS": bench.s3["endpoint"]}
    token = bench.work / "token"
    token.write_text("a.web.token\n")
    ways = {
        "a profile": none | {"AWS_PROFILE": "finops"},
        "a role of a profile": none | {"AWS_PROFILE": "role"},
        "web identity": none | {"AWS_WEB_IDENTITY_TOKEN_FILE": str(token), "AWS_ROLE_ARN": bench.s3["role"]},
    }
    config = bench.configuration("credentials", "s3://finops/runs/s3")
    for name, environment in ways.items():
        code, output, error = bench.finish(bench.start(config, command=("doctor",), environment=environment))
        results.check(f"credentials from {name}", code == 0 and "can be listed and written" in output, output + error)
    code, output, error = bench.finish(
        bench.start(config, command=("doctor",), environment=none | {"AWS_PROFILE": "missing"}))
    results.check("a missing profile", code == 77 and "missing" in output, output + error)


def check_lock(bench, results):
    settings = {"lock_seconds": 3, "retry_budget_seconds": 5}
    config = bench.configuration("lock", "s3://finops/runs/lock", object_storage=settings)
    # The first run is held up at its first partition.
    bench.faults([{"fault": "hang", "seconds": 6, "times": 1, "method": "PUT", "match": "runs/lock/raw"}])
    first = bench.start(config, *DAYS, "--quiet", "--summary", "json")
    while "runs/lock/.lock" not in bench.keys("runs/lock"):
        time.sleep(0.05)
    time.sleep(0.3)
    start = time.monotonic()
    code, summary, error = bench.run(config)
    results.check("a second run ends with 75", code == 75 and "held by process" in error, f"{code} {error}")
    results.check("a second run ends at once", time.monotonic() - start < 3)
    time.sleep(4)
    code, summary, error = bench.run(config)
    results.check("a lock is renewed for as long as its run goes on", code == 75, f"{code} {error}")
    code, summary, error = bench.finish(first)
    results.check("the first run goes through", code == 0, error)
    code, summary, error = bench.run(config)
    results.check("a lock that is let go is free at once", code == 0, error)

    bench.faults([{"fault": "hang", "seconds": 30, "times": 1, "method": "GET", "match": "runs/lock/raw"}])
    dead = bench.start(config, *DAYS, "--quiet", "--summary", "json")
    time.sleep(1.5)
    dead.send_signal(signal.SIGKILL)
    bench.finish(dead)
    bench.faults([])
    code, summary, error = bench.run(config)
    results.check("the lock of a killed run still holds", code == 75 and "falls free in" in error, f"{code} {error}")
    time.sleep(4.5)
    code, summary, error = bench.run(config)
    results.check("the lock of a killed run falls free by itself", code == 0, f"{code} {error}")

    # A run that was stopped for longer than its lock holds must not go on writing.
    bench.faults([{"fault": "hang", "seconds": 2, "times": 1, "method": "GET", "match": "runs/lock/raw"}])
    stopped = bench.start(config, *DAYS, "--quiet", "--summary", "json")
    time.sleep(1.2)
    stopped.send_signal(signal.SIGSTOP)
    time.sleep(5)
    code, summary, error = bench.run(config)
    results.check("a stopped run's lock falls free", code == 0, f"{code} {error}")
    stopped.send_signal(signal.SIGCONT)
    code, summary, error = bench.finish(stopped)
    results.check("a run that lost its lock writes nothing more", code == 75 and "could not be renewed" in error, f"{code} {error}")


def check_kills(bench, results, kills):
    """A month that is published again and again with other charges while runs are killed."""
    prefix = "runs/kills"
    settings = {"lock_seconds": 2, "retry_budget_seconds": 10}
    config = bench.configuration("kills", f"s3://finops/{prefix}", object_storage=settings)
    code, summary, error = bench.run(config, "--from", "2026-11-14", "--to", "2026-11-17")
    results.check("the first publication", code == 0, error)
    # Two deliveries to go back and forth between: FOCUS 1.2 and 1.3 have the same money in other files.
    one = bench.configuration("kills-one", f"s3://finops/{prefix}", object_storage=settings)
    other = bench.configuration("kills-other", f"s3://finops/{prefix}", object_storage=settings)
    other.write_text(other.read_text().replace('focus_version: "1.3"', 'focus_version: "1.2"'))
    totals = {json.loads(bench.read(f"{prefix}/{MANIFEST}"))["control_totals"]["USD"]}
    watcher = Watcher(bench, prefix, totals)
    watcher.start()
    chance = random.Random(7)
    window = ["--from", "2026-11-14", "--to", "2026-11-17"]
    killed = 0
    for round in range(kills):
        config = (one, other)[round % 2]
        process = bench.start(config, *window, "--quiet", "--summary", "json", program="load", command=())
        try:
            process.wait(timeout=chance.uniform(0.05, 0.9))
        except subprocess.TimeoutExpired:
            process.send_signal(signal.SIGKILL)
            killed += 1
        bench.finish(process)
        deadline = time.monotonic() + 10
        while chance.random() < 0.6 or round == kills - 1:
            code, summary, error = bench.run(config, *window, program="load", command=())
            if code != 75 or time.monotonic() > deadline:
                results.check("the run after a kill", code == 0, f"{code} {error}")
                manifest = json.loads(bench.read(f"{prefix}/{MANIFEST}"))
                named = sorted("focus/" + file["path"] for file in manifest["files"])
                present = sorted(key[len(prefix) + 1:] for key in bench.keys(f"{prefix}/focus/data"))
                results.check("a glob counts nothing twice when all is quiet", named == present, present)
                break
            time.sleep(0.3)
        time.sleep(2.2)
    watcher.stopping.set()
    watcher.join()
    results.check("runs were killed", killed >= kills // 3, killed)
    results.check("a reader that follows the manifest always finds a whole delivery", not watcher.wrong, watcher.wrong[:3])
    results.check("a reader was looking", watcher.reads > kills, watcher.reads)
    last = one if (kills - 1) % 2 == 0 else other
    fresh = bench.configuration("kills-fresh", bench.work / "kills-fresh")
    fresh.write_text(last.read_text().replace(f"output: s3://finops/{prefix}", f"output: {bench.work / 'kills-fresh'}"))
    bench.run(fresh, *window)
    ended = {n: c for n, c in bench.bucket_files(prefix).items() if n.startswith(("focus/data/", "focus/metadata/BILLING"))}
    clean = {n: c for n, c in directory_files(bench.work / "kills-fresh").items() if n.startswith(("focus/data/", "focus/metadata/BILLING"))}
    results.check("it ends as if there had been no kill", ended == clean, difference(ended, clean))
    uploads = bench.client.list_multipart_uploads(Bucket=bench.s3["bucket"]).get("Uploads", [])
    results.check("no upload is left unfinished", uploads == [], uploads)
    print(f"{killed} runs killed while they published, {watcher.reads} deliveries read meanwhile")


def main():
    parser = argparse.ArgumentParser()
    for name in ("bin", "ready", "work"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--kills", type=int, default=12)
    options = parser.parse_args()
    results = Results()
    bench = Bench(options)
    try:
        truth = check_whole_runs(bench, results)
        check_duckdb(bench, results, truth)
        check_faults(bench, results, truth)
        check_credentials(bench, results)
        check_lock(bench, results)
        check_kills(bench, results, options.kills)
    finally:
        bench.simulator.kill()
    everything = "".join(bench.said)
    results.check("no secret was said", not any(secret in everything for secret in bench.secrets))
    written = b"".join(bench.bucket_files("runs").values())
    results.check("no secret was written", not any(secret.encode() in written for secret in bench.secrets))
    print(f"{results.passed} passed, {results.failed} failed")
    raise SystemExit(1 if results.failed else 0)


main()
