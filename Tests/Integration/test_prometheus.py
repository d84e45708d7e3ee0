"""A real Prometheus scrapes native histograms over protobuf, and its quantiles are right."""

from pathlib import Path
from typing import Iterator

import numpy as np
import pytest

from daemon import Daemon, eventually
from prometheus import Prometheus


@pytest.fixture
def prometheus(daemon: Daemon, tmp_path: Path) -> Iterator[Prometheus]:
    prometheus = Prometheus(tmp_path, daemon.port)
    yield prometheus
    prometheus.stop()


def test_native_histograms_arrive_and_their_quantiles_are_right(daemon: Daemon, prometheus: Prometheus) -> None:
    eventually(lambda: [r for r in prometheus.query("up") if r["value"][1] == "1"], 30, "Prometheus scrapes latencyd")

    latencies_ms = np.random.default_rng(3).lognormal(mean=3, sigma=0.7, size=20_000)
    for start in range(0, len(latencies_ms), 200):
        lines = [f"inference.latency:{ms:.6f}|ms|#model:a" for ms in latencies_ms[start:start + 200]]
        daemon.send("\n".join(lines).encode())

    def arrived() -> dict | None:
        found = prometheus.query('inference_latency_seconds{model="a"}')
        complete = [r for r in found if "histogram" in r and int(r["histogram"][1]["count"]) == len(latencies_ms)]
        return complete[0] if complete else None

    series = eventually(arrived, 20, "all timings arrived as a native histogram")
    assert len(series["histogram"][1]["buckets"]) > 100, "schema 5 has many buckets over this range"
    for quantile in (0.5, 0.95, 0.99):
        answer = prometheus.query(f'histogram_quantile({quantile}, inference_latency_seconds{{model="a"}})')
        truth = np.quantile(latencies_ms, quantile) / 1e3
        assert float(answer[0]["value"][1]) == pytest.approx(truth, rel=0.015), quantile

    observed = eventually(
        lambda: prometheus.query('latencyd_observed_seconds{timing="inference_latency_seconds",statistic="p99"}'), 10,
        "a window has passed, and a scrape")
    assert observed[0]["metric"]["model"] == "a"
    metadata = prometheus.api("metadata", metric="inference_latency_seconds")
    assert metadata["inference_latency_seconds"][0]["type"] == "histogram"


def test_no_scrape_fails_and_no_sample_is_refused(daemon: Daemon, prometheus: Prometheus) -> None:
    daemon.send(b"a:1|c", b"b:2|g", b"c:3|ms", b"d:4|h", b"e:f|s")
    eventually(lambda: prometheus.query("a_total"), 30, "the counter is in Prometheus")
    targets = prometheus.api("targets")["activeTargets"]
    assert [(target["health"], target["lastError"]) for target in targets] == [("up", "")]
    prometheus.log.flush()
    log = Path(prometheus.log.name).read_text()
    complaints = [line for line in log.splitlines() if "level=warn" in line or "level=error" in line]
    assert not [line for line in complaints if "scrape" in line], complaints
