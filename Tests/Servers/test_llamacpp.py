"""llama.cpp's server: its queue, its slots and its pace are those that the load makes."""

import time

import pytest
from daemon import eventually
from llamacpp import SLOTS, TOKENS, LlamaCpp, request_body
from load import Load
from watched import Watched, middle

CONCURRENCY = 8
SIGNALS = ("queue_length", "running_requests", "batch_size", "batch_efficiency_ratio", "inter_token_seconds")


def test_queue_slots_and_pace_are_those_of_the_load(start_daemon, promtool_check) -> None:
    with LlamaCpp() as server:
        watched = Watched(start_daemon({"services": [server.service(max_batch_size=SLOTS)]}), "llamacpp-a")
        watched.wait_up()
        watched.wait_value("queue_length", 0)
        watched.wait_value("running_requests", 0)
        assert watched.value("batch_size") is None and watched.value("inter_token_seconds") is None

        with Load(server.infer_url, request_body, concurrency=CONCURRENCY) as load:
            time.sleep(2)
            since = time.monotonic_ns()
            seen = watched.samples(SIGNALS, 5)
            steady = load.record.between(since, time.monotonic_ns())
            record = load.stop()
        print(steady, {signal: middle(values) for signal, values in seen.items()}, sep="\n")

        assert not record.failed_count
        assert middle(seen["running_requests"]) == SLOTS
        # What is neither in a slot nor waits is on its way, one at the most most of the time.
        assert middle(seen["queue_length"]) == pytest.approx(CONCURRENCY - SLOTS, abs=1)
        # A slot is empty for a moment between two requests, a step of hundreds.
        assert middle(seen["batch_size"]) == pytest.approx(SLOTS, rel=0.1)
        assert middle(seen["batch_efficiency_ratio"]) == pytest.approx(1, rel=0.1)
        # A request is in its slot for a share of its time; in that share come its tokens, one after the other. The way
        # there and back and the reading of the prompt are in the load's time and not in the server's.
        in_slot = steady.seconds.mean * SLOTS / CONCURRENCY
        assert middle(seen["inter_token_seconds"]) == pytest.approx(in_slot / TOKENS, rel=0.3)
        promtool_check(watched.daemon.page().text)

        watched.wait_value("queue_length", 0)
        watched.wait_value("inter_token_seconds", None)
        watched.wait_value("running_requests", 0)
        watched.wait_value("batch_size", None)


def test_one_request_at_a_time_is_a_batch_of_one(start_daemon) -> None:
    with LlamaCpp() as server:
        watched = Watched(start_daemon({"services": [server.service(max_batch_size=SLOTS)]}), "llamacpp-a")
        watched.wait_up()
        with Load(server.infer_url, request_body, concurrency=1):
            time.sleep(2)
            seen = watched.samples(SIGNALS, 3)
        assert {sample.value for sample in seen["queue_length"]} == {0}
        assert max(sample.value for sample in seen["running_requests"]) == 1
        assert middle(seen["batch_size"]) == pytest.approx(1, rel=0.02)
        assert middle(seen["batch_efficiency_ratio"]) == pytest.approx(1 / SLOTS, rel=0.02)


def test_a_restart_is_a_gap_and_no_spike(start_daemon) -> None:
    with LlamaCpp() as server:
        watched = Watched(start_daemon({"services": [server.service()]}), "llamacpp-a")
        watched.wait_up()
        with Load(server.infer_url, request_body, concurrency=4):
            time.sleep(1)
            before = watched.samples(SIGNALS, 2)
            server.kill()
            watched.wait_up(False)
            page = watched.daemon.page()
            assert [watched.value(signal, page) for signal in SIGNALS] == [None] * len(SIGNALS)
            server.start()
            watched.wait_up()
            after = watched.samples(SIGNALS, 3)
        assert max(sample.value for sample in after["queue_length"]) <= 4
        # The server writes the mean over its life with six digits, which makes that of a second a little uncertain.
        sizes = [sample.value for sample in after["batch_size"]]
        assert 0 < min(sizes) and max(sizes) < SLOTS * 1.01, sizes
        assert max(sample.value for sample in after["inter_token_seconds"]) < 5 * middle(before["inter_token_seconds"])


def test_a_server_without_metrics_says_how_to_turn_them_on(start_daemon) -> None:
    with LlamaCpp() as server:
        daemon = start_daemon({"services": [server.service("hidden", url=f"{server.base_url}/none")]})
        watched = Watched(daemon, "hidden")
        watched.wait_up(False)
        eventually(
            lambda: daemon.page().value("latencyd_service_failure", service="hidden", reason="status") == 1, 5,
            "the reason is on the page")
        assert [entry for entry in daemon.log_entries if "--metrics" in entry.get("message", "")], daemon.log
