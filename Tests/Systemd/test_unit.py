"""The shipped units in a booted systemd: starts, restarts, reloads, who may push, and what is left of it afterwards."""

import json
import re
import subprocess

import pytest

from booted import REPOSITORY, wait
from installed import push
from manual import exposure

ALERT = {
    "detection": {"window": "1s"},
    "alerts": {"quiet_start": "0s", "rules": [{
        "name": "Slow", "timing": "answer_seconds", "statistic": "p50", "thresholds": {"critical": "50ms"}, "for": "0s",
    }]},
}
SERVICE = (REPOSITORY / "systemd/latencyd.service").read_text()


def test_it_is_active_by_its_own_word_and_not_root(unit) -> None:
    unit.start()
    show = unit.system.show
    assert show(unit.unit, "Type") == "notify" and show(unit.unit, "ActiveState") == "active"
    assert "series: " in show(unit.unit, "StatusText")
    status = dict(
        line.split(":\t", 1) for line in unit.system.run("cat", f"/proc/{unit.pid}/status").stdout.splitlines())
    user = unit.system.run("id", "-u", "latencyd").stdout.strip()
    assert user != "0" and set(status["Uid"].split()) == {user}
    assert int(status["CapEff"], 16) == int(status["CapBnd"], 16) == 0 and status["NoNewPrivs"] == "1"
    assert show(unit.unit, "OOMScoreAdjust") == "500"
    assert unit.system.run("cat", f"/proc/{unit.pid}/oom_score_adj").stdout.strip() == "500"
    assert int(show(unit.unit, "MemoryHigh")) < int(show(unit.unit, "MemoryMax"))


def test_it_hears_of_memory_pressure_where_an_ordinary_user_may(unit) -> None:
    threshold = r"printf 'some 200000 2000000\0' 1<>/proc/pressure/memory"
    may = unit.system.run("setpriv", "--reuid=model", "--clear-groups", "sh", "-c", threshold, check=False)
    if may.returncode != 0:
        pytest.skip("this kernel tells root alone")
    unit.start()
    assert len(unit.page().matching("latencyd_memory_relief_total")) == 1


@pytest.mark.parametrize("kind", ["datagram", "stream"])
def test_what_is_pushed_starts_a_daemon_that_was_stopped(unit, kind) -> None:
    unit.start()
    unit.system.run("systemctl", "stop", unit.unit)
    assert unit.system.show(unit.unit, "ActiveState") == "inactive"
    assert push(unit.system, "early:1|c", user="pusher", kind=kind) == ""
    wait(lambda: unit.system.show(unit.unit, "ActiveState") == "active", 20, "it was started")
    unit.eventually(lambda: unit.page().value("early_total") == 1, 5, "what started it is counted")


@pytest.mark.parametrize("kind", ["datagram", "stream"])
def test_only_members_of_the_group_may_push(unit, kind) -> None:
    unit.start()
    assert "Permission denied" in push(unit.system, "foreign:1|c", user="model", kind=kind)
    assert push(unit.system, "own:1|c", user="pusher", kind=kind) == ""
    unit.eventually(lambda: unit.page().value("own_total") == 1, 5, "the member's is counted")
    assert unit.page().value("foreign_total") is None


def test_nothing_is_lost_of_what_is_pushed_while_it_restarts(unit) -> None:
    # Stands still between two daemons until it is let go.
    unit.start(service="ExecStartPre=/bin/sh -c 'while test -e /run/hold; do sleep 0.05; done'")
    unit.system.run("touch", "/run/hold")
    unit.system.run("systemctl", "restart", "--no-block", unit.unit)
    wait(lambda: unit.system.show(unit.unit, "SubState") == "start-pre", 20, "no daemon is there")
    assert push(unit.system, "meanwhile:1|c", user="pusher", times=200) == ""
    assert push(unit.system, "meanwhile:1|c", user="pusher", kind="stream", times=20) == ""
    unit.system.run("rm", "/run/hold")
    wait(lambda: unit.system.show(unit.unit, "ActiveState") == "active", 20, "it is back")
    unit.eventually(lambda: unit.page().value("meanwhile_total") == 220, 5, "all of it is counted")


def test_one_that_stands_still_is_restarted(unit) -> None:
    # Idle loops give a sign every two seconds.
    unit.start(service="WatchdogSec=5s")
    before = unit.pid
    unit.system.run("kill", "-STOP", str(before))

    def is_back() -> bool:
        return unit.system.show(unit.unit, "ActiveState") == "active" and unit.pid not in (0, before)

    wait(is_back, 25, "another one runs", pause=0.25)
    assert unit.system.show(unit.unit, "NRestarts") == "1"
    assert "watchdog" in unit.system.run("journalctl", "--no-pager", "-o", "cat", "-u", unit.unit).stdout.lower()


