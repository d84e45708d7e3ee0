"""MLServer: requests, failures and their durations are those of the load."""

import time

import pytest
from load import Load
from mlserver import MLServer
from triton import failing_body, read_answer, request_body
from watched import Watched, middle

CONCURRENCY = 16
# Of the histogram of REST requests: those of prometheus_client.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1)


def test_requests_and_their_durations_are_those_of_the_load(start_daemon, promtool_check) -> None:
    with MLServer() as server:
        watched = Watched(start_daemon({"services": [server.service()]}), "mlserver-a", "paced")
        watched.wait_up()
        # It shows a model from its first request on, which latencyd then takes for one that it did not see.
        with Load(server.infer_url, request_body, concurrency=1, limit=5) as load:
            load.wait()
        watched.wait_value("errors_total", 0)
        of_first = watched.value("requests_total")
        with Load(server.infer_url, request_body, concurrency=CONCURRENCY, read=read_answer) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(("request_seconds",), 5)
            running = watched.of(None).samples(("running_requests",), 2)["running_requests"]
            steady = load.record.between(since, time.monotonic_ns())
            quantile = load_quantile(watched)
            record = load.stop()
        print(steady, middle(seen["request_seconds"]), middle(running), quantile, sep="\n")

        assert not record.failed_count
        # Its own clock stops before its answer is written; the load's when it is read, on a busy machine.
        assert middle(seen["request_seconds"]) == pytest.approx(steady.seconds.mean, rel=0.25)
        assert middle(running) == pytest.approx(CONCURRENCY, abs=CONCURRENCY / 2)
        # A quantile is in the bucket of the exact one; the exact one by the server's clock may be in the one below.
        exact = steady.seconds.quantile(0.5)
        below = [0, 0, *(bound for bound in BOUNDS if bound < exact)]
        above = min(bound for bound in BOUNDS if bound >= exact)
        assert below[-2] < quantile <= above * 1.011, (exact, quantile)
        watched.wait_value("requests_total", of_first + len(record.requests))
        promtool_check(watched.daemon.page().text)

        with Load(server.infer_url, failing_body, concurrency=4, limit=12) as load:
            assert load.wait().failed_count == 12
        watched.wait_value("errors_total", 12)
        assert watched.value("requests_total") == of_first + len(record.requests) + 12
        watched.wait_value("request_seconds", None)


def load_quantile(watched: Watched) -> float:
    """The median over the trailing minute of REST requests, which are of no model."""
    found = watched.daemon.page().matching(
        "latencyd_observed_seconds", timing="latencyd_service_request_duration_seconds",
        service=watched.labels["service"], statistic="p50")
    assert len(found) == 1, found
    return found[0][1]
