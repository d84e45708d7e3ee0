"""Timings from clients that others wrote arrive complete, and their statistics are right."""

import numpy as np
import pytest
from datadog.dogstatsd.base import DogStatsd
from statsd import UnixSocketStatsClient

from daemon import Daemon, eventually

TIMINGS = 20_000
# The sketch's worst case is 1.09 %; the rest is for the client's rounding.
QUANTILE_TOLERANCE = 0.012
MOMENT_TOLERANCE = 0.001


@pytest.fixture
def latencies_ms() -> np.ndarray:
    return np.random.default_rng(20).lognormal(mean=2.5, sigma=0.8, size=TIMINGS)


def dogstatsd(socket_url: str) -> DogStatsd:
    # With a time-out the client waits for a full socket; without one it drops.
    return DogStatsd(socket_path=socket_url, disable_buffering=False, socket_timeout=10)


def push_with_datadog(client: DogStatsd, latencies_ms: np.ndarray) -> None:
    for number, latency in enumerate(latencies_ms):
        client.timing("inference.latency", latency, tags=["model:resnet"])
        if number % 10 == 0:
            client.increment("inference.requests", tags=["model:resnet"])
            client.histogram("inference.batch.size", number % 8 + 1, tags=["model:resnet"])
            client.set("inference.users", f"user-{number % 170}")
    client.gauge("inference.queue.depth", 17, tags=["model:resnet"])
    client.gauge("inference.queue.depth", 4, tags=["model:resnet"])
    client.flush()


def check_statistics(daemon: Daemon, latencies_ms: np.ndarray, **labels: str) -> None:
    """Waits until the statistics over the trailing minute are those that numpy finds."""
    seconds = latencies_ms / 1e3
    expected = {
        "p50": (np.quantile(seconds, 0.5), QUANTILE_TOLERANCE),
        "p95": (np.quantile(seconds, 0.95), QUANTILE_TOLERANCE),
        "p99": (np.quantile(seconds, 0.99), QUANTILE_TOLERANCE),
        "mean": (seconds.mean(), MOMENT_TOLERANCE),
        "stddev": (seconds.std(), MOMENT_TOLERANCE),
    }

    def all_right() -> bool:
        page = daemon.page()
        for statistic, (truth, tolerance) in expected.items():
            value = page.value(
                "latencyd_observed_seconds", timing="inference_latency_seconds", statistic=statistic, **labels)
            assert value is not None, f"{statistic} is missing"
            assert value == pytest.approx(truth, rel=tolerance), statistic
        return True

    eventually(all_right, 20, "the statistics are numpy's")


def check_count_and_sum(daemon: Daemon, latencies_ms: np.ndarray, **labels: str) -> None:
    eventually(
        lambda: daemon.page().value("inference_latency_seconds_count", **labels) == len(latencies_ms), 15,
        f"all {len(latencies_ms)} timings are counted")
    page = daemon.page()
    assert page.value("inference_latency_seconds_sum", **labels) == pytest.approx(latencies_ms.sum() / 1e3, rel=1e-6)
    for bound in ("0.01", "0.1"):
        bucket = page.value("inference_latency_seconds_bucket", le=bound, **labels)
        assert bucket == np.count_nonzero(latencies_ms / 1e3 <= float(bound))


@pytest.mark.parametrize("kind", ["unixgram", "unixstream"])
def test_twenty_thousand_timings_by_datadog(daemon: Daemon, latencies_ms: np.ndarray, kind: str) -> None:
    path = daemon.datagram_socket if kind == "unixgram" else daemon.stream_socket
    client = dogstatsd(f"{kind}://{path}")
    push_with_datadog(client, latencies_ms)

    assert client.packets_dropped == 0, "the client itself lost timings"
    check_count_and_sum(daemon, latencies_ms, model="resnet")
    check_statistics(daemon, latencies_ms, model="resnet")
    page = daemon.page()
    assert page.value("inference_requests_total", model="resnet") == TIMINGS / 10
    assert page.value("inference_batch_size_count", model="resnet") == TIMINGS / 10
    batch_sizes = np.arange(0, TIMINGS, 10) % 8 + 1
    assert page.value("inference_batch_size_sum", model="resnet") == batch_sizes.sum()
    observed = page.value("latencyd_observed", timing="inference_batch_size", statistic="p50")
    assert observed == pytest.approx(np.quantile(batch_sizes, 0.5), rel=QUANTILE_TOLERANCE)
    assert page.value("inference_queue_depth", model="resnet") == 4
    assert page.value("inference_users") == 17
    assert sum(page.malformed().values()) == 0
    assert {reason: n for reason, n in page.dropped().items() if n and reason != "client_telemetry"} == {}


