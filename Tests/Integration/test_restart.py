"""What fires is the same alert after a restart: in the Alertmanager, in the history, in the log."""

import json
import sqlite3
import threading
import time

import pytest

from alertmanager import Alertmanager
from daemon import Daemon, eventually

RULE = {
    "timing": "checkout_latency_seconds", "statistic": "p50",
    "thresholds": {"warning": "50ms", "critical": "500ms"}, "for": "2s",
}
RAISED = "e8ba8214d0a946e6b6a28e126dcf3221"


class Load:
    """Pushes a latency all the time, to whichever daemon listens."""

    def __init__(self, daemon: Daemon, milliseconds: float) -> None:
        self.daemon = daemon
        self.milliseconds = milliseconds
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(0.2):
            try:
                self.daemon.send(f"checkout.latency:{self.milliseconds:g}|ms|#model:a".encode())
            except OSError:
                pass

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


class Watch:
    """Looks at the Alertmanager all the time."""

    def __init__(self, alertmanager: Alertmanager) -> None:
        self.seen: list[list[tuple[str, str]]] = []
        self._ended = threading.Event()
        self._alertmanager = alertmanager
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def _run(self) -> None:
        while not self._ended.wait(0.1):
            self.seen.append(
                [(alert["labels"]["severity"], alert["startsAt"]) for alert in self._alertmanager.alerts() or []])

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def configuration(alertmanager: Alertmanager, **alerts: object) -> dict:
    return {
        "alerts": {"rules": [RULE], **alerts}, "detection": {"window": "1s"},
        "notify": {"alertmanagers": [{"url": alertmanager.url}]},
    }


def incidents(daemon: Daemon) -> list[dict]:
    return daemon.get("/api/v1/alerts/history").json["data"]["alerts"]


def entries(daemon: Daemon, message_id: str | None = None) -> list[dict]:
    return [
        entry for entry in daemon.log_entries
        if "LATENCYD_ALERT" in json.dumps(entry) and (message_id is None or message_id in json.dumps(entry))
    ]


def restart(daemon: Daemon, *, kill: bool, away: float = 2) -> None:
    daemon.process.kill() if kill else daemon.process.terminate()
    assert daemon.process.wait(15) == (-9 if kill else 0)
    time.sleep(away)
    daemon.start()


def begin(daemon: Daemon, alertmanager: Alertmanager) -> dict:
    """Waits until the warning is with the Alertmanager and in the database."""
    (alert,) = eventually(alertmanager.alerts, 30, "the warning is there")
    assert alert["labels"]["severity"] == "warning"

    def stored() -> bool:
        with sqlite3.connect(f"file:{daemon.folder}/state/state.db?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM firing").fetchone() == (1,)

    eventually(stored, 10, "it is stored")
    return alert


@pytest.mark.parametrize("kill", [True, False], ids=["kill", "stop"])
def test_what_fires_is_the_same_alert_after_a_restart(start_daemon, alertmanager, kill: bool) -> None:
    daemon = start_daemon(configuration(alertmanager))
    watch = Watch(alertmanager)
    load = Load(daemon, 100)
    try:
        before = begin(daemon, alertmanager)
        (incident,) = incidents(daemon)
        restart(daemon, kill=kill)
        (alert,) = daemon.get("/api/v1/alerts").json["data"]["alerts"]
        assert alert["state"] == "firing" and alert["activeAt"] == incident["startsAt"]
        eventually(
            lambda: daemon.page().value("latencyd_notifications_total", alertmanager=alertmanager.url), 15, "it is told")
        # Several windows on slow timings, and nothing is told.
        eventually(
            lambda: (daemon.page().value(
                "checkout_latency_seconds", model="a", quantile="0.5") or 0) >= 0, 10, "timings are there")
        time.sleep(6)
        (after,) = alertmanager.alerts()
        assert (after["startsAt"], after["fingerprint"]) == (before["startsAt"], before["fingerprint"])
        (same,) = incidents(daemon)
        assert same["startsAt"] == incident["startsAt"] and same["endsAt"] is None
        assert len(entries(daemon)) == len(entries(daemon, RAISED)) == 1, "told once, before the restart"
        load.milliseconds = 1
        # The trailing minute has to forget.
        eventually(lambda: alertmanager.alerts() == [], 90, "it is resolved")
        (ended,) = incidents(daemon)
        assert ended["startsAt"] == incident["startsAt"] and ended["annotations"]["end"] == "recovered"
        assert len(entries(daemon)) == 2 and len(entries(daemon, RAISED)) == 1
    finally:
        load.stop()
        watch.stop()
    assert max(map(len, watch.seen)) == 1, "never more than one"
    assert {one for alerts in watch.seen for one in alerts} == {("warning", before["startsAt"])}


