"""Unblended on Airflow 3: the partitions that are due, fanned out over workers, published once.

    plan → extract (a task for each batch of partitions) → normalize (the same) → load

Every task calls the executables, so that Airflow's workers need them, the configuration, and what the configuration
names (the output's file system or the credentials of its bucket, the admin keys). The environment tells where they are:

    UNBLENDED_BIN            folder of extract, normalize, load and unblended; /opt/unblended/bin without it
    UNBLENDED_CONFIG         pipeline.yaml; /etc/unblended/pipeline.yaml without it
    UNBLENDED_DAYS_PER_TASK  days of one organization that a task takes at once; 1 without it. For back-fills 31: the API is
                             asked for many days in one request, and Airflow maps at most core.max_map_length tasks (1024)
    UNBLENDED_RETRIES        how often a task is tried again, and after how many seconds at first: 5 and 300 without them
    UNBLENDED_RETRY_SECONDS

What time may heal (exit codes 69 and 75, a process that was killed) is tried again; what needs a person (64, 65, 70, 73,
74, 77, 78) fails at once. What fails for one partition does not stop the others: the rest is delivered, and the run of
the DAG has failed.
"""

import itertools
import json
import os
import subprocess
from datetime import datetime, timedelta, timezone

from airflow.sdk import DAG, Param, TriggerRule, task
from airflow.sdk.exceptions import AirflowException, AirflowFailException

RETRIED = {69, 75}


def call(program, *arguments, stdin=None):
    """Standard output of one of the executables; its log goes into that of the task."""
    folder = os.environ.get("UNBLENDED_BIN", "/opt/unblended/bin")
    config = os.environ.get("UNBLENDED_CONFIG", "/etc/unblended/pipeline.yaml")
    command = [os.path.join(folder, program[0]), *program[1:], "--config", config, *arguments]
    done = subprocess.run(command, input=stdin, capture_output=True, text=True)
    print(done.stderr, end="")
    if done.returncode == 0:
        return done.stdout
    message = f"{' '.join(program)} ended with {done.returncode}: {done.stderr.strip()[-2000:]}"
    if done.returncode in RETRIED or done.returncode < 0:
        raise AirflowException(message)
    raise AirflowFailException(message)


def counts(summary):
    """What a run did, for the task's result."""
    return {name: count for name, count in json.loads(summary)["counts"].items() if count}


def batches(partitions, size):
    """Partitions of one organization together, `size` at most; its names by themselves."""
    result = []
    for (_, has_day), group in itertools.groupby(
        partitions, key=lambda text: (text.split(",")[0], ",date=" in text)
    ):
        group = list(group)
        width = size if has_day else 1
        result += [group[start:start + width] for start in range(0, len(group), width)]
    return result


with DAG(
    "unblended",
    description="OpenAI spend as FOCUS cost files",
    schedule="15 6 * * *",
    start_date=datetime(2026, 1, 1, tzinfo=timezone.utc),
    catchup=False,
    max_active_runs=1,
    params={
        "from": Param(None, type=["null", "string"], description="first UTC day; without both ends: what is due"),
        "to": Param(None, type=["null", "string"], description="last UTC day, exclusive"),
        "org": Param([], type="array", description="names of organizations; all if empty"),
    },
    default_args={
        "retries": int(os.environ.get("UNBLENDED_RETRIES", 5)),
        "retry_delay": timedelta(seconds=float(os.environ.get("UNBLENDED_RETRY_SECONDS", 300))),
        "retry_exponential_backoff": True,
        "max_retry_delay": timedelta(hours=1),
    },
    doc_md=__doc__,
) as dag:

    @task
    def plan(params=None):
        arguments = [word for end in ("from", "to") if params[end] for word in (f"--{end}", params[end])]
        arguments += [word for name in params["org"] for word in ("--org", name)]
        return json.loads(call(("unblended", "plan"), *arguments))

    # Airflow maps over the whole result of a task, so that each stage has one with its batches.
    @task
    def due(plan, stage):
        return batches(plan[stage], int(os.environ.get("UNBLENDED_DAYS_PER_TASK", 1)))

    @task(map_index_template="{{ task.op_kwargs['partitions'][0] }}")
    def extract(partitions):
        return run("extract", partitions)

    # What could not be fetched is no reason to leave the rest undone.
    @task(map_index_template="{{ task.op_kwargs['partitions'][0] }}", trigger_rule=TriggerRule.ALL_DONE)
    def normalize(partitions):
        return run("normalize", partitions)

    @task(trigger_rule=TriggerRule.ALL_DONE)
    def load(plan):
        if plan is None:
            raise AirflowFailException("there is no plan")
        return run("load", plan["load"])

    # The last task decides over the run: without this one a load would hide that an extract has failed.
    @task(trigger_rule=TriggerRule.ONE_FAILED, retries=0)
    def verdict():
        raise AirflowFailException("some partitions have failed; the rest is delivered")

    def run(stage, partitions):
        lines = "".join(f"{partition}\n" for partition in partitions)
        return counts(call((stage,), "--partition", "@-", "--quiet", "--summary", "json", stdin=lines))

    whole = plan()
    to_extract = due.override(task_id="due_to_extract")(whole, "extract")
    to_normalize = due.override(task_id="due_to_normalize")(whole, "normalize")
    fetched = extract.expand(partitions=to_extract)
    made = normalize.expand(partitions=to_normalize)
    published = load(whole)
    fetched >> made >> published
    [whole, to_extract, to_normalize, fetched, made, published] >> verdict()
