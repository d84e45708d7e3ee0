"""What was learned raises alerts: a service that becomes slow is noticed, and the history of alerts outlives the process."""

import math
import random
import time
from pathlib import Path

import pytest
from daemon import Daemon, eventually, run_command

TIMING = "checkout_latency_seconds"
USUAL_SECONDS = 0.012
DAYS = 15
# From the first slow request to the alert: the trailing minute has to fill with slow ones for the median, and a tenth of
# a second of them changes the P99.
ALERT_SECONDS = 90
NOTICE_SECONDS = 20


def write_history(file: Path, seed: int) -> None:
    """Fifteen days up to now, with a course of the day and a noise of 5 %."""
    noise = random.Random(seed)
    now = int(time.time()) // 60 * 60
    with open(file, "w") as out:
        out.write("timestamp,value\n")
        for at in range(now - DAYS * 86_400, now, 60):
            usual = USUAL_SECONDS * (1 + 0.1 * math.sin(2 * math.pi * (at - now) / 86_400))
            out.write(f"{at},{usual * math.exp(noise.gauss(0, 0.05)):.6g}\n")


@pytest.fixture
def learned_daemon(start_daemon) -> Daemon:
    """A daemon that knows the P50 and the P99 of one timing since two weeks."""
    daemon = Daemon({"detection": {"window": "1s", "timezone": "UTC"}})
    daemon.write_configuration(daemon.configuration)
    for seed, statistic in enumerate(["p50", "p99"]):
        history = daemon.folder / f"{statistic}.csv"
        write_history(history, seed)
        learned = run_command(
            "learn", f"--config.file={daemon.configuration_file}", "--csv", str(history), "--timing", TIMING,
            "--statistic", statistic)
        assert learned.returncode == 0, learned.stderr
        assert "weekly" in learned.stdout
    started = start_daemon(
        {"detection": {"window": "1s", "timezone": "UTC"}}, folder=daemon.folder)
    yield started
    daemon.discard()


def push(daemon: Daemon, seconds: float) -> None:
    """Ten requests, a few of them slower than the others."""
    lines = [b"checkout.latency:%.3f|ms" % (seconds * 1_000 * (1 + 0.01 * number)) for number in range(10)]
    daemon.send(b"\n".join(lines))


def pushed_until(daemon: Daemon, seconds: float, condition, timeout: float, what: str):
    def holds():
        push(daemon, seconds)
        return condition()

    return eventually(holds, timeout, what, interval=0.1)


def alerts(daemon: Daemon) -> list[dict]:
    return [alert for alert in daemon.get("/api/v1/alerts").json["data"]["alerts"]
            if alert["labels"]["severity"] in ("warning", "critical")]


def history(daemon: Daemon) -> list[dict]:
    return daemon.get("/api/v1/alerts/history").json["data"]["alerts"]


def test_a_service_that_is_three_times_slower_than_usual_raises_an_alert(learned_daemon) -> None:
    daemon = learned_daemon
    usual_until = time.monotonic() + NOTICE_SECONDS

    def is_judged() -> bool:
        page = daemon.page()
        score = page.value("latencyd_anomaly_score", timing=TIMING, statistic="p99")
        return score is not None and time.monotonic() > usual_until

    pushed_until(daemon, USUAL_SECONDS, is_judged, 2 * NOTICE_SECONDS, "the usual is judged for a while")
    assert alerts(daemon) == [], "the usual raises no alert"
    page = daemon.page()
    assert page.value("latencyd_anomaly_score", timing=TIMING, statistic="p99") < 1
    expected = page.value("latencyd_expected_seconds", timing=TIMING, statistic="p99")
    assert expected == pytest.approx(USUAL_SECONDS, rel=0.15)

    began = time.monotonic()
    found = pushed_until(daemon, 3 * USUAL_SECONDS, lambda: alerts(daemon), ALERT_SECONDS, "the alert")
    print(f"the alert came {time.monotonic() - began:.0f} s after the first slow request")
    alert, = found
    assert alert["labels"]["alertname"] == "LatencyAbnormal"
    assert alert["labels"]["timing"] == TIMING
    assert float(alert["annotations"]["expected"]) == pytest.approx(USUAL_SECONDS, rel=0.15)
    assert float(alert["annotations"]["score"]) > 1
    assert "expected" in alert["annotations"]["summary"]
    assert any("expected" in line and TIMING in line for line in daemon.log)

    incident, = history(daemon)
    assert incident["endsAt"] is None
    assert incident["labels"]["timing"] == TIMING
    # On its thread the database is written at once.
    eventually(lambda: "state.db" in {file.name for file in (daemon.folder / "state").iterdir()}, 5, "the database")
    daemon.stop()
    daemon.start()
    incident, = history(daemon)
    assert incident["endsAt"] is None, "an alert goes on after a restart"
    assert incident["level"] in ("warning", "critical")
    assert incident["peak"] == pytest.approx(3 * USUAL_SECONDS, rel=0.2)
