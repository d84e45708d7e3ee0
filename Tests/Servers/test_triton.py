"""Triton: what latencyd says agrees with what the load and the models themselves measured."""

import time

import pytest
from daemon import Daemon, eventually
from load import Load, Record
from page import Page
from triton import BATCH_SECONDS, MAX_BATCH, Triton, failing_body, read_answer, request_body
from watched import Watched, average, middle

# Requests that are outstanding all the time. Of the first model's eight are worked on, of the second's one.
PACED, SINGLE = 40, 6
# The load's times have in them the way to Triton and back and the load's own turn on a busy machine: some milliseconds
# each way, beside waits of a tenth of a second.
MEANS = {"rel": 0.1}
SIGNALS = ("queue_length", "queue_seconds", "batch_size", "request_seconds", "batch_efficiency_ratio")
# What may be on the page when it was last right: reading takes place each second.
READ_AGAIN = 5


def load_on(server: Triton, model: str = "paced", **options) -> Load:
    return Load(server.infer_url(model), options.pop("body", request_body), read=read_answer, **options)


@pytest.fixture(scope="module")
def server():
    with Triton() as triton:
        yield triton


def watch(start_daemon, server: Triton) -> Watched:
    """A daemon that has read the server, with every counter at 0: what the server counted before does not count."""
    watched = Watched(start_daemon({"services": [server.service()]}), "triton-a", "paced")
    watched.wait_up()
    watched.wait_value("requests_total", 0)
    # The API as well, of which nothing is shown while nothing runs.
    watched.wait_readings()
    return watched


def test_a_backlog_is_as_long_and_as_slow_as_the_load_says(start_daemon, server, promtool_check) -> None:
    paced = watch(start_daemon, server)
    single = paced.of("single")
    # Models without a request have a queue, and nothing else.
    assert paced.value("queue_length") == single.value("queue_length") == 0
    assert paced.value("request_seconds") is None and paced.value("batch_size") is None

    with load_on(server, concurrency=PACED) as paced_load, load_on(server, "single", concurrency=SINGLE) as single_load:
        time.sleep(2)
        since = time.monotonic_ns()
        seen = paced.samples(SIGNALS, 4)
        single_seen = single.samples(SIGNALS, 2)
        until = time.monotonic_ns()
        records = [paced_load.stop(), single_load.stop()]
    steady = [record.between(since, until) for record in records]
    print(*steady, *({name: middle(values) for name, values in those.items()} for those in (seen, single_seen)), sep="\n")

    assert middle(seen["batch_size"]) == MAX_BATCH and middle(seen["batch_efficiency_ratio"]) == 1
    assert middle(single_seen["batch_size"]) == 1 and middle(single_seen["batch_efficiency_ratio"]) == 1
    for values, record, outstanding, batch in (
        (seen, steady[0], PACED, MAX_BATCH), (single_seen, steady[1], SINGLE, 1)
    ):
        # What is outstanding is worked on, waits, or is on its way: at the end of a batch all of it at once.
        assert middle(values["queue_length"]) == pytest.approx(outstanding - batch, abs=max(1, batch / 2))
        assert max(sample.value for sample in values["queue_length"]) <= outstanding
        assert middle(values["queue_seconds"]) == pytest.approx(record.waited_seconds.mean, **MEANS)
        assert middle(values["request_seconds"]) == pytest.approx(record.seconds.mean, **MEANS)
        # By Triton's clock alone: a request waits, and then its batch runs.
        assert middle(values["request_seconds"]) - middle(values["queue_seconds"]) == pytest.approx(
            BATCH_SECONDS, rel=0.2)

    # All are counted, exactly, as none is outstanding any more.
    for watched, record in ((paced, records[0]), (single, records[1])):
        assert not record.failed_count
        watched.wait_value("requests_total", len(record.succeeded), READ_AGAIN)
        assert watched.value("errors_total") == 0
    promtool_check(paced.daemon.page().text)

    # Quiet: no means of nothing, and no queue.
    for watched in (paced, single):
        for signal in ("request_seconds", "queue_seconds", "batch_size", "batch_efficiency_ratio"):
            watched.wait_value(signal, None, READ_AGAIN)
        watched.wait_value("queue_length", 0, READ_AGAIN)


