"""Two runs at once, locks left behind, and signals that ask a run to end."""

import os
import signal
import time
from pathlib import Path

from rig import expect, files, same


def cases(suite):
    rig = suite.rig
    reference = rig.reference()

    def two_at_once():
        output = rig.folder("two-at-once")
        rig.proxy.make("hang:4", ["costs"], times=1)
        first = rig.start(rig.configuration(output, through_proxy=True))
        until(lambda: (output / ".lock").exists(), "the first run never started")
        time.sleep(0.5)
        second = rig.run(rig.configuration(output))
        expect(second, 75)
        assert second.summary["failures"], second.out
        assert second.seconds < 1.5, f"the second run took {second.seconds:.1f} s"
        expect(first.wait(), 0)
        rig.proxy.clear()
        same(reference, output)
        return f"75 after {second.seconds:.2f} s"

    suite.case("a second run on the same output ends at once", two_at_once)

    def stale(content):
        def body():
            output = rig.copy(reference, "stale")
            (output / ".lock").write_bytes(content)
            os.utime(output / ".lock", (0, 0))
            (output / ".tmp").mkdir(exist_ok=True)
            (output / ".tmp" / "left-behind").write_bytes(b"x" * 100)
            expect(rig.run(rig.configuration(output)), 0)
            same(reference, output)
        return body

    suite.case("a lock file of a dead process", stale(b"4194303\n"))
    suite.case("a lock file with anything in it", stale(b"\0\xff{}" * 100))

    for name in ("SIGTERM", "SIGINT"):
        suite.case(f"{name} while requests are on their way", ended(suite, reference, name))


def ended(suite, reference, name):
    rig, number = suite.rig, getattr(signal, name)

    def body():
        output = rig.folder(f"ended-{name}")
        rig.proxy.make("hang:30", ["usage_completions"])
        run = rig.start(rig.configuration(output, through_proxy=True))
        # Until something is there that could get lost.
        until(lambda: list(Path(output).glob("raw/*/dataset=costs/*/_partition.json")), "nothing was fetched")
        if not catches(run.process.pid, number):
            run.kill()
            run.wait()
            rig.proxy.clear()
            suite.skip(f"this build does not handle {name}")
        kept = {path for path in files(output) if path.startswith("raw/")}
        asked = time.monotonic()
        run.kill(number)
        result = run.wait()
        seconds = time.monotonic() - asked
        rig.proxy.clear()
        expect(result, 75)
        assert seconds < 1, f"it took {seconds:.2f} s"
        lost = kept - files(output).keys()
        assert not lost, f"{len(lost)} files are gone, e.g. {sorted(lost)[0]}"
        expect(rig.run(rig.configuration(output)), 0)
        same(reference, output, without=("focus/superseded",))
        return f"75 after {seconds:.2f} s"

    return body


def catches(pid, number):
    """Whether a process has a handler for a signal, or waits for it."""
    status = dict(line.split(":\t") for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)
    masks = int(status["SigCgt"], 16) | int(status["SigBlk"], 16)
    return bool(masks >> (number - 1) & 1)


def until(holds, otherwise, seconds=60):
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, otherwise
        time.sleep(0.02)
