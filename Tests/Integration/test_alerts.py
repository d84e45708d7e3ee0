"""A threshold crossed becomes an alert on the page, on the API and in the log, and ends again."""

import time
from typing import Any

import pytest

from daemon import Daemon, eventually

WINDOW_SECONDS = 2
FOR_SECONDS = 4
# A window is evaluated when it ends, and the look at it from outside takes a moment.
SLACK_SECONDS = 1.5

RULE = {
    "timing": "checkout_latency_seconds", "statistic": "p99",
    "thresholds": {"warning": "50ms", "critical": "200ms"}, "for": f"{FOR_SECONDS}s",
}


def with_rules(*rules: dict) -> dict:
    return {"alerts": {"rules": list(rules)}}


def level(daemon: Daemon) -> float | None:
    return daemon.page().value("latencyd_alert_level", timing="checkout_latency_seconds", statistic="p99")


def alerts(daemon: Daemon) -> list[dict]:
    answer = daemon.get("/api/v1/alerts").json
    assert answer["status"] == "success"
    return answer["data"]["alerts"]


def push(daemon: Daemon, latency_ms: float, count: int) -> None:
    line = b"checkout.latency:%g|ms|#model:a" % latency_ms
    per_datagram = 100
    daemon.send(*[b"\n".join([line] * min(per_datagram, count - sent)) for sent in range(0, count, per_datagram)])


def alert_entries(daemon: Daemon) -> list[dict[str, Any]]:
    """Log entries about changes of level."""
    return [entry for entry in daemon.log_entries if any(key.upper() == "LATENCYD_LEVEL" for key in entry)]


def field(entry: dict[str, Any], name: str) -> str:
    return str(next(value for key, value in entry.items() if key.upper() == name))


def test_a_p99_over_its_thresholds_rises_to_critical_and_recovers(start_daemon) -> None:
    daemon = start_daemon(with_rules(RULE))
    push(daemon, 10, 50)
    eventually(
        lambda: daemon.page().value(
            "latencyd_observed_seconds", timing="checkout_latency_seconds", statistic="p99") is not None,
        10, "a window has passed")
    assert level(daemon) == 0
    assert alerts(daemon) == []

    started = time.monotonic()
    push(daemon, 100, 50)
    pending = eventually(lambda: alerts(daemon), 2 * WINDOW_SECONDS + SLACK_SECONDS, "the alert is pending")
    assert [alert["state"] for alert in pending] == ["pending"]
    limit = FOR_SECONDS + 2 * WINDOW_SECONDS + SLACK_SECONDS
    eventually(lambda: level(daemon) == 2, started + limit - time.monotonic(), "the level is 2")
    assert time.monotonic() - started >= FOR_SECONDS - SLACK_SECONDS, "`for` was not waited for"
    (warning,) = alerts(daemon)
    assert warning["state"] == "firing"
    assert warning["labels"] == {
        "alertname": "LatencyAbnormal", "severity": "warning", "timing": "checkout_latency_seconds",
        "statistic": "p99", "model": "a",
    }
    assert float(warning["value"]) == pytest.approx(0.1, rel=0.02)
    assert warning["activeAt"] and warning["annotations"]

    push(daemon, 500, 100)
    eventually(lambda: level(daemon) == 3, limit, "the level is 3")
    (critical,) = alerts(daemon)
    assert critical["labels"]["severity"] == "critical", "one incident is one alert"

    # So many good ones that less than one in a hundred of the trailing minute is slow.
    push(daemon, 10, 30_000)
    eventually(lambda: level(daemon) == 0, 30, "the level is 0 again")
    eventually(lambda: alerts(daemon) == [], 5, "no alert is left")

    entries = eventually(
        lambda: (lambda found: found if len(found) >= 3 else None)(alert_entries(daemon)), 5, "the changes are logged")
    assert [field(entry, "LATENCYD_LEVEL") for entry in entries[:2]] == ["warning", "critical"]
    assert len(entries) == 3, "one entry for each change"
    for entry in entries:
        assert field(entry, "LATENCYD_TIMING") == "checkout_latency_seconds"
        assert field(entry, "LATENCYD_STATISTIC") == "p99"


def test_a_rule_for_other_labels_leaves_a_timing_alone(start_daemon) -> None:
    daemon = start_daemon(with_rules(
        {**RULE, "labels": {"model": "b"}, "for": "0s"},
        {**RULE, "timing": "checkout_*", "statistic": "mean", "for": "0s"}))
    push(daemon, 1000, 50)
    eventually(lambda: alerts(daemon), 10, "the rule that matches fires")
    (alert,) = alerts(daemon)
    assert alert["labels"]["severity"] == "critical"
    page = daemon.page()
    assert page.value("latencyd_alert_level", timing="checkout_latency_seconds", statistic="mean") == 3
    assert not page.value("latencyd_alert_level", timing="checkout_latency_seconds", statistic="p99")


def test_rules_have_prometheus_shape(start_daemon) -> None:
    daemon = start_daemon(with_rules({**RULE, "for": "0s"}))
    push(daemon, 100, 50)
    eventually(lambda: alerts(daemon), 10, "the rule fires")
    answer = daemon.get("/api/v1/rules").json
    assert answer["status"] == "success"
    group = answer["data"]["groups"][0]
    assert {"name", "file", "interval", "rules"} <= set(group)
    assert [rule["labels"]["severity"] for rule in group["rules"]] == ["warning", "critical"], "one for each level"
    firing = [rule for rule in group["rules"] if rule["state"] == "firing"]
    assert len(firing) == 1 and firing[0]["labels"]["severity"] == "warning"
    for rule in group["rules"]:
        assert rule["type"] == "alerting" and rule["health"] == "ok"
        assert {"name", "query", "duration", "labels", "annotations", "alerts"} <= set(rule)
    (alert,) = firing[0]["alerts"]
    assert alert["labels"]["timing"] == "checkout_latency_seconds" and alert["state"] == "firing"


def test_without_rules_there_is_nothing_to_tell(daemon: Daemon) -> None:
    push(daemon, 1000, 50)
    assert daemon.get("/api/v1/alerts").json == {"status": "success", "data": {"alerts": []}}
    groups = daemon.get("/api/v1/rules").json["data"]["groups"]
    assert not [rule for group in groups for rule in group["rules"] if group["name"] != "latencyd built-in"]
