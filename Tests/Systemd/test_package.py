"""The Debian package on a system of its own: installed, upgraded, removed and purged, as dpkg does it."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Iterator

import pytest

from booted import REPOSITORY, BootedSystem, wait
from installed import Unit, push

pytestmark = pytest.mark.skipif(not shutil.which("dpkg-deb"), reason="this is no Debian")

RULE = """
detection: {window: 1s}
alerts:
    quiet_start: 0s
    rules:
        - {name: Slow, timing: answer_seconds, statistic: p50, thresholds: {critical: 50ms}, for: 0s}
"""
STATE = "/var/lib/latencyd/state.db"
NEXT = "99.0-1"


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> dict[str, Path]:
    """What `make deb` builds, and the same as a later version."""
    folder = tmp_path_factory.mktemp("deb")
    subprocess.run(
        ["scripts/deb.sh"], cwd=REPOSITORY, env={**os.environ, "OUTPUT": str(folder), "DEB_COMPRESSION": "gzip"},
        check=True, capture_output=True)
    (package,) = folder.glob("*.deb")
    unpacked = folder / "unpacked"
    subprocess.run(["dpkg-deb", "-R", package, unpacked], check=True)
    control = unpacked / "DEBIAN/control"
    version = subprocess.run(["dpkg-deb", "-f", package, "Version"], capture_output=True, text=True, check=True).stdout
    control.write_text(control.read_text().replace(f"Version: {version.strip()}\n", f"Version: {NEXT}\n"))
    later = folder / "later.deb"
    subprocess.run(["dpkg-deb", "-Znone", "--build", unpacked, later], check=True, capture_output=True)
    return {"first": package, "later": later}


@pytest.fixture(scope="module")
def installation(packages) -> Iterator[Unit]:
    """A booted system without latencyd, into which the first package is then installed."""
    booted = BootedSystem()
    try:
        booted.prepare()
        # Images for containers keep packages from starting anything.
        booted.remove("/usr/sbin/policy-rc.d")
        booted.write("/etc/sysusers.d/pusher.conf", "u pusher - - -\n")
        for name, package in packages.items():
            booted.copy(package, f"/srv/{name}.deb")
        booted.boot()
        booted.run("systemd-sysusers", "pusher.conf")
        assert booted.run("test", "-e", "/usr/bin/latencyd", check=False).returncode != 0
        unit = Unit(booted)
        dpkg(unit, "-i", "/srv/first.deb")
        booted.run("usermod", "-aG", "latencyd", "pusher")
        yield unit
    finally:
        booted.power_off()


def dpkg(unit: Unit, *arguments: str) -> None:
    unit.system.run("env", "DEBIAN_FRONTEND=noninteractive", "dpkg", *arguments, timeout=120)


def states(unit: Unit) -> dict[str, tuple[str, str]]:
    """Of both units: whether it runs, and whether it comes with the next boot."""
    return {
        name: tuple(
            unit.system.run("systemctl", verb, name, check=False).stdout.strip() for verb in ("is-active", "is-enabled"))
        for name in ("latencyd.socket", "latencyd.service")
    }


def exists(unit: Unit, path: str) -> bool:
    return unit.system.run("test", "-e", path, check=False).returncode == 0


def incidents(unit: Unit) -> list:
    return json.loads(unit.get("/api/v1/alerts/history"))["data"]["alerts"]


WORKS = {"latencyd.socket": ("active", "enabled"), "latencyd.service": ("active", "enabled")}


# The tests are the life of one installation, in this order.


def test_installed_it_runs(installation) -> None:
    unit = installation
    assert states(unit) == WORKS
    assert unit.system.run("stat", "-c", "%U:%G %a", "/var/lib/latencyd").stdout.strip() == "latencyd:latencyd 750"
    assert push(unit.system, "hello:1|c", user="pusher") == ""
    unit.eventually(lambda: unit.page().value("hello_total") == 1, 5, "a timing comes in")
    assert "latencyd" in unit.system.run("latencyd", "status").stdout
    # dpkg has the systemd package look at what came into its folder.
    assert "e8ba8214d0a946e6b6a28e126dcf3221" in unit.system.run("journalctl", "--list-catalog").stdout
    for name in ("1 latencyd", "5 latencyd.yml"):
        assert exists(unit, unit.system.run("man", "-w", *name.split()).stdout.strip())
    for path in ("rules", "doc/latencyd/docs/install.md", "bash-completion/completions/latencyd"):
        assert exists(unit, f"/usr/share/{'latencyd/' if path == 'rules' else ''}{path}"), path
    assert unit.system.run("dpkg", "--verify", "latencyd").stdout == ""


def test_an_upgrade_keeps_configuration_and_state(installation) -> None:
    unit = installation
    unit.system.run("sh", "-c", f"cat >> {unit.CONFIGURATION} <<'E'\n{RULE}E")
    unit.system.run("systemctl", "restart", unit.unit)
    assert push(unit.system, "answer:500|ms", user="pusher", times=50) == ""
    unit.eventually(lambda: len(incidents(unit)) == 1, 15, "an alert fires")
    before, pid = incidents(unit), unit.pid

    dpkg(unit, "-i", "/srv/later.deb")
    assert unit.system.run("dpkg-query", "-W", "-f", "${Version}", "latencyd").stdout == NEXT
    wait(lambda: unit.pid not in (0, pid), 20, "the new program runs")
    unit.eventually(lambda: states(unit) == WORKS, 20, "as before")
    assert "name: Slow" in unit.system.run("cat", unit.CONFIGURATION).stdout
    (known,), (now,) = before, incidents(unit)
    assert (now["labels"], now["startsAt"], now["level"]) == (known["labels"], known["startsAt"], "critical")
    assert unit.page().value("latencyd_state_rebuilds_total") == 0


def test_an_upgrade_leaves_alone_what_the_administrator_stopped(installation) -> None:
    unit = installation
    unit.system.run("systemctl", "disable", "--now", "latencyd.socket", unit.unit)
    dpkg(unit, "-i", "/srv/later.deb")
    assert states(unit) == {name: ("inactive", "disabled") for name in WORKS}
    unit.system.run("systemctl", "enable", "--now", "latencyd.socket", unit.unit)
    assert states(unit) == WORKS


def test_removed_it_leaves_configuration_and_state(installation) -> None:
    unit = installation
    dpkg(unit, "-r", "latencyd")
    assert not exists(unit, "/usr/bin/latencyd") and not exists(unit, "/run/latencyd/timings.sock")
    assert {active for active, _ in states(unit).values()} == {"inactive"}
    assert exists(unit, STATE) and exists(unit, unit.CONFIGURATION)
    dpkg(unit, "-i", "/srv/first.deb")
    assert states(unit) == WORKS
    assert len(incidents(unit)) == 1, "what it knew before"


def test_purged_it_leaves_nothing_of_its_own(installation) -> None:
    unit = installation
    unit.system.write("/etc/latencyd/ours.txt", "of somebody else")
    dpkg(unit, "-P", "latencyd")
    assert not exists(unit, "/var/lib/latencyd") and not exists(unit, unit.CONFIGURATION)
    assert exists(unit, "/etc/latencyd/ours.txt")
    assert unit.system.run("getent", "passwd", "latencyd").returncode == 0, "its number is not given to another one"
    folders = ["/etc/systemd", "/usr/bin", "/usr/lib/systemd", "/usr/lib/sysusers.d", "/usr/share/man"]
    folders += [f"/usr/share/{name}" for name in ("doc", "bash-completion", "zsh", "fish", "latencyd", "lintian")]
    left = unit.system.run("find", *folders, "-name", "*latencyd*", check=False).stdout.split()
    assert left == []
    assert unit.system.run("dpkg-query", "-W", "latencyd", check=False).returncode != 0
