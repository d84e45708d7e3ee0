"""Timings that do not come any more raise an alert; mute windows and the quiet start hold back what is told."""

import datetime
import time
from typing import Any

from alertmanager import Alertmanager
from daemon import Daemon, eventually, run_command

TIMING = "checkout_latency_seconds"
SLOW = {
    "name": "Slow", "timing": TIMING, "statistic": "p50", "thresholds": {"warning": "50ms", "critical": "5s"}, "for": "0s",
}
ABSENT_SECONDS = 10
ABSENT = {"timing": "checkout_*", "absent": f"{ABSENT_SECONDS}s", "level": "critical"}
ABSENCE_ID = "fa23a6dc881b4b3ca77e91ab7a51c6e2"


def push(daemon: Daemon, milliseconds: float = 100) -> None:
    daemon.send(*[f"checkout.latency:{milliseconds:g}|ms|#model:a".encode()] * 50)


def alerts(daemon: Daemon, name: str) -> list[dict]:
    found = daemon.get("/api/v1/alerts").json["data"]["alerts"]
    return [alert for alert in found if alert["labels"]["alertname"] == name]


def history(daemon: Daemon, name: str) -> list[dict]:
    found = daemon.get("/api/v1/alerts/history").json["data"]["alerts"]
    return [alert for alert in found if alert["labels"]["alertname"] == name]


def field(entry: dict[str, Any], name: str) -> str | None:
    return next((str(value) for key, value in entry.items() if key.upper() == name), None)


def told(daemon: Daemon, name: str) -> list[dict]:
    """Journal entries about an alert."""
    return [entry for entry in daemon.log_entries if field(entry, "LATENCYD_ALERT") == name]


def moment(seconds_from_now: float) -> str:
    at = datetime.datetime.now(datetime.UTC) + datetime.timedelta(seconds=seconds_from_now)
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def seconds(rfc3339: str) -> float:
    return datetime.datetime.fromisoformat(rfc3339).timestamp()


def test_a_service_that_falls_silent_raises_an_alert_and_its_own_alert_does_not_recover(start_daemon) -> None:
    daemon = start_daemon({
        "alerts": {"rules": [SLOW, ABSENT], "no_data_after": "10m"}, "detection": {"window": "1s"},
        # The alert outlives the series.
        "push": {"expire_after": "15s"},
    })
    push(daemon)
    eventually(lambda: alerts(daemon, "Slow"), 10, "it is slow")
    last = time.time()
    push(daemon)
    assert alerts(daemon, "TimingsAbsent") == []
    (absent,) = eventually(
        lambda: alerts(daemon, "TimingsAbsent"), ABSENT_SECONDS + 5, "the silence is noticed")
    assert ABSENT_SECONDS - 2 <= time.time() - last
    assert absent["state"] == "firing" and absent["labels"] == {
        "alertname": "TimingsAbsent", "severity": "critical", "timing": TIMING, "model": "a"}
    assert abs(seconds(absent["annotations"]["last_seen"]) - last) < 3
    assert "has had no timings for" in absent["annotations"]["summary"]
    page = daemon.page()
    assert page.value("latencyd_alerts", alertname="TimingsAbsent", level="critical") == 1
    rules = [rule for group in daemon.get("/api/v1/rules").json["data"]["groups"] for rule in group["rules"]]
    (rule,) = [rule for rule in rules if rule["name"] == "TimingsAbsent"]
    assert rule["state"] == "firing" and rule["query"] == f'max_over_time(latencyd_rate{{timing=~"checkout_.*"}}[{ABSENT_SECONDS}s]) == 0'
    (entry,) = eventually(lambda: told(daemon, "TimingsAbsent"), 5, "it is told")
    assert field(entry, "MESSAGE_ID") == ABSENCE_ID and field(entry, "LATENCYD_LEVEL") == "critical"
    assert field(entry, "LATENCYD_LAST_SEEN") == absent["annotations"]["last_seen"]

    # The series is forgotten by now, the alerts are not.
    eventually(lambda: not daemon.page().matching("checkout_latency_seconds_count"), 20, "the series has expired")
    time.sleep(3)
    assert alerts(daemon, "TimingsAbsent") and alerts(daemon, "Slow"), "neither ends with the series"
    assert [field(entry, "LATENCYD_LEVEL") for entry in told(daemon, "Slow")] == ["warning"], "it did not recover"

    push(daemon)
    eventually(lambda: not alerts(daemon, "TimingsAbsent"), 5, "timings come again")
    end = eventually(lambda: told(daemon, "TimingsAbsent")[1:], 5, "the end is told")[0]
    assert field(end, "LATENCYD_LEVEL") == "none" and field(end, "LATENCYD_SINCE") == field(entry, "LATENCYD_SINCE")
    (ended,) = history(daemon, "TimingsAbsent")
    assert ended["annotations"]["end"] == "recovered" and ended["peak"] >= ABSENT_SECONDS
    assert alerts(daemon, "Slow")