def test_what_recovered_while_the_daemon_was_down_is_resolved_once(start_daemon, alertmanager) -> None:
    daemon = start_daemon(configuration(alertmanager))
    load = Load(daemon, 100)
    watch = Watch(alertmanager)
    try:
        begin(daemon, alertmanager)
        load.milliseconds = 1
        restart(daemon, kill=False)
        eventually(lambda: alertmanager.alerts() == [], 20, "it is resolved")
        time.sleep(4)
    finally:
        load.stop()
        watch.stop()
    (incident,) = incidents(daemon)
    assert incident["annotations"]["end"] == "recovered"
    assert len(entries(daemon)) == 2 and len(entries(daemon, RAISED)) == 1
    there = [bool(alerts) for alerts in watch.seen]
    there = there[there.index(True):]
    assert there == sorted(there, reverse=True), "gone once"


def test_without_data_it_ends_as_long_after_the_start_as_after_any_silence(start_daemon, alertmanager) -> None:
    daemon = start_daemon(configuration(alertmanager, no_data_after="10s"))
    load = Load(daemon, 100)
    try:
        begin(daemon, alertmanager)
    finally:
        load.stop()
    restart(daemon, kill=True, away=12)
    started = time.monotonic()
    assert len(daemon.get("/api/v1/alerts").json["data"]["alerts"]) == 1, "the time without the daemon is no silence"
    eventually(lambda: alertmanager.alerts() == [], 25, "it has ended")
    assert time.monotonic() - started > 8
    assert [incident["annotations"]["end"] for incident in incidents(daemon)] == ["noData"]


def age(daemon: Daemon, seconds: float) -> float:
    """Makes what is stored so many seconds older."""
    with sqlite3.connect(daemon.folder / "state/state.db") as database:
        database.execute("UPDATE firing SET seen_seconds = seen_seconds - ?", (seconds,))
        return database.execute("SELECT seen_seconds FROM firing").fetchone()[0]


@pytest.mark.parametrize("seconds, goes_on", [(3_000, True), (4_000, False), (-1e6, True)])
def test_what_was_last_seen_long_ago_has_ended_then(start_daemon, alertmanager, seconds: float, goes_on: bool) -> None:
    daemon = start_daemon(configuration(alertmanager))
    load = Load(daemon, 100)
    try:
        begin(daemon, alertmanager)
    finally:
        load.stop()
    daemon.process.kill()
    daemon.process.wait()
    age(daemon, seconds)
    daemon.start()
    (incident,) = incidents(daemon)
    assert (incident["endsAt"] is None) == goes_on
    assert len(daemon.get("/api/v1/alerts").json["data"]["alerts"]) == (1 if goes_on else 0)
    if not goes_on:
        assert incident["annotations"]["end"] == "restart"


def test_the_alert_of_a_rule_that_went_meanwhile_ends_as_on_a_reload(start_daemon, alertmanager) -> None:
    daemon = start_daemon(configuration(alertmanager))
    load = Load(daemon, 100)
    try:
        begin(daemon, alertmanager)
    finally:
        load.stop()
    daemon.process.kill()
    daemon.process.wait()
    daemon.configuration["alerts"]["rules"] = [{**RULE, "statistic": "p95"}]
    daemon.start()
    assert [incident["annotations"]["end"] for incident in incidents(daemon)] == ["ruleRemoved"]
    assert len(entries(daemon)) == 2