def test_twenty_thousand_timings_by_statsd(daemon: Daemon, latencies_ms: np.ndarray) -> None:
    client = UnixSocketStatsClient(str(daemon.stream_socket))
    with client.pipeline() as pipeline:
        for number, latency in enumerate(latencies_ms):
            pipeline.timing("inference.latency", latency)
            if number % 1000 == 0:
                # Short pipelines: one call is one write.
                pipeline.send()
    client.incr("inference.requests", 5)
    client.incr("inference.requests", 7)
    client.gauge("inference.queue.depth", 12)
    client.gauge("inference.queue.depth", -3, delta=True)
    client.set("inference.users", "a")
    client.set("inference.users", "b")
    client.set("inference.users", "a")
    client.close()

    check_count_and_sum(daemon, latencies_ms)
    check_statistics(daemon, latencies_ms)
    page = daemon.page()
    assert page.value("inference_requests_total") == 12
    assert page.value("inference_queue_depth") == 9
    assert page.value("inference_users") == 2
    assert sum(page.malformed().values()) == 0


def test_sampled_timings_weigh_as_much_as_they_stand_for(daemon: Daemon) -> None:
    daemon.send(*[b"sampled.latency:20|ms|@0.1"] * 50, *[b"sampled.requests:1|c|@0.25"] * 10)
    eventually(lambda: daemon.page().value("sampled_latency_seconds_count") == 500, 5, "500 timings")
    assert daemon.page().value("sampled_latency_seconds_sum") == pytest.approx(10)
    assert daemon.page().value("sampled_requests_total") == 40


def test_timed_sends_seconds_as_milliseconds_unless_told_otherwise(daemon: Daemon) -> None:
    """The trap that docs/pushing-timings.md warns of: it is the client's, and this is what users see."""
    client = dogstatsd(str(daemon.datagram_socket))
    with client.timed("trap.wrong") as wrong:
        sum(range(2_000_000))
    with client.timed("trap.right", use_ms=True) as right:
        sum(range(2_000_000))
    client.flush()
    eventually(lambda: daemon.page().value("trap_right_seconds_count") == 1, 5, "the timing is counted")
    page = daemon.page()
    assert page.value("trap_wrong_seconds_sum") == pytest.approx(wrong.elapsed / 1e3)
    assert page.value("trap_right_seconds_sum") == pytest.approx(right.elapsed / 1e3)


def test_names_and_tags_become_what_the_documentation_says(daemon: Daemon) -> None:
    daemon.send(
        b"stage.decode_us:1500|d|#stage:decode", b"payload_bytes:2048|h", b"answered:3|c|#canary",
        b"weird-name/x:1|g|#region:eu,region:us,le:5,__secret:1,http.code:200",
        "temp\u00e9rature:21|g|#ville:Orl\u00e9ans".encode())
    eventually(lambda: "weird_name_x" in daemon.page().names(), 5, "the last gauge is there")
    page = daemon.page()
    assert page.value("stage_decode_seconds_sum", stage="decode") == pytest.approx(0.0015)
    assert page.value("payload_bytes_sum") == 2048
    assert page.value("answered_total", canary="true") == 3
    labels, value = page.matching("weird_name_x")[0]
    assert value == 1
    assert labels == {"region": "eu,us", "exported_le": "5", "exported___secret": "1", "http_code": "200"}
    assert page.value("temp_rature", ville="Orl\u00e9ans") == 21
