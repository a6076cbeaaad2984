"""Runs commands and tells how long they took and how much memory they held."""
import os
import statistics
import subprocess
import sys
import time
from dataclasses import dataclass


@dataclass
class Measured:
    seconds: float
    # The largest resident set of the process or of any of its children.
    peak_mb: float
    output: str = ""
    # Of all cores, in user and kernel.
    cpu: float = 0

    def then(self, other):
        """One after the other."""
        return Measured(self.seconds + other.seconds, max(self.peak_mb, other.peak_mb), other.output, self.cpu + other.cpu)


def run(command, environment=None, folder=None):
    """Runs a command to its end. Fails where the command does, with the end of what it said."""
    # What an earlier command left to be written must not be charged to this one.
    os.sync()
    start = time.perf_counter()
    words = [str(part) for part in command]
    process = subprocess.Popen(
        words, env=environment, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    try:
        output = process.stdout.read().decode(errors="replace")
    except KeyboardInterrupt:
        process.kill()
        raise
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stdout.close()
    if process.returncode != 0:
        raise RuntimeError(f"{' '.join(words)[:300]} ended with {process.returncode}: {output[-1500:]}")
    return Measured(seconds, usage.ru_maxrss / 1024, output, usage.ru_utime + usage.ru_stime)


class Contest:
    """Several ways of doing the same, measured in turn, so that what else the machine does hits all of them."""

    def __init__(self, rounds):
        self.rounds = rounds
        self.measured = {}

    def play(self, contestants):
        """Runs each of the contestants (name to function that returns Measured) once a round."""
        for number in range(self.rounds):
            for name, contestant in contestants.items():
                measured = contestant()
                self.measured.setdefault(name, []).append(measured)
                told = f"{measured.seconds:.3f} s, {measured.cpu:.3f} s of CPU, {measured.peak_mb:.0f} MB"
                progress(f"  {number + 1}/{self.rounds} {name}: {told}")

    def seconds(self, name):
        return statistics.median(one.seconds for one in self.measured[name])

    def peak_mb(self, name):
        return max(one.peak_mb for one in self.measured[name])

    def ratio(self, over, under):
        """The median of the ratios within each round."""
        pairs = zip(self.measured[over], self.measured[under], strict=True)
        return statistics.median(a.seconds / b.seconds for a, b in pairs)


def progress(text):
    print(text, file=sys.stderr, flush=True)
