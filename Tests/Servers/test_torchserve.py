"""TorchServe: its page and its management API together say what the load says."""

import time

import pytest
from daemon import free_port
from load import Load
from torchserve import BATCH_SECONDS, MAX_BATCH, TorchServe, failing_body, read_answer, request_body
from watched import Watched, middle

CONCURRENCY = 24
SIGNALS = ("queue_length", "queue_seconds", "request_seconds")


def test_page_and_management_api_say_what_the_load_says(start_daemon, promtool_check) -> None:
    with TorchServe() as server:
        watched = Watched(start_daemon({"services": [
            server.service(),
            # A second address that nobody answers at never makes a service down.
            server.service("no-api", api_url=f"http://127.0.0.1:{free_port()}")]}), "torchserve-a", "paced")
        watched.wait_up()
        watched.wait_value("queue_length", 0)
        # It shows a model's counters from its first request on; as the page was read before, that one counts.
        watched.wait_readings()
        with Load(server.infer_url, request_body, concurrency=1, read=read_answer, limit=5) as load:
            load.wait()
        watched.wait_value("requests_total", 5)

        with Load(server.infer_url, request_body, concurrency=CONCURRENCY, read=read_answer) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(SIGNALS, 5)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(steady, {signal: middle(values) for signal, values in seen.items()}, sep="\n")

        assert not record.failed_count
        # Between two batches requests are on their way, as many as one batch has.
        assert middle(seen["queue_length"]) == pytest.approx(CONCURRENCY - MAX_BATCH, abs=MAX_BATCH)
        assert max(sample.value for sample in seen["queue_length"]) <= CONCURRENCY
        # TorchServe counts requests as they come and times as they end: in an interval some batches more or less.
        for signal, measured in (("queue_seconds", steady.waited_seconds), ("request_seconds", steady.seconds)):
            assert middle(seen[signal]) == pytest.approx(measured.mean, rel=0.2, abs=0.01)
        assert middle(seen["request_seconds"]) - middle(seen["queue_seconds"]) > 0.8 * BATCH_SECONDS
        watched.wait_value("requests_total", 5 + len(record.requests))
        promtool_check(watched.daemon.page().text)

        page = watched.daemon.page()
        without = Watched(watched.daemon, "no-api", "paced")
        assert without.is_up(page)
        assert page.value("latencyd_service_api_failures_total", service="no-api") > 0
        assert without.value("queue_length", page) is None
        assert without.value("requests_total", page) == 5 + len(record.requests)

        watched.wait_value("request_seconds", None)
        watched.wait_value("queue_length", 0)


def test_failures_are_errors_of_the_server(start_daemon) -> None:
    with TorchServe() as server:
        service = Watched(start_daemon({"services": [server.service()]}), "torchserve-a")
        service.wait_up()
        # The first failure brings the counter about.
        service.wait_readings()
        with Load(server.infer_url, failing_body, concurrency=3, limit=9) as load:
            assert load.wait().failed_count == 9
        service.wait_value("errors_total", 9)
        # They are requests as well, of the model.
        assert service.of("paced").value("requests_total") == 9
