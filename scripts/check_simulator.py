"""Reads every endpoint of `simulate` with the official client; see check-simulator."""

import json
import subprocess
import sys
import urllib.error
import urllib.request
from contextlib import contextmanager
from datetime import datetime, timezone
from decimal import Decimal

import openai

from openapi_schema import Schema

TODAY = "2026-11-20"
START = int(datetime(2026, 11, 9, tzinfo=timezone.utc).timestamp())
END = int(datetime(2026, 11, 20, tzinfo=timezone.utc).timestamp())

WHO = ["project_id", "user_id", "api_key_id"]
DIMENSIONS = {
    "completions": WHO + ["model", "batch", "service_tier", "api_source"],
    "decisions": WHO + ["model", "batch", "service_tier", "api_source"],
    "embeddings": WHO + ["model"],
    "moderations": WHO + ["model"],
    "images": WHO + ["model", "size", "source"],
    "audio_speeches": WHO + ["model"],
    "audio_transcriptions": WHO + ["model"],
    "vector_stores": ["project_id"],
    "code_interpreter_sessions": ["project_id"],
    "file_search_calls": WHO + ["vector_store_id"],
    "web_search_calls": WHO + ["model", "context_level", "api_source"],
    "costs": WHO + ["line_item", "api_source"],
}


class Checks:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    @contextmanager
    def check(self, name):
        try:
            yield
            self.passed += 1
        except Exception as error:  # a failed check must not hide the next one
            self.failed += 1
            print(f"FAILED {name}: {type(error).__name__}: {str(error)[:600]}")


@contextmanager
def simulator(binary, *flags):
    process = subprocess.Popen([binary, "--today", TODAY, *flags], stdout=subprocess.PIPE, text=True)
    try:
        yield json.loads(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=10)


class Recorder:
    """Keeps the body of every response that a client gets."""

    def __init__(self):
        self.responses = []

    def hook(self, response):
        response.read()
        self.responses.append((response.request.url.path, response.status_code, response.text))


def client(address, key, recorder, strict=True):
    http = openai.DefaultHttpxClient(event_hooks={"response": [recorder.hook]})
    return openai.OpenAI(
        api_key="none", admin_api_key=key, base_url=address, http_client=http, max_retries=0,
        _strict_response_validation=strict)


def pages(method, **query):
    """All pages of a bucket endpoint."""
    page = method(**query)
    yield page
    while page.has_more:
        page = method(**query, page=page.next_page)
        yield page


def check_buckets(checks, organization, name):
    method = getattr(organization.usage, name)
    sets = [[], *[[dimension] for dimension in DIMENSIONS[name]], DIMENSIONS[name]]
    for group_by in sets:
        with checks.check(f"{name} by {group_by}"):
            query = {"start_time": START, "end_time": END, "limit": 4, "group_by": group_by or openai.omit}
            read = list(pages(method, **query))
            buckets = [bucket for page in read for bucket in page.data]
            assert len(read) == 3 and len(buckets) == 11, f"{len(read)} pages, {len(buckets)} buckets"
            rows = [row for bucket in buckets for row in bucket.results]
            assert rows, "no rows"
            for row in rows:
                for dimension in DIMENSIONS[name]:
                    value = getattr(row, dimension)
                    assert dimension in group_by or value is None, f"{dimension} is {value}, not grouped by it"
            for dimension in group_by:
                assert any(getattr(row, dimension) is not None for row in rows), f"{dimension} is always null"


def check_lists(checks, organization, archived_refuse):
    projects = []
    with checks.check("projects"):
        projects = list(organization.projects.list(limit=2, include_archived=True))
        assert any(project.archived_at for project in projects), "none is archived"
        active = list(organization.projects.list())
        assert 0 < len(active) < len(projects), f"{len(active)} of {len(projects)} are active"
    with checks.check("users"):
        users = list(organization.users.list(limit=3))
        assert len(users) > 3 and len({user.id for user in users}) == len(users)
        assert organization.users.retrieve(users[0].id).id == users[0].id
    with checks.check("admin_api_keys"):
        keys = [key.id for key in organization.admin_api_keys.list(limit=1)]
        assert keys == [key.id for key in organization.admin_api_keys.list(order="desc")][::-1]
        organization.admin_api_keys.retrieve(keys[0])
    with checks.check("spend_limit"):
        assert organization.spend_limit.retrieve().threshold_amount > 0
        organization.projects.spend_limit.retrieve(projects[0].id)
    for project in projects:
        with checks.check(f"members of {project.id}"):
            try:
                keys = list(organization.projects.api_keys.list(project.id, limit=1, owner_project_access="any"))
                fewer = list(organization.projects.api_keys.list(project.id))
                accounts = list(organization.projects.service_accounts.list(project.id, limit=1))
                list(organization.projects.users.list(project.id, limit=1))
                assert len(fewer) <= len(keys)
                for key in keys:
                    assert (key.owner.user is None) != (key.owner.service_account is None)
                    organization.projects.api_keys.retrieve(key.id, project_id=project.id)
                for account in accounts:
                    organization.projects.service_accounts.retrieve(account.id, project_id=project.id)
                refused = False
            except openai.BadRequestError:
                refused = True
            assert refused == (archived_refuse and project.archived_at is not None), f"refused: {refused}"
            assert organization.projects.retrieve(project.id).id == project.id


