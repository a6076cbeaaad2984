"""Every HTTP fault at every endpoint: passing ones leave no trace in the output, lasting ones the right exit code."""

import shutil

from proxy import ENDPOINTS, OTHER
from rig import expect, files, money, same

PASSING = [
    "429", "429:0", "429:1", "500", "502", "503", "504", "408", "409", "cut", "reset", "slow", "hang:2", "json",
    "html", "empty", "gzip",
]
# What stays is told apart by the exit code (README, exit codes).
LASTING = {
    "503": 69, "408": 69, "502": 69, "cut": 69, "html": 69, "empty": 69, "json": 69, "429:1": 75, "401": 77,
    "403:api.usage.read": 77, "redirect": 78, "headers": 65, "bomb": 65,
}


def cases(suite):
    rig = suite.rig
    reference = rig.reference()

    def once(fault, endpoints):
        def body():
            output = rig.folder("passing")
            rig.proxy.make(fault, endpoints, times=1)
            result = rig.run(rig.configuration(output, through_proxy=True))
            missed = set(endpoints) - set(rig.proxy.hits)
            methods = rig.proxy.methods
            rig.proxy.clear()
            expect(result, 0)
            assert not missed, f"never asked for {missed}"
            assert methods == {"GET"}, f"the proxy saw {methods}"
            same(reference, output)
            discard(output)
            return f"{len(endpoints)} endpoints"
        return body

    if suite.short:
        # Every fault, each at one endpoint or two.
        mixed = {endpoint: PASSING[number % len(PASSING)] for number, endpoint in enumerate(ENDPOINTS)}
        suite.case("every fault once, one at each endpoint", once(mixed, list(ENDPOINTS)))
    else:
        for fault in PASSING:
            suite.case(f"{fault} once at every endpoint", once(fault, list(ENDPOINTS)))
        for endpoint in ENDPOINTS:
            for fault in PASSING:
                suite.case(f"{fault} once at {endpoint}", once(fault, [endpoint]))

    some = "cut:17,500:29" if suite.short else "429:7:0,cut:11,500:13,json:17,html:19,503:23,remaining:29:0,408:31"

    def storm():
        output = rig.folder("storm")
        rig.simulator.set(f"clear_requests=true&faults={some}")
        try:
            expect(rig.run(rig.configuration(output)), 0)
        finally:
            rig.simulator.set("faults=none")
        same(reference, output)
        discard(output)

    suite.case(f"the simulator's own faults, {some}", storm)

    if suite.short:
        some = {"costs": "403:api.usage.read", "usage_completions": "503", "users": "html", "projects": "429:1"}
        pairs = [(endpoint, fault) for endpoint, fault in some.items()]
    else:
        pairs = [(endpoint, fault) for endpoint in ENDPOINTS for fault in LASTING]
    for endpoint, fault in pairs:
        suite.case(f"{fault} for good at {endpoint}", lasting(rig, reference, fault, endpoint, LASTING[fault]))

    suite.case("all endpoints are down", everything_down(rig, "503", 69))
    suite.case("a captive portal in front of everything", everything_down(rig, "html", 69))
    suite.case("one organization's key is refused, the other goes on", one_organization(rig, reference))
    suite.case("a key without api.management.read: money, and 77 with the scope", without_scope(rig, reference))
    if not suite.short:
        suite.case("a body that stops for longer than the idle timeout", once("hang:280", ["costs"]))


def discard(output):
    shutil.rmtree(output)


def lasting(rig, reference, fault, endpoint, code):
    def body():
        output = rig.folder("lasting")
        before = rig.proxy.elsewhere.visits
        rig.proxy.make(fault, [endpoint])
        try:
            result = rig.run(rig.configuration(output, through_proxy=True, budget=1))
        finally:
            rig.proxy.clear()
        if endpoint in OTHER:
            # Nothing depends on them.
            expect(result, 0, code)
        else:
            expect(result, code)
            failures = result.summary["failures"]
            assert any(failure["exit_code"] == code for failure in failures), failures
            assert any(endpoint == failure.get("dataset") for failure in failures), failures
        if code == 77 and endpoint not in OTHER:
            path = ENDPOINTS[endpoint].split("[")[0]
            for word in (path, "acme", "globex", "api."):
                assert word in result.err, f"'{word}' is not told: {result.err[-300:]}"
        assert rig.proxy.elsewhere.visits == before, "a redirect was followed"
        if endpoint == "costs":
            assert not money(output), "money was delivered without costs"
        else:
            assert money(output) == money(reference), "the money was not delivered"
        # The next run mends what is missing: in the end there is no difference.
        expect(rig.run(rig.configuration(output)), 0)
        same(reference, output, without=("focus/superseded",))
        discard(output)
        return f"exit {result.status}"
    return body


def everything_down(rig, fault, code):
    def body():
        output = rig.copy(rig.reference(), "down")
        before = files(output)
        rig.proxy.make(fault, list(ENDPOINTS))
        try:
            result = rig.run(rig.configuration(output, through_proxy=True, budget=1))
        finally:
            rig.proxy.clear()
        expect(result, code)
        after = files(output)
        assert before == after, "what was delivered before has changed"
        discard(output)
    return body


def one_organization(rig, reference):
    def body():
        output = rig.folder("one-organization")
        first, second = rig.simulator.organizations
        rig.proxy.make("401", list(ENDPOINTS), key=first["key"])
        try:
            result = rig.run(rig.configuration(output, through_proxy=True))
        finally:
            rig.proxy.clear()
        expect(result, 77)
        assert first["name"] in result.err and first["key"] not in result.err, result.err[-300:]
        expected = {place: sums for place, sums in money(reference).items() if place[1] == second["name"]}
        assert money(output) == expected, money(output)
        expect(rig.run(rig.configuration(output)), 0)
        same(reference, output, without=("focus/superseded",))
        discard(output)
    return body


def without_scope(rig, reference):
    def body():
        output = rig.folder("scope")
        keys = {o["key_env"]: o["usage_only_key"] for o in rig.simulator.organizations}
        result = rig.run(rig.configuration(output), environment=keys)
        expect(result, 77)
        assert "api.management.read" in result.err, result.err[-300:]
        assert money(output) == money(reference), "the money was not delivered"
        expect(rig.run(rig.configuration(output)), 0)
        same(reference, output, without=("focus/superseded",))
        discard(output)
    return body