def test_a_timing_that_a_rule_names_is_expected_from_the_start_on_and_over_a_restart(start_daemon, folder) -> None:
    rules = {
        "alerts": {"rules": [{"name": "Never", "timing": "never_seconds", "absent": "10s"}]}, "detection": {"window": "1s"},
    }
    daemon = start_daemon(rules)
    (never,) = eventually(lambda: alerts(daemon, "Never"), 15, "it does not come")
    assert never["labels"] == {"alertname": "Never", "severity": "warning", "timing": "never_seconds"}
    assert "none since the start" in never["annotations"]["summary"] and "last_seen" not in never["annotations"]
    began = never["activeAt"]
    daemon.process.kill()
    daemon.process.wait(10)
    daemon.start()
    (never,) = eventually(lambda: alerts(daemon, "Never"), 5, "it goes on")
    assert never["activeAt"] == began, "it is the same alert"
    assert len(history(daemon, "Never")) == 1
    assert told(daemon, "Never")[1:] == [], "it is told once"
    daemon.send(b"never:1|ms")
    eventually(lambda: not alerts(daemon, "Never"), 5, "it came")
    (ended,) = history(daemon, "Never")
    assert ended["annotations"]["end"] == "recovered"


def test_a_silence_goes_on_after_a_restart_until_timings_come(start_daemon) -> None:
    daemon = start_daemon({"alerts": {"rules": [ABSENT]}, "detection": {"window": "1s"}})
    push(daemon)
    (absent,) = eventually(lambda: alerts(daemon, "TimingsAbsent"), ABSENT_SECONDS + 10, "the silence is noticed")
    eventually(lambda: told(daemon, "TimingsAbsent"), 5, "it is told")
    for kill in (True, False):
        daemon.process.kill() if kill else daemon.process.terminate()
        daemon.process.wait(15)
        daemon.start()
        (again,) = eventually(lambda: alerts(daemon, "TimingsAbsent"), 5, "it goes on")
        assert again["activeAt"] == absent["activeAt"] and again["labels"] == absent["labels"]
        assert abs(seconds(again["annotations"]["last_seen"]) - seconds(absent["annotations"]["last_seen"])) < 2
    assert len(told(daemon, "TimingsAbsent")) == 1, "it is told once"
    push(daemon)
    eventually(lambda: not alerts(daemon, "TimingsAbsent"), 5, "timings come again")
    (ended,) = history(daemon, "TimingsAbsent")
    assert ended["annotations"]["end"] == "recovered"


def heard(alertmanager: Alertmanager) -> list[tuple[str, str]]:
    return sorted((alert["labels"]["alertname"], alert["labels"]["severity"]) for alert in alertmanager.alerts() or [])