def test_batches_of_every_size_are_counted_by_their_size(start_daemon, server) -> None:
    watched = watch(start_daemon, server)
    # Requests come at random, so that batches of every size form; the queue is empty at times.
    with load_on(server, concurrency=100, rate=250) as load:
        time.sleep(2)
        since = time.monotonic_ns()
        seen = watched.samples(("batch_size",), 5)
        steady = load.record.between(since, time.monotonic_ns())
        record = load.stop()
    print(record)
    assert len(record.batches()) >= 5, "the load makes batches of one size only"

    # The seconds looked at and those of the load are not the very same ones, and sizes vary.
    assert average(seen["batch_size"]) == pytest.approx(steady.batch_size, rel=0.15)

    # As many of each size as the model ran, with no tolerance.
    def below(page: Page, size: int) -> float:
        return watched.value("batch_size_requests_bucket", page, le=f"{size}")

    def sizes() -> dict[int, float]:
        page = watched.daemon.page()
        counts = {1: below(page, 1)} | {size: below(page, size) - below(page, size - 1) for size in range(2, 9)}
        return {size: count for size, count in counts.items() if count}

    def agree() -> bool:
        assert sizes() == record.batches()
        return True

    eventually(agree, READ_AGAIN, "each batch is counted with its size")
    page = watched.daemon.page()
    assert watched.value("batch_size_requests_sum", page) == len(record.succeeded)
    assert watched.value("batch_size_requests_count", page) == sum(record.batches().values())


def test_failures_are_errors_and_requests(start_daemon, server) -> None:
    watched = watch(start_daemon, server)
    with load_on(server, concurrency=4, limit=50) as load:
        assert load.wait().failed_count == 0
    with load_on(server, concurrency=4, limit=20, body=failing_body) as load:
        assert load.wait().failed_count == 20
    watched.wait_value("requests_total", 70, READ_AGAIN)
    assert watched.value("errors_total") == 20
    assert watched.of("single").value("errors_total") == 0


def test_a_restart_under_load_is_a_gap_and_no_spike(start_daemon) -> None:
    with Triton() as server:
        watched = watch(start_daemon, server)
        with load_on(server, concurrency=8) as load:
            before = watched.samples(SIGNALS, 3)
            killed = time.monotonic_ns()
            server.kill()
            watched.wait_up(False, READ_AGAIN)
            # Nothing is known of a server that is down; what was counted stays.
            page = watched.daemon.page()
            assert [watched.value(signal, page) for signal in SIGNALS] == [None] * len(SIGNALS)
            counted = watched.value("requests_total", page)
            began = time.monotonic_ns()
            server.start()
            watched.wait_up()
            seen_again = time.monotonic_ns()
            after = watched.samples(("requests_total", *SIGNALS), 4)
            record = load.stop()

        # As slow as before, and not as slow as the server was away. The first batches of a server take longer.
        for signal in ("queue_seconds", "request_seconds"):
            assert max(sample.value for sample in after[signal]) < middle(before[signal]) + 0.3, after[signal]
        assert max(sample.value for sample in after["queue_length"]) <= 8
        totals = [counted, *(sample.value for sample in after["requests_total"])]
        assert totals == sorted(totals)

        # Of its first life all requests are counted but those after the last reading, of its second life all but those
        # before the first reading, which was at the latest when it was up again. Readings are a second apart, and one
        # under way may fail; the answers to eight requests may have been lost.
        first_life = record.between(0, began)
        assert len(record.between(0, killed - 2_000_000_000).succeeded) <= counted <= len(first_life.succeeded) + 8
        watched.wait_readings()
        again = watched.value("requests_total") - counted
        second_life = len(record.succeeded) - len(first_life.succeeded)
        unread = len(record.between(began, seen_again).succeeded)
        assert second_life - unread - 8 <= again <= second_life
