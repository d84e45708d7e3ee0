"""TorchServe: its page and its management API together say what the load says."""

import time

import pytest
from daemon import eventually, free_port
from load import Load
from torchserve import MAX_BATCH, TorchServe, read_answer, request_body
from watched import Watched, middle

CONCURRENCY = 24


def test_signals_agree_with_the_load(start_daemon, promtool_check) -> None:
    with TorchServe() as server:
        daemon = start_daemon({"services": [
            server.service(),
            # A second address that nobody answers at never makes a service down.
            server.service("no-api", api_url=f"http://127.0.0.1:{free_port()}")]})
        watched = Watched(daemon, "torchserve-a", "paced")
        watched.wait_up()
        with Load(server.infer_url, request_body, concurrency=1, read=read_answer, limit=5) as load:
            load.wait()
        eventually(lambda: watched.value("requests_total") is not None, 5, "the model is known")
        before = watched.value("requests_total")
        with Load(server.infer_url, request_body, concurrency=CONCURRENCY, read=read_answer) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(("queue_length", "queue_seconds", "request_seconds"), 6)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(record, steady, {signal: middle(values) for signal, values in seen.items()}, sep="\n")
        assert not record.failed_count
        assert middle(seen["queue_length"]) == pytest.approx(CONCURRENCY - MAX_BATCH, abs=MAX_BATCH + 1)
        assert middle(seen["queue_seconds"]) == pytest.approx(steady.waited_seconds.mean, rel=0.3, abs=0.01)
        assert middle(seen["request_seconds"]) == pytest.approx(steady.seconds.mean, rel=0.3, abs=0.01)
        eventually(
            lambda: watched.value("requests_total") - before == pytest.approx(len(record.requests), abs=5), 5,
            f"{len(record.requests)} requests")
        page = daemon.page()
        assert page.value("latencyd_service_up", service="no-api") == 1
        assert page.value("latencyd_service_api_failures_total", service="no-api") > 0
        promtool_check(page.text)
