"""llama.cpp's server: its queue, its slots and its pace are those that the load makes."""

import time

import pytest
from daemon import eventually
from llamacpp import SLOTS, TOKENS, LlamaCpp, request_body
from load import Load
from watched import Watched, middle

CONCURRENCY = 8


def test_signals_agree_with_the_load(start_daemon, promtool_check) -> None:
    with LlamaCpp() as server:
        daemon = start_daemon({"services": [server.service()]})
        watched = Watched(daemon, "llamacpp-a")
        watched.wait_up()
        assert watched.value("queue_length") == 0
        assert watched.value("running_requests") == 0

        with Load(server.infer_url, request_body, concurrency=CONCURRENCY) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            signals = ("queue_length", "running_requests", "batch_size", "inter_token_seconds")
            seen = watched.samples(signals, 6)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(record, steady, {signal: middle(values) for signal, values in seen.items()}, sep="\n")

        assert not record.failed_count
        # What is neither in a slot nor waits is on its way.
        assert middle(seen["running_requests"]) == SLOTS
        assert middle(seen["queue_length"]) == pytest.approx(CONCURRENCY - SLOTS, abs=1)
        assert 1 <= middle(seen["batch_size"]) <= SLOTS
        # A request is in its slot for a share of its time; in that share come its tokens, one after the other.
        in_slot = steady.seconds.mean * SLOTS / CONCURRENCY
        assert middle(seen["inter_token_seconds"]) == pytest.approx(in_slot / TOKENS, rel=0.35)
        promtool_check(daemon.page().text)

        eventually(lambda: watched.value("queue_length") == 0, 5, "the queue is empty")
        assert watched.value("running_requests") == 0


def test_a_server_without_metrics_says_how_to_turn_them_on(start_daemon) -> None:
    with LlamaCpp() as server:
        daemon = start_daemon({"services": [server.service("hidden", url=f"{server.base_url}/none")]})
        watched = Watched(daemon, "hidden")
        watched.wait_up(False)
        assert daemon.page().value("latencyd_service_failure", service="hidden", reason="status") == 1
        assert [entry for entry in daemon.log_entries if "--metrics" in entry.get("message", "")], daemon.log
