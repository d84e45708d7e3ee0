"""What is learned: which series, no more than may be, and that a sudden end costs the last minute at most."""

import sqlite3
import time

from daemon import Daemon, eventually

# Learning goes by the minutes of the wall clock.
MINUTE_SECONDS = 60
SLACK_SECONDS = 10

# Observations a turn, by name: two fit.
TRAFFIC = {"checkout.latency": 40, "search.latency": 30, "seldom.latency": 1, "service.boot": 50}


def push(daemon: Daemon) -> None:
    for name, count in TRAFFIC.items():
        daemon.send(b"\n".join([b"%s:12|ms" % name.encode()] * count))


def learned(daemon: Daemon) -> list[str]:
    return sorted(series["timing"] for series in daemon.get("/api/v1/baselines").json["data"]["learned"])


def pushed_until(daemon: Daemon, condition, seconds: float, what: str) -> None:
    def holds() -> bool:
        push(daemon)
        return condition()

    eventually(holds, seconds, what, interval=0.5)


def configuration(**detection) -> dict:
    return {"detection": {"window": "1s", "max_learned_series": 2, "timezone": "UTC", **detection}}


def minutes(daemon: Daemon) -> list[int]:
    with sqlite3.connect(f"file:{daemon.folder}/state/state.db?mode=ro", uri=True) as database:
        return [row[0] for row in database.execute("SELECT minute FROM minutes ORDER BY minute")]


def test_the_busiest_latencies_are_learned_and_known_again_after_a_kill(start_daemon) -> None:
    daemon = start_daemon(configuration())
    pushed_until(
        daemon, lambda: daemon.page().value("latencyd_learned_series") == 2, MINUTE_SECONDS + SLACK_SECONDS,
        "series are chosen")
    busiest = ["checkout_latency_seconds", "search_latency_seconds"]
    assert learned(daemon) == busiest
    page = daemon.page()
    assert page.value("latencyd_unlearned_series") == 1
    assert page.value("latencyd_learned_series_limit") == 2
    assert page.value("latencyd_baseline_state", timing=busiest[0], state="learning") == 1
    pushed_until(
        daemon, lambda: daemon.page().value("latencyd_anomaly_score", timing=busiest[0], statistic="p99") is not None,
        SLACK_SECONDS, "the trailing minute is judged")
    assert daemon.page().value("latencyd_expected_seconds", timing=busiest[0], statistic="p99") is not None
    assert daemon.page().value("latencyd_baseline_state", timing="service_boot_seconds") is None

    pushed_until(
        daemon, lambda: minutes(daemon) != [], 2 * MINUTE_SECONDS + SLACK_SECONDS,
        "a minute was learned of which half or more was seen")
    daemon.process.kill()
    daemon.process.wait()
    assert minutes(daemon)[-1] >= time.time() // 60 - 1, "all but the minute in progress is kept"

    daemon.start()
    assert learned(daemon) == busiest
    push(daemon)
    eventually(
        lambda: daemon.page().value("latencyd_anomaly_score", timing=busiest[0], statistic="p99") is not None,
        SLACK_SECONDS, "it is judged at once, not only after a minute")


def test_learning_that_is_turned_off_shows_nothing(start_daemon) -> None:
    daemon = start_daemon(configuration(learn=[]))
    push(daemon)
    eventually(
        lambda: daemon.page().value("latencyd_observed_seconds", timing="checkout_latency_seconds", statistic="p99"),
        SLACK_SECONDS, "a window has passed")
    page = daemon.page()
    assert page.value("latencyd_learned_series") == 0
    assert page.value("latencyd_unlearned_series") == 0
    assert page.matching("latencyd_anomaly_score") == []


def test_a_second_daemon_does_not_touch_the_state_of_the_first(start_daemon) -> None:
    first = start_daemon()
    second = Daemon({"storage": {"path": str(first.folder / "state")}})
    try:
        second.start(ready=False)
        assert second.wait_ended() == 1
        assert any(str(first.folder / "state") in line for line in second.log)
    finally:
        second.discard()
