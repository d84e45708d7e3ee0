"""Triton: what latencyd says agrees with what the load and the model itself measured."""

import time

import pytest
from daemon import eventually
from load import Load, Record
from triton import BATCH_SECONDS, MAX_BATCH, Triton, read_answer, request_body
from watched import Watched, middle

# Requests that are outstanding all the time: eight are worked on, and the others wait.
CONCURRENCY = 40


def test_signals_agree_with_the_load(start_daemon, promtool_check) -> None:
    with Triton() as server:
        daemon = start_daemon({"services": [server.service()]})
        watched = Watched(daemon, "triton-a", "paced")
        watched.wait_up()
        # Models without a request have their queue, and nothing else.
        assert watched.value("queue_length") == 0
        assert watched.value("request_seconds") is None

        with Load(server.infer_url(), request_body, concurrency=CONCURRENCY, read=read_answer) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            signals = ("queue_length", "queue_seconds", "batch_size", "request_seconds", "batch_efficiency_ratio")
            seen = watched.samples(signals, 6)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(record, steady, {signal: middle(values) for signal, values in seen.items()}, sep="\n")

        # The load's own waits include the way to Triton and its HTTP server, some milliseconds under load.
        assert middle(seen["queue_length"]) == pytest.approx(CONCURRENCY - MAX_BATCH, abs=MAX_BATCH)
        assert max(seen["queue_length"]) <= CONCURRENCY
        assert middle(seen["queue_seconds"]) == pytest.approx(steady.waited_seconds.mean, rel=0.25, abs=0.01)
        assert middle(seen["request_seconds"]) == pytest.approx(steady.seconds.mean, rel=0.25, abs=0.01)
        assert middle(seen["request_seconds"]) > middle(seen["queue_seconds"]) + 0.9 * BATCH_SECONDS
        assert middle(seen["batch_size"]) == pytest.approx(steady.batch_size, rel=0.05)
        assert middle(seen["batch_efficiency_ratio"]) == pytest.approx(steady.batch_size / MAX_BATCH, rel=0.05)

        # Everything is counted, and each batch with its exact size.
        eventually(
            lambda: watched.value("requests_total") == len(record.succeeded), 5,
            f"{len(record.succeeded)} requests; it says {watched.value('requests_total')}")
        assert watched.value("errors_total") == 0
        page = daemon.page()
        below = 0
        for size, count in record.batches().items():
            # Buckets are cumulative, and those up to 32 hold one size each.
            through = watched.value("batch_size_requests_bucket", page, le=f"{size}")
            assert through == pytest.approx(below + count, abs=2), (size, record.batches())
            below = through
        promtool_check(page.text)

        # Quiet: no means of nothing, and no queue.
        eventually(lambda: watched.value("request_seconds") is None, 5, "no mean without requests")
        assert watched.value("queue_length") == 0


def test_failures_are_counted_and_a_restart_is_no_spike(start_daemon) -> None:
    with Triton() as server:
        daemon = start_daemon({"services": [server.service()]})
        watched = Watched(daemon, "triton-a", "paced")
        watched.wait_up()
        eventually(lambda: watched.value("requests_total") == 0, 5, "the model is known")

        def send(count: int, fail: bool = False) -> Record:
            with Load(
                server.infer_url(), lambda sent: request_body(sent, fail), concurrency=4, read=read_answer, limit=count
            ) as load:
                return load.wait()

        assert send(50).failed_count == 0
        assert send(20, fail=True).failed_count == 20
        eventually(lambda: watched.value("requests_total") == 70, 5, "70 requests")
        assert watched.value("errors_total") == 20

        server.kill()
        watched.wait_up(False, 5)
        assert watched.value("queue_length") is None
        server.start()
        watched.wait_up()
        assert send(20).failed_count == 0
        eventually(lambda: watched.value("requests_total") == 90, 5, "20 more")
        assert watched.value("errors_total") == 20
