"""MLServer: requests, failures and their durations are those of the load."""

import time

import pytest
from load import Load
from mlserver import MLServer
from triton import failing_body, read_answer, request_body
from watched import Watched, average, middle

CONCURRENCY = 16
# Of the histogram of REST requests: those of prometheus_client.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1)


def test_requests_and_their_durations_are_those_of_the_load(start_daemon, promtool_check) -> None:
    with MLServer() as server:
        watched = Watched(start_daemon({"services": [server.service()]}), "mlserver-a", "paced")
        watched.wait_up()
        # It shows a model from its first request on; as the page was read before, that one counts.
        watched.wait_readings()
        with Load(server.infer_url, request_body, concurrency=1, limit=5) as load:
            load.wait()
        watched.wait_value("requests_total", 5)
        # What is of REST requests names no model.
        rest = watched.of(None)
        assert watched.value("errors_total") == 0
        with Load(server.infer_url, request_body, concurrency=CONCURRENCY, read=read_answer) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(("request_seconds",), 6)["request_seconds"]
            # What is on the page is of the second before.
            steady = load.record.between(since - 1_000_000_000, time.monotonic_ns())
            running = rest.samples(("running_requests",), 2)["running_requests"]
            record = load.stop()
        assert not record.failed_count
        watched.wait_value("requests_total", 5 + len(record.requests))
        page = watched.daemon.page()
        mean = rest.value("request_duration_seconds_sum", page) / rest.value("request_duration_seconds_count", page)
        print(record, average(seen), middle(running), mean, sep="\n")

        # MLServer's clock runs from when it has read a request until it has its answer; it is busy between the requests.
        assert mean == pytest.approx(record.seconds.mean, rel=0.15)
        # How it batches changes from second to second.
        assert average(seen) == pytest.approx(steady.seconds.mean, rel=0.25)
        assert middle(running) == pytest.approx(CONCURRENCY, abs=CONCURRENCY / 2)
        assert rest.value("request_duration_seconds_count", page) == 5 + len(record.requests)
        # A quantile is in the bucket of the exact one, which may by the server's clock be the bucket below.
        exact = record.seconds.quantile(0.5)
        below = [0, 0, *(bound for bound in BOUNDS if bound < exact)]
        above = min(bound for bound in BOUNDS if bound >= exact)
        quantile = observed_median(watched)
        assert below[-2] < quantile <= above * 1.011, (exact, quantile)
        promtool_check(page.text)

        with Load(server.infer_url, failing_body, concurrency=4, limit=12) as load:
            assert load.wait().failed_count == 12
        watched.wait_value("errors_total", 12)
        assert watched.value("requests_total") == 5 + len(record.requests) + 12
        watched.wait_value("request_seconds", None)


def observed_median(watched: Watched) -> float:
    """The median of REST requests over the trailing minute."""
    found = watched.daemon.page().matching(
        "latencyd_observed_seconds", timing="latencyd_service_request_duration_seconds",
        service=watched.labels["service"], statistic="p50")
    assert len(found) == 1, found
    return found[0][1]
