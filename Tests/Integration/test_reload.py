"""A reload takes effect as a whole or not at all."""

import json
import re
import signal
from typing import Callable

import pytest

from daemon import Daemon, eventually, merged

RULE = {"timing": "a_seconds", "statistic": "p99", "thresholds": {"warning": "50ms"}, "for": "0s"}
BROKEN = "alerts:\n  rules:\n    - timing: a_seconds\n      thresold: 5\n"


def post(daemon: Daemon) -> None:
    daemon.get("/-/reload", method="POST")


def hangup(daemon: Daemon) -> None:
    daemon.process.send_signal(signal.SIGHUP)


def rules(daemon: Daemon) -> list[dict]:
    groups = daemon.get("/api/v1/rules").json["data"]["groups"]
    return [rule for group in groups for rule in group["rules"] if group["name"] != "latencyd built-in"]


@pytest.mark.parametrize("reload", [post, hangup])
def test_a_good_file_takes_effect(start_daemon, reload: Callable[[Daemon], None]) -> None:
    daemon = start_daemon()
    daemon.send(b"a" + b":100" * 50 + b"|ms")
    assert rules(daemon) == []
    daemon.write_configuration(merged(daemon.configuration, {"alerts": {"rules": [RULE]}}))
    reload(daemon)
    eventually(lambda: len(rules(daemon)) == 1, 5, "the rule is there")
    eventually(lambda: daemon.page().value("latencyd_alert_level", timing="a_seconds", statistic="p99") == 2, 10,
               "the rule works, on timings from before")
    assert daemon.page().value("a_seconds_count") == 50


@pytest.mark.parametrize("reload", [post, hangup])
def test_a_broken_file_leaves_the_running_configuration_in_force(
    start_daemon, reload: Callable[[Daemon], None],
) -> None:
    daemon = start_daemon({"alerts": {"rules": [RULE]}})
    before = rules(daemon)
    daemon.write_configuration(BROKEN)
    reload(daemon)
    place = re.escape(f"{daemon.configuration_file}:4:7")
    # In JSON a slash may be written with a backslash before it.
    eventually(
        lambda: any(re.search(place, line.replace("\\/", "/")) and "thresold" in line for line in daemon.log), 5,
        "the log says file, line, column and key")
    assert [rule["name"] for rule in rules(daemon)] == [rule["name"] for rule in before]
    daemon.send(b"a:100|ms")
    eventually(lambda: daemon.page().value("a_seconds_count") == 1, 5, "it goes on")


def test_the_answer_to_a_failed_reload_says_why(start_daemon) -> None:
    daemon = start_daemon()
    daemon.write_configuration(BROKEN)
    reply = daemon.get("/-/reload", method="POST")
    assert reply.status == 500
    assert f"{daemon.configuration_file}:4:7" in reply.text and "thresold" in reply.text
    daemon.write_configuration(json.dumps(daemon.configuration))
    assert daemon.get("/-/reload", method="POST").status == 200


def test_many_reloads_leak_nothing(start_daemon) -> None:
    daemon = start_daemon({"alerts": {"rules": [RULE]}})
    for _ in range(20):
        assert daemon.get("/-/reload", method="POST").status == 200
    files, resident = daemon.open_files(), daemon.resident_bytes()
    for _ in range(200):
        assert daemon.get("/-/reload", method="POST").status == 200
    eventually(lambda: daemon.open_files() <= files, 5, "no descriptor is kept")
    assert daemon.resident_bytes() - resident < 2 << 20
