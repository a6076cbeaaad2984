"""A full disk and a folder that cannot be written: the right exit code, nothing half, and the next run completes."""

import os
import subprocess
import tempfile
from pathlib import Path

from rig import TODAY, expect, files, is_consistent, same


def cases(suite):
    rig = suite.rig
    shares = [0.3, 0.8] if suite.short else [0.05, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 0.97]
    for share in shares:
        suite.case(f"the disk is full at {share:.0%} of the output", full(suite, share))
    for room in (16,) if suite.short else (4, 16, 48, 96):
        suite.case(f"{room} KiB are left when a delivery is replaced", full_when_replaced(suite, room))
    suite.case("a read-only file system, nothing there", read_only(suite, empty=True))
    suite.case("a read-only file system, a delivery there", read_only(suite, empty=False))
    suite.case("a folder without permission to write", no_permission(suite))
    suite.case("the output is a file", output_is_a_file(rig))
    suite.case("the output's folder is a file", output_below_a_file(rig))


class Mount:
    """A small tmpfs of its own."""

    def __init__(self, suite, kilobytes):
        self.rig = suite.rig
        self.path = Path(tempfile.mkdtemp(prefix="mount-", dir=self.rig.work))
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", self.path], capture_output=True, text=True)
        if done.returncode != 0:
            suite.skip("mounting a tmpfs is not permitted here (it takes root)")
        self.rig.mounts.append(self.path)

    def remount(self, options):
        subprocess.run(["mount", "-o", f"remount,{options}", self.path], check=True)

    def taken(self):
        """Kilobytes."""
        space = os.statvfs(self.path)
        return (space.f_blocks - space.f_bfree) * space.f_frsize // 1024

    def close(self):
        subprocess.run(["umount", self.path], check=True)
        self.rig.mounts.remove(self.path)


def used(path):
    """Kilobytes on disk, files and folders in pages of 4 KiB."""
    return int(subprocess.run(["du", "-sk", path], capture_output=True, text=True, check=True).stdout.split()[0])


def needed(suite):
    """Kilobytes that an output takes on a file system of this kind."""
    if "size" not in suite.rig.references:
        mount = Mount(suite, 4 * used(suite.rig.reference()))
        subprocess.run(["cp", "-a", suite.rig.reference(), mount.path], check=True)
        suite.rig.references["size"] = mount.taken()
        mount.close()
    return suite.rig.references["size"]


def full(suite, share):
    rig = suite.rig

    def body():
        reference = rig.reference()
        size = needed(suite)
        mount = Mount(suite, int(size * share))
        output = mount.path / "output"
        configuration = rig.configuration(output)
        result = rig.run(configuration)
        expect(result, 73, 74)
        assert "space" in result.err, result.err[-300:]
        if output.exists():
            is_consistent(output)
        mount.remount(f"size={4 * size}k")
        expect(rig.run(configuration), 0)
        same(reference, output)
        mount.close()
        return f"exit {result.status}"
    return body


def full_when_replaced(suite, room):
    rig = suite.rig

    def body():
        simulator = rig.simulate("--today", TODAY, "--days", "30")
        before = rig.folder(f"disk-before-{room}")
        expect(rig.run(rig.configuration(before, simulator)), 0)
        simulator.set("organization=acme&restate=2026-11-15")
        after = rig.copy(before, f"disk-after-{room}")
        expect(rig.run(rig.configuration(after, simulator)), 0)

        mount = Mount(suite, 4 * used(before))
        output = mount.path / "output"
        subprocess.run(["cp", "-a", before, output], check=True)
        mount.remount(f"size={mount.taken() + room}k")
        configuration = rig.configuration(output, simulator)
        result = rig.run(configuration)
        expect(result, 0, 73, 74)
        is_consistent(output)
        mount.remount(f"size={4 * used(before)}k")
        expect(rig.run(configuration), 0)
        same(after, output)
        mount.close()
        return f"exit {result.status}"
    return body


def read_only(suite, empty):
    rig = suite.rig

    def body():
        mount = Mount(suite, 4 * used(rig.reference()))
        output = mount.path / "output"
        if not empty:
            subprocess.run(["cp", "-a", rig.reference(), output], check=True)
        before = files(mount.path)
        mount.remount("ro")
        result = rig.run(rig.configuration(output))
        expect(result, 73)
        assert str(mount.path) in result.err or "read-only" in result.err.lower(), result.err[-300:]
        assert files(mount.path) == before
        mount.remount("rw")
        expect(rig.run(rig.configuration(output)), 0)
        same(rig.reference(), output)
        mount.close()
    return body


def no_permission(suite):
    rig = suite.rig

    def body():
        if os.geteuid() == 0:
            suite.skip("root may write everywhere; the read-only file system stands for it")
        parent = rig.folder("no-permission")
        parent.mkdir()
        parent.chmod(0o555)
        try:
            expect(rig.run(rig.configuration(parent / "output")), 73)
        finally:
            parent.chmod(0o755)
    return body


def output_is_a_file(rig):
    def body():
        path = rig.folder("a-file")
        path.write_text("mine\n")
        expect(rig.run(rig.configuration(path)), 73)
        assert path.read_text() == "mine\n"
    return body


def output_below_a_file(rig):
    def body():
        path = rig.folder("another-file")
        path.write_text("mine\n")
        expect(rig.run(rig.configuration(path / "output")), 73)
        assert path.read_text() == "mine\n"
    return body
