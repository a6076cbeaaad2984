"""What the checks of distributed runs work with: an organization API, configurations whose outputs differ alone, the
programs, and what lies in an output."""

import json
import os
import pathlib
import re
import subprocess
import urllib.request

TODAY = "2026-11-20"


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

    def end(self):
        print(f"{self.passed} passed, {self.failed} failed")
        raise SystemExit(1 if self.failed else 0)


class Place:
    """A folder with a simulated organization API beside it."""

    def __init__(self, bin, work, *simulated):
        self.bin = pathlib.Path(bin).resolve()
        self.work = pathlib.Path(work).resolve()
        self.work.mkdir(parents=True, exist_ok=True)
        template = self.work / "template.yaml"
        self.simulator = subprocess.Popen(
            [self.bin / "simulate", "--port", "0", "--seed", "5", "--today", TODAY, "--write-config", template,
             *simulated], stdout=subprocess.PIPE)
        ready = json.loads(self.simulator.stdout.readline())
        self.base = ready["base_url"].removesuffix("/v1")
        self.environment = {
            "PATH": os.environ["PATH"], "HOME": str(self.work), "UNBLENDED_TODAY": TODAY}
        for organization in ready["organizations"]:
            self.environment[organization["key_env"]] = organization["key"]
        self.organizations = [organization["name"] for organization in ready["organizations"]]
        self.template = template.read_text()

    def set(self, query):
        """Changes what the API does, e.g. `latency_ms=200`."""
        request = urllib.request.Request(f"{self.base}/_simulate/set?{query}", method="POST")
        urllib.request.urlopen(request, timeout=30).read()

    def close(self):
        self.simulator.terminate()
        self.simulator.wait()

    def configuration(self, name, output=None, **sections):
        """A pipeline.yaml; `sections` are JSON, which is YAML as well."""
        output = output or self.work / name
        lines = [f"output: {output}" if line.startswith("output:") else line for line in self.template.splitlines()]
        lines += [f"{key}: {json.dumps(value)}" for key, value in sections.items()]
        path = self.work / f"{name}.yaml"
        path.write_text("\n".join(lines) + "\n")
        return path

    def start(self, program, config, *arguments, **options):
        command = [self.bin / "unblended", program] if program in ("run", "plan") else [self.bin / program]
        if program != "plan":
            arguments = (*arguments, "--quiet", "--summary", "none")
        return subprocess.Popen(
            [*command, "--config", config, *arguments], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=self.environment, **options)

    def run(self, program, config, *arguments, input=None):
        process = self.start(program, config, *arguments, stdin=subprocess.PIPE if input is not None else None)
        output, error = process.communicate(input=input, timeout=300)
        return process.returncode, output, error

    def plan(self, config, *arguments):
        code, output, error = self.run("plan", config, *arguments)
        assert code == 0, error
        return json.loads(output)


def lasting(files):
    """Without what tells when a run was, and the locks."""
    return {name: content for name, content in files.items() if not re.match(r"runs/|\.locks?($|/)|\.tmp/", name)}


def directory_files(root):
    return lasting({str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()})


def difference(left, right):
    names = sorted(set(left) ^ set(right)) + sorted(n for n in set(left) & set(right) if left[n] != right[n])
    return f"{len(names)} differ: {names[:5]}"
