"""What check_stores.py works with: the programs, the servers of servers.py, and what lies in their buckets, read with
boto3 and over HTTP, never with the project's own code."""

import concurrent.futures
import csv
import decimal
import gzip
import hashlib
import http.client
import io
import json
import os
import pathlib
import re
import subprocess
import threading
import time
import urllib.parse

import boto3
from botocore.config import Config

TODAY = "2026-11-20"
DAYS = ["--from", "2026-11-17", "--to", TODAY]


MANIFEST = "focus/metadata/BILLING_PERIOD=2026-11/manifest.json"


class Results:
    def __init__(self):
        self.passed = 0
        self.failed = 0

    def check(self, what, holds, detail=""):
        if holds:
            self.passed += 1
        else:
            self.failed += 1
            print(f"FAILED {what}: {detail}", flush=True)


class Bench:
    def __init__(self, options):
        self.bin = pathlib.Path(options.bin)
        self.work = pathlib.Path(options.work)
        ready = json.load(open(options.ready))
        self.s3, self.gcs = ready["s3"], ready["gcs"]
        key = self.s3["keys"]["pipeline"]
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.work), "UNBLENDED_TODAY": TODAY,
            "AWS_ACCESS_KEY_ID": key["id"], "AWS_SECRET_ACCESS_KEY": key["secret"],
            "GOOGLE_APPLICATION_CREDENTIALS": self.gcs["credentials"],
        }
        self.secrets = {key["secret"]}
        self.said = []
        self.client = boto3.client(
            "s3", endpoint_url=self.s3["endpoint"], region_name=self.s3["region"], aws_access_key_id=key["id"],
            aws_secret_access_key=key["secret"], config=Config(retries={"max_attempts": 10}, max_pool_connections=20))
        self.start_simulator()

    def start_simulator(self):
        template = self.work / "template.yaml"
        self.simulator = subprocess.Popen(
            [self.bin / "simulate", "--port", "0", "--seed", "3", "--today", TODAY, "--days", "12", "--rows", "20",
             "--organizations", "1", "--write-config", template], stdout=subprocess.PIPE)
        ready = json.loads(self.simulator.stdout.readline())
        self.base = ready["base_url"].removesuffix("/v1")
        for organization in ready["organizations"]:
            self.environment[organization["key_env"]] = organization["key"]
            self.secrets.add(organization["key"])
        self.template = template.read_text()

    def configuration(self, name, output, **sections):
        """A pipeline.yaml; `sections` are JSON, which is YAML as well."""
        lines = [f"output: {output}" if line.startswith("output:") else line for line in self.template.splitlines()]
        s3 = {"endpoint_url": self.s3["endpoint"], "region": self.s3["region"]}
        sections = {"s3": s3, "gcs": {"endpoint_url": self.gcs["endpoint"]}} | sections
        lines += [f"{key}: {json.dumps(value)}" for key, value in sections.items()]
        path = self.work / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(self, config, *arguments, program="unblended", command=("run",), environment=None):
        return subprocess.Popen(
            [self.bin / program, *command, "--config", config, *arguments], stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, text=True, env=self.environment | (environment or {}))

    def finish(self, process, timeout=120):
        output, error = process.communicate(timeout=timeout)
        self.said.append(output + error)
        return process.returncode, output, error

    def run(self, config, *arguments, **options):
        return self.finish(self.start(config, *(arguments or DAYS), "--quiet", "--summary", "json", **options))

    def faults(self, plan, server="s3"):
        return self.call("POST", server, json.dumps(plan))

    def call(self, method, server, body=None):
        address = urllib.parse.urlsplit(getattr(self, server)["endpoint"])
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        connection.request(method, "/_faults", body)
        return json.loads(connection.getresponse().read())

    # What lies in a bucket.

    def keys(self, prefix):
        pages = self.client.get_paginator("list_objects_v2").paginate(Bucket=self.s3["bucket"], Prefix=prefix + "/")
        return [item["Key"] for page in pages for item in page.get("Contents", [])]

    def read(self, key):
        return self.client.get_object(Bucket=self.s3["bucket"], Key=key)["Body"].read()

    def bucket_files(self, prefix):
        keys = self.keys(prefix)
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            contents = list(pool.map(self.read, keys))
        return lasting({key[len(prefix) + 1:]: content for key, content in zip(keys, contents)})

    def gcs_files(self, prefix):
        token = self.gcs_token()
        address = urllib.parse.urlsplit(self.gcs["endpoint"]).netloc

        def get(path):
            connection = http.client.HTTPConnection(address, timeout=30)
            connection.request("GET", path, headers={"Authorization": f"Bearer {token}"})
            content = connection.getresponse().read()
            connection.close()
            return content

        bucket = self.gcs["bucket"]
        listing = json.loads(get(f"/storage/v1/b/{bucket}/o?prefix={urllib.parse.quote(prefix + '/')}"))
        return lasting({
            item["name"][len(prefix) + 1:]: get(
                f"/storage/v1/b/{bucket}/o/{urllib.parse.quote(item['name'], safe='')}?alt=media")
            for item in listing.get("items", [])})

    def gcs_token(self):
        import jwt

        account = json.load(open(self.gcs["credentials"]))
        now = int(time.time())
        assertion = jwt.encode(
            {"iss": account["client_email"], "aud": account["token_uri"], "iat": now, "exp": now + 600,
             "scope": "https://www.googleapis.com/auth/devstorage.read_write"}, account["private_key"], "RS256")
        address = urllib.parse.urlsplit(account["token_uri"])
        connection = http.client.HTTPConnection(address.netloc, timeout=30)
        form = {"grant_type": "urn:ietf:params:oauth:grant-type:jwt-bearer", "assertion": assertion}
        connection.request("POST", address.path, urllib.parse.urlencode(form))
        return json.loads(connection.getresponse().read())["access_token"]