def get(address, key, path):
    """Status and body as text, without the client's help."""
    request = urllib.request.Request(address + path, headers={"Authorization": f"Bearer {key}"})
    try:
        with urllib.request.urlopen(request, timeout=30) as response:
            return response.status, response.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()


def check_sums(checks, address, key, truth):
    """Every grouping sums to the ungrouped total, and both to the truth, to the last digit."""

    def total(group_by):
        path = f"/organization/costs?start_time={START}&limit=1&end_time={START + 86400}"
        status, body = get(address, key, path + "".join(f"&group_by={name}" for name in group_by))
        assert status == 200, body
        buckets = json.loads(body, parse_float=Decimal, parse_int=Decimal)["data"]
        # JSON text to decimal, strings included: no digit may get lost on the way.
        return sum((Decimal(row["amount"]["value"]) for row in buckets[0]["results"]), Decimal(0))

    for group_by in [[], ["project_id"], ["line_item"], ["project_id", "line_item", "api_key_id", "user_id"]]:
        with checks.check(f"sum of costs by {group_by}"):
            assert total(group_by) == Decimal(truth), f"{total(group_by)} instead of {truth}"


def check_refusals(checks, address, account, recorder):
    key = account["key"]
    cases = [
        (401, "", f"/organization/costs?start_time={START}"),
        (401, "sk-admin-wrong", f"/organization/costs?start_time={START}"),
        (403, account["management_only_key"], f"/organization/costs?start_time={START}"),
        (403, account["usage_only_key"], "/organization/projects"),
        (400, key, "/organization/costs"),
        (400, key, f"/organization/costs?start_time={START}&group_by=model"),
        (400, key, f"/organization/costs?start_time={START}&limit=181"),
        (400, key, f"/organization/costs?start_time={START}&bucket_width=1h"),
        (400, key, f"/organization/usage/completions?start_time={START}&limit=32"),
        (400, key, f"/organization/usage/completions?start_time={START}&page=page_AAAA"),
        (400, key, "/organization/costs?start_time=1700000000"),
        (400, key, "/organization/users?limit=101"),
        (400, key, "/organization/users?after=user-none"),
        (404, key, "/organization/projects/proj_none/api_keys"),
    ]
    for status, secret, path in cases:
        with checks.check(f"{status} for {path}"):
            seen, body = get(address, secret, path)
            recorder.responses.append(("/v1" + path.split("?")[0], seen, body))
            assert seen == status, f"answered {seen}: {body}"
            assert set(json.loads(body)["error"]) == {"message", "type", "param", "code"}, body


def read_everything(checks, address, account, recorder, archived_refuse):
    organization = client(address, account["key"], recorder).admin.organization
    for name in DIMENSIONS:
        check_buckets(checks, organization, name)
    for width, limit in [("1h", 168), ("1m", 60)]:
        with checks.check(f"completions per {width}"):
            query = {"start_time": END - 86_400, "end_time": END, "bucket_width": width, "limit": limit}
            for page in pages(organization.usage.completions, **query):
                assert len(page.data) <= limit
    check_lists(checks, organization, archived_refuse)


def main(binary, schema_path):
    checks = Checks()
    recorder = Recorder()
    documented = "none,credits,org-level"
    with simulator(binary, "--oddities", documented) as world:
        account = world["organizations"][0]
        read_everything(checks, world["base_url"], account, recorder, archived_refuse=False)
        check_refusals(checks, world["base_url"], account, recorder)
    for oddities in [documented, "realistic", "realistic,string-amounts", "all"]:
        with simulator(binary, "--oddities", oddities) as world:
            root = world["base_url"].removesuffix("/v1")
            name = world["organizations"][0]["name"]
            _, body = get(root, "", f"/_simulate/truth?organization={name}&date=2026-11-09")
            check_sums(checks, world["base_url"], world["organizations"][0]["key"], json.loads(body)["total"])
    with simulator(binary, "--seed", "2") as world:
        # What ordinary organizations show is still what the client reads.
        read_everything(checks, world["base_url"], world["organizations"][0], Recorder(), archived_refuse=True)

    if schema_path:
        schema = Schema(schema_path)
        for path, status, body in recorder.responses:
            with checks.check(f"schema of {path}"):
                errors = schema.errors(path, status, json.loads(body))
                assert not errors, "; ".join(errors[:5])
        overlay = "with its overlay" if schema.has_overlay else "without an overlay"
        print(f"schema: {len(recorder.responses)} responses validated {overlay}")
    else:
        print("schema: SKIPPED, no schema at hand; set UNBLENDED_OPENAPI to the published YAML file")
    print(f"{checks.passed} passed, {checks.failed} failed")
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2]))