def test_a_muted_alert_is_told_when_the_window_ends(start_daemon, alertmanager) -> None:
    window_seconds = 14
    ends = moment(window_seconds)
    other = {**SLOW, "name": "Loud"}
    daemon = start_daemon({
        "alerts": {"rules": [SLOW, other], "mute": [{"name": "Sl*", "timing": "checkout_*", "from": moment(-60), "to": ends}]},
        "notify": {"alertmanagers": [{"url": alertmanager.url}]}, "detection": {"window": "1s"},
    })
    push(daemon)
    (muted,) = eventually(lambda: alerts(daemon, "Slow"), 10, "it fires")
    assert muted["state"] == "firing" and muted["annotations"]["muted"] == f"until {ends}"
    assert daemon.page().value("latencyd_alerts", alertname="Slow", level="warning") == 1
    assert daemon.page().value("latencyd_alert_level", timing=TIMING, statistic="p50") == 2
    eventually(lambda: heard(alertmanager) == [("Loud", "warning")], 10, "what is not muted is told")
    text = run_command("status", "--no-search", "--web.listen-address", f"127.0.0.1:{daemon.port}").stdout
    assert f"warning, muted until {ends}, Slow since" in text and "warning Loud since" in text
    time.sleep(max(0, seconds(ends) - time.time() - 1.5))
    assert heard(alertmanager) == [("Loud", "warning")] and told(daemon, "Slow") == []

    eventually(lambda: ("Slow", "warning") in heard(alertmanager), 8, "it is told when the window ends")
    assert time.time() >= seconds(ends)
    eventually(lambda: told(daemon, "Slow"), 5, "and to the journal")
    time.sleep(2)
    (entry,) = told(daemon, "Slow")
    assert field(entry, "LATENCYD_SINCE") == muted["activeAt"] and field(entry, "LATENCYD_LEVEL") == "warning"
    (since,) = [alert["startsAt"] for alert in alertmanager.alerts() if alert["labels"]["alertname"] == "Slow"]
    assert abs(seconds(since) - seconds(muted["activeAt"])) < 0.01
    assert "muted" not in alerts(daemon, "Slow")[0]["annotations"]
    assert history(daemon, "Slow")[0]["annotations"]["muted"] == f"until {ends}"


def test_in_a_window_the_end_of_what_was_told_is_told_and_what_comes_and_goes_is_not(start_daemon, alertmanager) -> None:
    daemon = start_daemon({
        "alerts": {"rules": [SLOW]}, "notify": {"alertmanagers": [{"url": alertmanager.url}]},
        "detection": {"window": "1s"},
    })
    push(daemon)
    eventually(lambda: heard(alertmanager) == [("Slow", "warning")], 10, "it is told")
    configuration = daemon.configuration
    configuration["alerts"]["mute"] = [{"from": "00:00", "to": "24:00"}]
    daemon.write_configuration(configuration)
    assert daemon.get("/-/reload", "POST").status == 200
    for _ in range(40):
        push(daemon, 9_000)
    eventually(lambda: alerts(daemon, "Slow")[0]["labels"]["severity"] == "critical", 5, "it gets worse")
    assert alerts(daemon, "Slow")[0]["annotations"]["muted"].startswith("until ")
    time.sleep(2)
    assert heard(alertmanager) == [("Slow", "warning")], "a rise is held back"
    for _ in range(200):
        push(daemon, 1)
    eventually(lambda: not alerts(daemon, "Slow"), 10, "it recovers")
    eventually(lambda: heard(alertmanager) == [], 10, "the end is told")
    assert [field(entry, "LATENCYD_LEVEL") for entry in told(daemon, "Slow")] == ["warning", "none"]


def test_what_begins_in_the_quiet_start_is_told_after_it(start_daemon, alertmanager) -> None:
    started = time.time()
    signal = {"name": "Lost", "signal": "latencyd_series_limit", "above": {"warning": 1}, "for": "0s"}
    daemon = start_daemon({
        "alerts": {"rules": [SLOW, signal], "quiet_start": "10s"},
        "notify": {"alertmanagers": [{"url": alertmanager.url}]}, "detection": {"window": "1s"},
    })
    push(daemon)
    eventually(lambda: alerts(daemon, "Slow") and alerts(daemon, "Lost"), 8, "both fire")
    assert "muted" in alerts(daemon, "Lost")[0]["annotations"]
    assert heard(alertmanager) == [] and told(daemon, "Slow") == told(daemon, "Lost") == []
    eventually(lambda: heard(alertmanager) == [("Lost", "warning"), ("Slow", "warning")], 20, "both are told after it")
    assert time.time() - started >= 10
    assert len(told(daemon, "Slow")) == len(told(daemon, "Lost")) == 1


def test_a_window_that_cannot_be_is_refused_with_its_place(tmp_path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text('alerts:\n  mute:\n    - {timing: batch_*, from: "02:00", to: 2026-12-24T04:30:00Z}\n')
    result = run_command("check", "config", str(file))
    assert result.returncode == 1
    assert f"{file}:3:44: alerts.mute[0].to: " in result.stdout + result.stderr
    assert "write both alike" in result.stdout + result.stderr