def test_a_reload_takes_a_good_file_and_fails_with_a_broken_one(unit) -> None:
    unit.start()
    before = unit.pid
    unit.system.write(unit.CONFIGURATION, json.dumps(ALERT))
    unit.system.run("systemctl", "reload", unit.unit)

    def rules() -> list[str]:
        groups = json.loads(unit.get("/api/v1/rules"))["data"]["groups"]
        return [rule["name"] for group in groups for rule in group["rules"]]

    unit.eventually(lambda: "Slow" in rules(), 5, "the rule is there")
    unit.system.write(unit.CONFIGURATION, "alerts: {rulez: []}")
    failed = unit.system.run("systemctl", "reload", unit.unit, check=False)
    assert failed.returncode != 0
    assert [line for line in unit.journal_of_unit() if "rulez" in line and "rules" in line], "it is said what is wrong"
    assert unit.pid == before and "Slow" in rules() and unit.system.show(unit.unit, "ActiveState") == "active"


def critical_entries(unit) -> list[dict]:
    lines = unit.system.run(
        "journalctl", "--no-pager", "-o", "json", "LATENCYD_LEVEL=critical", f"_SYSTEMD_UNIT={unit.unit}").stdout
    return [json.loads(line) for line in lines.splitlines()]


@pytest.fixture
def critical_alert(unit) -> dict:
    """The journal's entry of an alert that fires, the only one however often the daemon was started since."""
    unit.start(ALERT)
    assert push(unit.system, "answer:500|ms", user="pusher", times=50) == ""
    unit.eventually(lambda: bool(critical_entries(unit)), 15, "the journal has the alert by its field")
    (entry,) = critical_entries(unit)
    return entry


def test_a_critical_alert_is_read_back_by_field_and_by_catalogue(unit, critical_alert) -> None:
    entry = critical_alert
    assert entry["PRIORITY"] == "2" and entry["LATENCYD_ALERT"] == "Slow" and entry["LATENCYD_STATISTIC"] == "p50"
    assert entry["LATENCYD_TIMING"] == "answer_seconds" and float(entry["LATENCYD_VALUE"]) == pytest.approx(0.5, rel=0.02)
    assert entry["_SYSTEMD_UNIT"] == unit.unit and entry["_UID"] != "0"
    # The package has dpkg do this.
    unit.system.run("journalctl", "--update-catalog")
    explained = unit.system.run(
        "journalctl", "--no-pager", "-x", "LATENCYD_LEVEL=critical", f"_SYSTEMD_UNIT={unit.unit}").stdout
    assert "Subject: Alert Slow has reached level critical" in explained
    assert f"What: {entry['LATENCYD_SUBJECT']}" in explained and f"Since: {entry['LATENCYD_SINCE']}" in explained
    assert "sudo latencyd doctor" in explained and not re.search(r"@[A-Z_]+@|\bLATENCYD_[A-Z]+\b(?!=)", explained)


def test_what_was_known_survives_its_sudden_death(unit, critical_alert) -> None:
    before = unit.pid
    unit.system.run("kill", "-KILL", str(before))
    wait(lambda: unit.pid not in (0, before) and unit.system.show(unit.unit, "ActiveState") == "active", 20, "it is back")
    history = json.loads(unit.get("/api/v1/alerts/history"))
    assert "answer_seconds" in json.dumps(history) and "critical" in json.dumps(history)
    (alert,) = [one for one in json.loads(unit.get("/api/v1/alerts"))["data"]["alerts"] if one["labels"]["alertname"] == "Slow"]
    assert alert["labels"]["severity"] == "critical", "what fires goes on"
    assert len(critical_entries(unit)) == 1, "and is not told again"
    page = unit.page()
    assert page.value("latencyd_state_working") == 1 and page.value("latencyd_state_rebuilds_total") == 0


# The unit's text


def analysis(*lines: str) -> subprocess.CompletedProcess:
    return subprocess.run(["systemd-analyze", *lines], capture_output=True, text=True)


def test_the_exposure_is_what_the_manual_says_also_without_a_system(tmp_path) -> None:
    service = tmp_path / "latencyd.service"
    service.write_text(SERVICE)
    report = analysis("security", "--offline=true", "--no-pager", str(service)).stdout
    assert f"Overall exposure level for latencyd.service: {exposure('')}" in report
    # What it asks for and the unit leaves off has a reason there.
    left_off = {re.match(r"✗ (\w+)=", line)[1] for line in report.splitlines() if line.startswith("✗")}
    reasons = SERVICE.split("# Left off on purpose:")[1]
    assert left_off and not [name for name in left_off if f"{name}=" not in reasons and f"{name}= above" not in reasons]


def test_the_drop_in_for_newer_systems_changes_the_type_alone(system, tmp_path) -> None:
    drop_in = (system.root / "usr/share/doc/latencyd/examples/latencyd-notify-reload.conf").read_text()
    lines = [line for line in drop_in.splitlines() if line and not line.startswith("#")]
    checks = [line for line in SERVICE.splitlines() if line.startswith("ExecReload=/usr/bin/latencyd")]
    assert lines == ["[Service]", "Type=notify-reload", "ExecReload=", *checks]
