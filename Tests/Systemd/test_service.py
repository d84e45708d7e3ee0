"""What systemd does for the daemon: brings it up, brings it back, lets in whom it should, and explains its alerts."""

import json

from booted import REPOSITORY, python

SOCKET = "/run/latencyd/timings.sock"
SEND = (
    "import socket; s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); "
    f"s.sendto(b'checkout.latency:12.5|ms', '{SOCKET}')"
)


def push(unit, *as_whom: str) -> int:
    """The exit code of a sender."""
    return unit.system.run(*as_whom, python(), "-c", SEND, check=False).returncode


def timings(unit) -> float:
    return unit.page().value("checkout_latency_seconds_count") or 0


def test_a_timing_brings_up_a_daemon_that_was_stopped(unit) -> None:
    unit.start()
    unit.system.run("systemctl", "stop", unit.unit)
    assert unit.system.show(unit.unit, "ActiveState") == "inactive"
    assert push(unit) == 0
    unit.eventually(lambda: unit.system.show(unit.unit, "ActiveState") == "active", 15, "it is up")
    unit.eventually(lambda: timings(unit) == 1, 15, "the timing is counted")


def test_timings_of_a_restart_are_not_lost(unit) -> None:
    unit.start()
    first = unit.pid
    unit.system.run("systemctl", "kill", "--signal=KILL", unit.unit)
    for _ in range(5):
        assert push(unit) == 0
    unit.eventually(
        lambda: unit.pid not in (0, first) and unit.system.show(unit.unit, "ActiveState") == "active", 20, "another one is up")
    unit.eventually(lambda: timings(unit) == 5, 20, "each of them is counted")


def test_members_of_the_group_may_push_and_others_may_not(unit) -> None:
    unit.start()
    member = ("setpriv", "--reuid=65534", "--regid=latencyd", "--clear-groups")
    stranger = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups")
    assert push(unit, *member) == 0
    assert push(unit, *stranger) != 0
    unit.eventually(lambda: timings(unit) == 1, 15, "one is counted")


def test_it_is_not_root(unit) -> None:
    unit.start()
    user = unit.system.run("stat", "--format=%U", f"/proc/{unit.pid}").stdout.strip()
    assert user == "latencyd"


def test_the_watchdog_restarts_one_that_stands_still(unit) -> None:
    unit.start(service="WatchdogSec=4s")
    first = unit.pid
    unit.system.run("kill", "-STOP", str(first))
    unit.eventually(lambda: unit.pid not in (0, first), 30, "another one runs")
    unit.eventually(lambda: unit.system.show(unit.unit, "ActiveState") == "active", 15, "it is up")
    assert any("Watchdog timeout" in line for line in unit.system.run("journalctl", "-u", unit.unit).stdout.splitlines())


def test_a_reload_takes_a_good_file_and_refuses_a_broken_one(unit) -> None:
    unit.start()
    first = unit.pid
    unit.system.write(unit.CONFIGURATION, json.dumps({"push": {"max_series": 123}}))
    unit.system.run("systemctl", "reload", unit.unit)
    unit.eventually(lambda: unit.page().value("latencyd_series_limit") == 123, 15, "the new limit holds")
    unit.system.write(unit.CONFIGURATION, "push: {max_serie: 5}\n")
    assert unit.system.run("systemctl", "reload", unit.unit, check=False).returncode != 0
    assert unit.page().value("latencyd_series_limit") == 123
    assert unit.pid == first


def test_a_critical_alert_is_found_by_field_and_explained_by_the_catalogue(unit) -> None:
    unit.system.run("journalctl", "--update-catalog")
    rule = {"name": "AlwaysThere", "signal": "latencyd_build_info", "above": {"critical": 0}, "for": "0s"}
    unit.start({"detection": {"window": "2s"}, "alerts": {"rules": [rule]}})

    def entries() -> list[dict]:
        found = unit.system.run("journalctl", "LATENCYD_LEVEL=critical", "LATENCYD_ALERT=AlwaysThere", "-o", "json").stdout
        return [json.loads(line) for line in found.splitlines()]

    unit.eventually(lambda: bool(entries()), 15, "the alert is in the journal")
    entry = entries()[0]
    assert entry["PRIORITY"] == "2"
    assert entry["LATENCYD_SIGNAL"] == "latencyd_build_info"
    explained = unit.system.run("journalctl", "-x", "LATENCYD_ALERT=AlwaysThere", "-o", "short").stdout
    assert "AlwaysThere is critical: latency is not normal" in explained
    assert "latencyd doctor" in explained


def test_the_catalogue_explains_every_kind_of_alert(unit) -> None:
    kinds = (REPOSITORY / "Sources/Exporter/Alerts/AlertMessage.swift").read_text()
    ids = [line.split('"')[1] for line in kinds.splitlines() if line.strip().startswith("case ") and '= "' in line]
    assert len(ids) == 4
    unit.system.run("journalctl", "--update-catalog")
    for identifier in ids:
        assert "Defined-By: latencyd" in unit.system.run("journalctl", "--dump-catalog", identifier).stdout
