"""The extract as somebody would write it with dlt: the same pages, into gzip'd JSONL in a folder.

    dlt_extract.py BASE_URL KEY OUT DAYS

One resource a data set, fetched in dlt's own thread pool; rows are handed over a page at a time.
"""
import json
import os
import shutil
import sys
from pathlib import Path

base, key, out, days = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
cores = str(len(os.sched_getaffinity(0)))
# dlt reads its settings from the environment. Nested fields stay JSON instead of becoming tables of their own.
os.environ.update({
    "RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "ERROR", "EXTRACT__WORKERS": "8",
    "NORMALIZE__WORKERS": cores, "LOAD__WORKERS": "8", "DLT_DATA_DIR": str(out / "dlt"), "SCHEMA__NAMING": "direct",
    "EXTRACT__MAX_PARALLEL_ITEMS": "8", "NORMALIZE__DATA_WRITER__FILE_MAX_ITEMS": "50000",
})  # fmt: skip

import dlt  # noqa: E402
import orjson  # noqa: E402
import urllib3  # noqa: E402

import pages  # noqa: E402

http = urllib3.PoolManager(maxsize=8, block=True, retries=False)


def chain(path, query):
    text = query
    while text is not None:
        answer = http.request("GET", f"{base}/organization/{path}?{text}", headers={"Authorization": f"Bearer {key}"})
        if answer.status != 200:
            raise RuntimeError(f"{path} answered {answer.status}")
        page = orjson.loads(answer.data)
        if page["object"] == "page":
            yield [
                {"start_time": bucket["start_time"], "end_time": bucket["end_time"], **row}
                for bucket in page["data"]
                for row in bucket["results"]
            ]
        else:
            yield page["data"]
        text = pages.next_query(query, page)


def resource(number, item):
    name, path, query = item

    def rows():
        yield from chain(path, query)

    return dlt.resource(
        rows, name=f"{name}_{number}", table_name=name, max_table_nesting=0, write_disposition="append",
        parallelized=True,
    )  # fmt: skip


if __name__ == "__main__":
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    pipeline = dlt.pipeline(
        "bench", destination=dlt.destinations.filesystem(bucket_url=(out / "files").as_uri()), dataset_name="raw",
        pipelines_dir=str(out / "pipelines"),
    )  # fmt: skip
    projects = [row["id"] for page in chain("projects", "include_archived=true&limit=100") for row in page]
    plan = pages.buckets(days) + pages.lists() + pages.lists_of(projects)
    pipeline.run([resource(number, item) for number, item in enumerate(plan)], loader_file_format="jsonl")
    print(json.dumps(pipeline.last_trace.last_normalize_info.row_counts))
