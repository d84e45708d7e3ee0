"""The wake-up latency is measured, on a thread that nothing lowers, as often as the configuration says."""

import os
from pathlib import Path

import pytest

from daemon import Daemon, eventually, merged

COUNT = "latencyd_wakeup_latency_seconds_count"


def settings(**wakeups) -> dict:
    return {"hardware": {"collectors": {"wakeup_latency": {"interval": "100ms", **wakeups}}}}


def probe(daemon: Daemon) -> Path | None:
    """The probe's thread below /proc; None where there is none."""
    tasks = Path(f"/proc/{daemon.pid}/task").iterdir()
    return next((task for task in tasks if (task / "comm").read_text() == "wakeup-probe\n"), None)


def reload(daemon: Daemon, configuration: dict) -> None:
    daemon.write_configuration(merged(daemon.configuration, configuration))
    assert daemon.get("/-/reload", method="POST").status == 200


def test_the_page_has_a_histogram_that_grows(start_daemon, promtool_check) -> None:
    daemon = start_daemon(settings(rate=200))
    eventually(lambda: daemon.page().value(COUNT) >= 100, 10, "a hundred measurements")
    page = daemon.page()
    assert 0 < page.value("latencyd_wakeup_latency_seconds_sum") < 60
    assert page.value("latencyd_wakeup_latency_seconds_bucket", le="+Inf") == page.value(COUNT)
    assert page.value("latencyd_wakeups_missed_total") >= 0
    promtool_check(daemon.get("/metrics").text)


def test_a_reload_stops_it_and_takes_it_up_again(start_daemon) -> None:
    daemon = start_daemon(settings(rate=200))
    eventually(lambda: daemon.page().value(COUNT) >= 20, 10, "it measures")
    before = daemon.page().value(COUNT)
    reload(daemon, settings(enabled=False))
    eventually(lambda: probe(daemon) is None, 5, "the thread has ended")
    eventually(lambda: daemon.page().value(COUNT) is None, 5, "the family is gone")
    reload(daemon, settings(rate=1000))
    eventually(lambda: (daemon.page().value(COUNT) or 0) > before + 100, 10, "it goes on counting where it was")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may take a lower priority back")
def test_a_niced_daemon_has_a_probe_that_is_not(start_daemon) -> None:
    daemon = start_daemon(settings(), launcher=["nice", "-n", "7"])

    def nice(task: Path) -> int:
        return int((task / "stat").read_text().rpartition(")")[2].split()[16])

    assert nice(Path(f"/proc/{daemon.pid}")) == 7
    eventually(lambda: nice(probe(daemon)) == 0, 5, "the probe's thread has the usual priority")
    assert not [line for line in daemon.log if "delays this process alone" in line]
