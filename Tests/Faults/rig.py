"""What all cases share: a simulator, a proxy in front of it, configurations, runs, and outputs to compare."""

import hashlib
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from pathlib import Path

from proxy import FaultProxy

TODAY = "2026-11-20"
# Five days look-back: the first three of these days are settled, the others open.
DAYS = ["--from", "2026-11-12", "--to", "2026-11-18"]
SETTLED, OPEN = ["2026-11-12", "2026-11-13", "2026-11-14"], ["2026-11-15", "2026-11-16", "2026-11-17"]


class Simulator:
    """One `simulate` process."""

    def __init__(self, bin, work, *flags):
        self.process = subprocess.Popen(
            [bin / "simulate", "--port", "0", "--seed", "5", "--projects", "3", "--users", "5", "--keys", "2",
             "--models", "4", "--rows", "30", *flags],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        ready = json.loads(self.process.stdout.readline())
        self.base = ready["base_url"].removesuffix("/v1")
        self.organizations = ready["organizations"]
        self.keys = {organization["key_env"]: organization["key"] for organization in self.organizations}

    def set(self, query):
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        opener.open(urllib.request.Request(f"{self.base}/_simulate/set?{query}", method="POST"), timeout=30).close()

    def close(self):
        self.process.terminate()
        self.process.wait()


class Result:
    def __init__(self, status, out, err, seconds):
        self.status, self.out, self.err, self.seconds = status, out, err, seconds

    @property
    def summary(self):
        return json.loads(self.out)


class Run:
    """One process of the pipeline, its streams and arguments kept for the search for keys."""

    def __init__(self, rig, program, arguments, environment, before=()):
        rig.runs += 1
        self.log = rig.logs / f"{rig.runs:04}"
        self.out, self.err = open(f"{self.log}.out", "wb"), open(f"{self.log}.err", "wb")
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [*before, rig.bin / program, *map(str, arguments)], stdout=self.out, stderr=self.err, cwd=rig.work,
            env={"PATH": os.environ["PATH"], "UNBLENDED_TODAY": TODAY, **environment})
        try:
            Path(f"{self.log}.argv").write_bytes(Path(f"/proc/{self.process.pid}/cmdline").read_bytes())
        except OSError:
            pass

    def wait(self, timeout=300):
        try:
            status = self.process.wait(timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            raise AssertionError(f"still running after {timeout} s")
        seconds = time.monotonic() - self.started
        self.out.close()
        self.err.close()
        texts = [Path(f"{self.log}.{name}").read_text(errors="replace") for name in ("out", "err")]
        return Result(status, *texts, seconds)

    def kill(self, number=signal.SIGKILL):
        self.process.send_signal(number)


class Rig:
    def __init__(self, bin, work):
        self.bin, self.work, self.runs = bin, work, 0
        self.logs = work / "logs"
        self.logs.mkdir()
        self.simulators, self.mounts, self.references = [], [], {}
        self.simulator = self.simulate("--today", TODAY, "--days", "30")
        self.proxy = FaultProxy(self.simulator.base)

    def simulate(self, *flags):
        simulator = Simulator(self.bin, self.work, *flags)
        self.simulators.append(simulator)
        return simulator

    @property
    def keys(self):
        return {name: key for simulator in self.simulators for name, key in simulator.keys.items()}

    def close(self):
        self.proxy.close()
        for simulator in self.simulators:
            simulator.close()
        for mount in self.mounts:
            subprocess.run(["umount", "-l", mount], stderr=subprocess.DEVNULL)

    def folder(self, name):
        """A path for an output that is not there yet."""
        path = self.work / "outputs" / name
        # What a case that failed has left must not make the next one fail.
        shutil.rmtree(path, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        return path

    def configuration(self, output, simulator=None, through_proxy=False, budget=300, more=""):
        simulator = simulator or self.simulator
        base = self.proxy.base if through_proxy else simulator.base
        lines = [f"output: {output}", "organizations:"]
        for organization in simulator.organizations:
            lines += [
                f"  - name: {organization['name']}", f"    id: {organization['id']}", f"    base_url: {base}/v1",
                f"    admin_key: {{ env: {organization['key_env']} }}"]
        lines.append(f"extract: {{ lookback_days: 5, retry_budget_seconds: {budget} }}")
        path = self.work / "configurations" / f"{self.runs:04}-{len(os.listdir(self.work))}-{Path(output).name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text("\n".join(lines) + "\n" + more)
        return path

    def start(self, configuration, *arguments, program="unblended", environment=None, before=()):
        """`before` is a command that starts the program."""
        command = ["run"] if program == "unblended" else []
        window = [] if "--from" in arguments or "--no-window" in arguments else DAYS
        flags = [argument for argument in arguments if argument != "--no-window"]
        return Run(
            self, program, [*command, "--config", configuration, *window, "--summary", "json", *flags],
            {**self.keys, **(environment or {})}, before)

    def run(self, configuration, *arguments, timeout=300, **named):
        return self.start(configuration, *arguments, **named).wait(timeout)

    def reference(self):
        """An output of an undisturbed run, its files by path and digest."""
        if "plain" not in self.references:
            output = self.folder("reference")
            result = self.run(self.configuration(output))
            expect(result, 0)
            self.references["plain"] = output
        return self.references["plain"]

    def copy(self, source, name):
        """A copy of an output with its hard links, at a path of its own."""
        target = self.folder(name)
        shutil.rmtree(target, ignore_errors=True)
        subprocess.run(["cp", "-a", source, target], check=True)
        return target


def files(root, without=(), history=True):
    """Digests of an output's files by path, but of runs/ and what a run leaves for itself.

    Without `history`, manifests are taken without what they remember of days that became other ones.
    """
    digests = {}
    for path in sorted(Path(root).rglob("*")):
        name = str(path.relative_to(root))
        if name.split("/")[0] in ("runs", *without) or name.startswith(tuple(f"{folder}/" for folder in without)):
            continue
        if name == ".lock" or not path.is_file():
            continue
        content = path.read_bytes()
        if path.name == "manifest.json" and not history:
            content = json.dumps(forgotten(json.loads(content))).encode()
        digests[name] = hashlib.sha256(content).hexdigest()
    return digests


def forgotten(value):
    """The same without the members that tell of restatements, and without the seal over them."""
    if isinstance(value, dict):
        return {name: forgotten(member) for name, member in value.items() if name not in ("restated", "manifest_sha256")}
    return [forgotten(member) for member in value] if isinstance(value, list) else value


def expect(result, *statuses):
    """The exit code, and in the summary the same one."""
    tail = " | ".join(result.err.strip().splitlines()[-3:])[-400:]
    assert result.status in statuses, f"ended with {result.status}, expected {statuses}: {tail}"


def same(expected, found, without=(), history=True):
    """Two outputs are byte for byte the same."""
    left, right = files(expected, without, history), files(found, without, history)
    differing = sorted(name for name in left.keys() | right.keys() if left.get(name) != right.get(name))
    assert not differing, f"{len(differing)} files differ, e.g. {', '.join(differing[:3])}"


def is_consistent(output):
    """What lies under focus/data counts no day twice, and the manifests describe nothing that is damaged."""
    for month in Path(output).glob("focus/data/BILLING_PERIOD=*"):
        for organization in month.iterdir():
            days = [path.name.split("-")[1] for path in organization.iterdir()]
            assert len(days) == len(set(days)), f"{organization} holds a day twice"


def money(output):
    """BilledCost by organization and currency, as the manifests have it."""
    totals = {}
    for path in sorted(Path(output).glob("focus/metadata/BILLING_PERIOD=*/manifest.json")):
        manifest = json.loads(path.read_text())
        for name, organization in manifest["organizations"].items():
            totals[(path.parent.name, name)] = organization["control_totals"]
    return totals
