"""The DAG of this project by Airflow's own `dags test`, against an organization API and S3 with authentication on.
Started by scripts/check-distributed --airflow."""

import argparse
import json
import logging
import os
import pathlib
import sqlite3
import subprocess
import sys
import threading
import time

import boto3

from place import Place, Results, difference, directory_files, lasting

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Tests/ObjectStorageTests/Rig"))
from servers import start_s3  # noqa: E402

WINDOW = ("--from", "2026-11-16", "--to", "2026-11-20")


class Airflow:
    def __init__(self, place, bin):
        self.place, self.bin, self.home = place, bin, place.work / "airflow"
        self.environment = place.environment | {
            "AIRFLOW_HOME": str(self.home), "AIRFLOW__CORE__DAGS_FOLDER": str(ROOT / "scripts/airflow"),
            "AIRFLOW__CORE__LOAD_EXAMPLES": "False", "AIRFLOW__LOGGING__LOGGING_LEVEL": "WARNING",
            "PATH": f"{bin}:{os.environ['PATH']}", "PYTHONDONTWRITEBYTECODE": "1",
            "UNBLENDED_BIN": str(place.bin), "UNBLENDED_RETRIES": "3", "UNBLENDED_RETRY_SECONDS": "2",
        }
        self.command("db", "migrate")

    def command(self, *arguments, **more):
        return subprocess.run(
            [self.bin / "airflow", *arguments], env=self.environment | more, capture_output=True, text=True)

    def wait_for(self, state, seconds=120):
        """Whether a task comes into a state."""
        for _ in range(seconds * 5):
            with sqlite3.connect(self.home / "airflow.db", timeout=30) as database:
                if database.execute("SELECT 1 FROM task_instance WHERE state = ?", (state,)).fetchone():
                    return True
            time.sleep(0.2)
        return False

    def test(self, config, day, **more):
        """Runs the DAG once.
        - Returns: the state of the run, and of each task its state and the number of its last try."""
        conf = {"from": WINDOW[1], "to": WINDOW[3]}
        done = self.command(
            "dags", "test", "unblended", day, "--conf", json.dumps(conf), UNBLENDED_CONFIG=str(config), **more)
        with sqlite3.connect(self.home / "airflow.db") as database:
            runs = database.execute("SELECT state, run_id FROM dag_run ORDER BY id DESC LIMIT 1").fetchall()
            state, run = runs[0] if runs else (None, None)
            tasks = database.execute(
                "SELECT task_id, state, try_number FROM task_instance WHERE run_id = ? ORDER BY task_id, map_index",
                (run,)).fetchall()
        return state, tasks, done.stdout[-3000:] + done.stderr[-3000:]


def main():
    parser = argparse.ArgumentParser()
    for name in ("--bin", "--work", "--airflow"):
        parser.add_argument(name, required=True, type=pathlib.Path)
    options = parser.parse_args()
    # moto's server logs every request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    results = Results()
    place = Place(
        options.bin, options.work, "--days", "10", "--rows", "12", "--projects", "3", "--users", "4", "--keys", "2",
        "--models", "3")
    s3 = start_s3()
    key = s3["keys"]["pipeline"]
    place.environment |= {"AWS_ACCESS_KEY_ID": key["id"], "AWS_SECRET_ACCESS_KEY": key["secret"]}
    client = boto3.client(
        "s3", endpoint_url=s3["endpoint"], region_name=s3["region"], aws_access_key_id=key["id"],
        aws_secret_access_key=key["secret"])

    def stored(prefix):
        pages = client.get_paginator("list_objects_v2").paginate(Bucket=s3["bucket"], Prefix=prefix + "/")
        keys = [item["Key"] for page in pages for item in page.get("Contents", [])]
        return {name[len(prefix) + 1:]: client.get_object(Bucket=s3["bucket"], Key=name)["Body"].read() for name in keys}

    def in_bucket(name):
        return place.configuration(
            name, f"s3://{s3['bucket']}/{name}", s3={"endpoint_url": s3["endpoint"], "region": s3["region"]})

    try:
        code, _, error = place.run("run", place.configuration("one"), *WINDOW)
        results.check("one machine's run", code == 0, error)
        truth = directory_files(place.work / "one")
        airflow = Airflow(place, options.airflow.resolve())

        # Somebody holds one of the partitions until the task that wants it waits for its next try.
        held = f"org={place.organizations[0]},date=2026-11-17"
        config = in_bucket("dag")
        client.put_object(
            Bucket=s3["bucket"], Key=f"dag/.locks/{held}",
            Body=json.dumps({"holder": "somebody", "host": "elsewhere", "process": 7, "seconds": 600}))
        watch = threading.Thread(
            target=lambda: airflow.wait_for("up_for_retry")
            and client.delete_object(Bucket=s3["bucket"], Key=f"dag/.locks/{held}"))
        watch.start()
        state, tasks, log = airflow.test(config, "2026-11-20")
        watch.join()
        results.check("the run of the DAG is a success", state == "success", f"{state} {tasks} {log}")
        mapped = [task[0] for task in tasks]
        partitions = len(place.organizations) * 5
        results.check(
            "partitions are mapped", mapped.count("extract") == partitions and mapped.count("normalize") == partitions,
            mapped)
        tries = sorted(task[2] for task in tasks if task[0] == "extract")
        results.check("what is locked is tried again, nothing else is", tries[-1:] > [1] and set(tries[:-1]) == {1}, tries)
        files = lasting(stored("dag"))
        results.check("the bytes of one machine", files == truth and len(truth) > 100, difference(files, truth))
        left = [name for name in stored("dag") if name.startswith(".locks/")]
        results.check("no lock is left", not left, left)

        # A key that is refused: what needs a person is not tried again, and the others are delivered.
        bad, good = place.organizations[:2]
        variable = next(name for name in place.environment if name.endswith(f"_{bad.upper()}"))
        state, tasks, log = airflow.test(in_bucket("refused"), "2026-11-21", **{variable: "sk-admin-wrong"})
        failed = [task for task in tasks if task[1] == "failed"]
        results.check("the run of the DAG has failed", state == "failed", f"{state} {log}")
        results.check(
            "a refused key fails at once", len([task for task in failed if task[0] == "extract"]) == 5
            and all(task[2] == 1 for task in failed), tasks)
        data = [name for name in stored("refused") if name.startswith("focus/data/")]
        expected = [name for name in truth if name.startswith("focus/data/") and f"/org={good}/" in name]
        results.check("the other organization is delivered", sorted(data) == sorted(expected), data)
    finally:
        place.close()
    results.end()


main()
