"""After everything: no key in any file, log or argument, however it is written."""

import base64
import gzip
from pathlib import Path


def cases(suite):
    rig = suite.rig
    needles = {}
    for simulator in rig.simulators:
        for organization in simulator.organizations:
            for name in ("key", "usage_only_key", "management_only_key"):
                for form, text in forms(organization[name]).items():
                    needles[text] = f"{name} of {organization['name']} as {form}"

    def search(name, paths):
        def body():
            found, count = [], 0
            for path in paths():
                count += 1
                content = path.read_bytes()
                if path.suffix == ".gz":
                    try:
                        content += gzip.decompress(content)
                    except (OSError, EOFError):
                        pass
                found += [f"{what} in {path}" for text, what in needles.items() if text in content]
            assert not found, "; ".join(found[:3])
            assert count, "there is nothing to be searched"
            return f"{count} files, {len(needles)} texts"
        suite.case(name, body)

    search("no key in outputs", lambda: every(rig.work / "outputs"))
    search("no key in logs and summaries", lambda: [p for p in every(rig.logs) if p.suffix in (".out", ".err")])
    search("no key in arguments", lambda: [p for p in every(rig.logs) if p.suffix == ".argv"])
    search("no key in configurations", lambda: every(rig.work / "configurations"))

    def dumps():
        cores = [path for path in every(rig.work) if path.name.startswith("core")]
        assert not cores, cores

    suite.case("no core dump", dumps)

    def finds():
        # The search itself: a key that is there is found.
        some = next(iter(needles))
        assert any(text in b"x" + some + b"y" for text in needles)

    suite.case("the search finds what is there", finds)


def every(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink()]


def forms(key):
    """A key as it is, and in base64 wherever it may begin in what was encoded; only what all of these share."""
    text = key.encode()
    found = {"it is": text, "hexadecimal": text.hex().encode(), "reversed": text[::-1]}
    for shift in range(3):
        encoded = base64.b64encode(b"\0" * shift + text)
        # The first and last digits depend on the neighbours.
        found[f"base64 from place {shift}"] = encoded[4 if shift else 0:len(encoded) // 4 * 4 - 4]
    return found
