"""What there is to fetch, for the peers: the same data sets, groupings and windows that `extract` asks for.

A plan is a list of (dataset, path, query): chains of pages that can be fetched side by side; within a chain each
page's cursor leads to the next.
"""
from datetime import datetime, time, timedelta, timezone

from dataset import FIRST

WHO = ["project_id", "user_id", "api_key_id"]
USAGE = {
    "completions": WHO + ["model", "batch", "service_tier"],
    "decisions": WHO + ["model", "batch", "service_tier"],
    "embeddings": WHO + ["model"],
    "moderations": WHO + ["model"],
    "images": WHO + ["model", "size", "source"],
    "audio_speeches": WHO + ["model"],
    "audio_transcriptions": WHO + ["model"],
    "vector_stores": ["project_id"],
    "code_interpreter_sessions": ["project_id"],
    "file_search_calls": WHO + ["vector_store_id"],
    "web_search_calls": WHO + ["model", "context_level"],
}


def seconds(day):
    return int(datetime.combine(day, time(), timezone.utc).timestamp())


def query(start, end, dimensions):
    grouped = "".join(f"&group_by={name}" for name in dimensions)
    return f"start_time={seconds(start)}&end_time={seconds(end)}&bucket_width=1d&limit={(end - start).days}{grouped}"


def buckets(days, days_per_request=7):
    """Costs in one request of up to 31 days, usage in windows."""
    plan = []
    last = FIRST + timedelta(days=days)
    for step, name, path, dimensions in [
        (31, "costs", "costs", ["project_id", "line_item"]),
        (31, "costs_ungrouped", "costs", []),
        *((days_per_request, f"usage_{service}", f"usage/{service}", names) for service, names in USAGE.items()),
    ]:
        start = FIRST
        while start < last:
            end = min(start + timedelta(days=step), last)
            plan.append((name, path, query(start, end, dimensions)))
            start = end
    return plan


def lists():
    return [("projects", "projects", "include_archived=true&limit=100"), ("users", "users", "limit=100")]


def lists_of(projects):
    return [
        (name, f"projects/{project}/{name}", parameters)
        for project in projects
        for name, parameters in [("api_keys", "owner_project_access=any&limit=100"), ("service_accounts", "limit=100")]
    ]


def next_query(text, page):
    """The query of the page after this one, or nothing."""
    if not page.get("has_more"):
        return None
    if page["object"] == "page":
        return f"{text}&page={page['next_page']}"
    return f"{text}&after={page['last_id']}"