def lasting(files):
    """Without what tells when a run was, and the lock."""
    return {name: content for name, content in files.items() if not re.match(r"runs/|\.lock$|\.tmp/", name)}


def directory_files(root):
    return lasting({str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()})


def difference(left, right):
    names = sorted(set(left) ^ set(right)) + sorted(n for n in set(left) & set(right) if left[n] != right[n])
    return f"{len(names)} differ: {names[:5]}"


def delivered_total(manifest, read):
    """The sum of BilledCost over the files that a manifest names; every one has to be there and whole."""
    total = decimal.Decimal(0)
    for file in manifest["files"]:
        content = read("focus/" + file["path"])
        assert hashlib.sha256(content).hexdigest() == file["sha256"], file["path"]
        rows = csv.DictReader(io.StringIO(gzip.decompress(content).decode()))
        total += sum((decimal.Decimal(row["BilledCost"]) for row in rows), decimal.Decimal(0))
    return total


class Watcher(threading.Thread):
    """Follows the manifest as a reader would, over and over: every file it names is there, and they sum to it."""

    def __init__(self, bench, prefix, allowed):
        super().__init__(daemon=True)
        self.bench, self.prefix, self.allowed = bench, prefix, allowed
        self.stopping = threading.Event()
        self.reads = 0
        self.wrong = []

    def run(self):
        while not self.stopping.is_set():
            try:
                manifest = json.loads(self.bench.read(f"{self.prefix}/{MANIFEST}"))
                try:
                    total = delivered_total(manifest, lambda path: self.bench.read(f"{self.prefix}/{path}"))
                except self.bench.client.exceptions.NoSuchKey:
                    # A delivery may be replaced while it is read; only then may a file of it be gone.
                    if json.loads(self.bench.read(f"{self.prefix}/{MANIFEST}")) == manifest:
                        raise
                    continue
                if manifest["control_totals"]["USD"] not in self.allowed or total != decimal.Decimal(manifest["control_totals"]["USD"]):
                    self.wrong.append(f"{total} of {manifest['control_totals']}")
                self.reads += 1
            except self.bench.client.exceptions.NoSuchKey as error:
                self.wrong.append(repr(error))
            except AssertionError as error:
                self.wrong.append(repr(error))
            time.sleep(0.02)
