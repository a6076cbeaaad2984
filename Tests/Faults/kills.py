"""SIGKILL at random instants: run again, and the end is byte for byte that of an undisturbed run."""

import shutil
import time

from rig import DAYS, TODAY, expect, is_consistent, same


def cases(suite):
    rig = suite.rig
    # An own simulator: between `before` and `after` a day is restated, which must not trouble other cases.
    simulator = rig.simulate("--today", TODAY, "--days", "30")
    before = rig.folder("kills-before")
    expect(rig.run(rig.configuration(before, simulator), "--from", "2026-11-14", "--to", "2026-11-17"), 0)
    simulator.set("organization=acme&restate=2026-11-15")
    simulator.set("organization=globex&restate=2026-11-16")

    starts = {"nothing there": None, "a delivery to be replaced": before}
    kills = 3 if suite.short else 26
    for name, start in starts.items():
        undisturbed, seconds = finish(rig, simulator, start, f"undisturbed {len(name)}")
        for number in range(kills):
            share = suite.random.random()
            suite.case(
                f"killed after {share:5.1%} of a run, {name} ({number + 1})",
                killed(rig, simulator, start, undisturbed, seconds, share))

    # The stages alone: a whole run is mostly extract, and the swap of a delivery is short.
    undisturbed, _ = finish(rig, simulator, before, "undisturbed stages")
    extracted = prepared(rig, simulator, before)
    for program in ("normalize", "load"):
        if program == "load":
            expect(rig.run(rig.configuration(extracted, simulator), *DAYS, program="normalize"), 0)
        trial = rig.copy(extracted, "trial")
        seconds = rig.run(rig.configuration(trial, simulator), *DAYS, program=program).seconds
        for number in range(2 if suite.short else 15):
            share = suite.random.random()
            suite.case(
                f"{program} killed after {share:5.1%} of it ({number + 1})",
                killed(rig, simulator, extracted, undisturbed, seconds, share, program))


def finish(rig, simulator, start, name):
    """An output of a run that nobody disturbs, and how long it took."""
    output = rig.copy(start, name) if start else rig.folder(name)
    result = rig.run(rig.configuration(output, simulator))
    expect(result, 0)
    return output, result.seconds


def prepared(rig, simulator, start):
    output = rig.copy(start, "extracted")
    expect(rig.run(rig.configuration(output, simulator), *DAYS, program="extract"), 0)
    return output


def killed(rig, simulator, start, undisturbed, seconds, share, program="unblended"):
    def body():
        delay, tries = share * seconds, 0
        while True:
            output = rig.copy(start, "killed") if start else rig.folder("killed")
            if not start:
                shutil.rmtree(output, ignore_errors=True)
            configuration = rig.configuration(output, simulator)
            run = rig.start(configuration, *DAYS, program=program)
            time.sleep(delay)
            run.kill()
            status = run.wait().status
            if status == -9:
                break
            # It was faster than the one that was measured: a kill that came too late is none.
            assert status == 0, f"ended with {status} before it was killed"
            delay, tries = delay * 0.8, tries + 1
            assert tries < 12, "never killed in time"
        is_consistent(output)
        expect(rig.run(configuration, *DAYS), 0)
        same(undisturbed, output)
        return f"at {delay:.2f} s"
    return body
