"""MLServer: requests, their durations and its batches are those of the load."""

import time

import pytest
from daemon import eventually
from load import Load
from mlserver import MLServer
from watched import Watched, middle

CONCURRENCY = 16


def request_body(_: int) -> dict:
    return {"inputs": [{"name": "x", "shape": [1, 1], "datatype": "FP32", "data": [1.0]}]}


def test_signals_agree_with_the_load(start_daemon, promtool_check) -> None:
    with MLServer() as server:
        daemon = start_daemon({"services": [server.service()]})
        watched = Watched(daemon, "mlserver-a", "paced")
        watched.wait_up()
        # It shows its families from the first request on.
        with Load(server.infer_url, request_body, concurrency=1, limit=5) as load:
            load.wait()
        eventually(lambda: watched.value("requests_total") is not None, 5, "the model is known")
        before = watched.value("requests_total")
        with Load(server.infer_url, request_body, concurrency=CONCURRENCY) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(("request_seconds", "queue_length"), 6)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(record, steady, {signal: values[-5:] for signal, values in seen.items()}, sep="\n")
        assert not record.failed_count
        # Its own clock stops before its answer is written and read.
        assert middle(seen["request_seconds"]) == pytest.approx(steady.seconds.mean, rel=0.35)
        assert max(seen["queue_length"]) <= CONCURRENCY
        eventually(
            lambda: watched.value("requests_total") - before == pytest.approx(len(record.requests), abs=5), 5,
            f"{len(record.requests)} requests")
        promtool_check(daemon.page().text)
