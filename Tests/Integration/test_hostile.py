"""No pusher can break the page, starve another, or make the daemon grow."""

import array
import os
import random
import socket
import struct
import time
from collections import Counter
from pathlib import Path

import pytest

from daemon import Daemon, eventually

GOOD = b"good.latency:12.5|ms|#model:a"

# Each is one line in a datagram of its own, with the reason it must be refused for.
MALFORMED: list[tuple[bytes, str]] = [
    (b"", "empty"),
    (b"hostile", "no_value"),
    (b"|ms", "no_value"),
    (b"\x00" * 700, "no_value"),
    (b"hostile:1", "no_type"),
    (b"hostile:5|", "no_type"),
    (b"hostile:|ms", "bad_value"),
    (b"hostile:abc|ms", "bad_value"),
    (b"hostile:0x10|ms", "bad_value"),
    (b"hostile:1,5|ms", "bad_value"),
    (b"hostile:nan|ms", "not_finite"),
    (b"hostile:NaN|g", "not_finite"),
    (b"hostile:inf|ms", "not_finite"),
    (b"hostile:-inf|ms", "not_finite"),
    (b"hostile:+Infinity|d", "not_finite"),
    (b"hostile:-5|ms", "negative"),
    (b"hostile:-0.001|h", "negative"),
    (b"hostile:5|ms|@0", "bad_sample_rate"),
    (b"hostile:5|ms|@-1", "bad_sample_rate"),
    (b"hostile:5|ms|@1.5", "bad_sample_rate"),
    (b"hostile:5|ms|@nan", "bad_sample_rate"),
    (b"hostile:5|ms|@x", "bad_sample_rate"),
    (b":5|ms", "empty_name"),
    (b"hostile:5|zz", "unknown_type"),
    (b"n" * 2000 + b":5|ms", "name_too_long"),
    (b"hostile:5|ms|#key:" + b"v" * 1000, "tag_too_long"),
    (b"hostile:5|ms|#" + b"k" * 200 + b":v", "tag_too_long"),
    (b"hostile:5|ms|#key:" + b"v" * 5000, "tag_too_long"),
    (b"hostile:5|ms|#" + b",".join(b"key%d:" % n + b"v" * 400 for n in range(10)), "tags_too_long"),
    (b"hostile:5|ms|#" + b",".join(b"t%d" % n for n in range(500)), "too_many_tags"),
    (b"hostile:5|ms|#key:\xff\xfe", "invalid_utf8"),
]

# Refused too, and counted, where the reason depends on which limit is met first.
MALFORMED_SOMEHOW: list[bytes] = [
    b"hostile:5|ms|#" + b",".join(b"tag%d:value" % n for n in range(10_000)),
    b"hostile:" + b"9" * 60_000 + b"|ms",
    b"hostile:1e999|ms",
    b"hos\x01tile:5|ms|#\x00:\x02",
    bytes(range(128, 256)),
    b"{\"metric\": \"hostile\", \"value\": 5}",
    b"GET / HTTP/1.1\r",
]

# Sound lines that must not get onto the page, with the reasons that are right for them.
DROPPED: list[tuple[bytes, set[str]]] = [
    (b"latencyd_build_info:1|g", {"reserved_name"}),
    (b"latencyd.anything:1|c", {"reserved_name"}),
    (b"settled:1|h", {"type_conflict"}),
    (b"settled:1|s", {"type_conflict", "name_collision"}),
    (b"two.names:1|g", {"name_collision"}),
    (b"good_latency_seconds_count:1|c", {"name_collision"}),
    (b"good_latency_seconds_sum:1|c", {"name_collision"}),
    (b"good_latency_seconds_bucket:1|c", {"name_collision"}),
    (b"good_latency_seconds_created:1|c", {"name_collision"}),
    (b"good_latency_seconds:1|g", {"name_collision", "type_conflict"}),
    (b"good_latency_seconds:1|h", {"name_collision"}),
    (b"hits_total:1|c", {"name_collision"}),
    (b"hits:1|g", {"type_conflict"}),
    (b"datadog.dogstatsd.client.metrics:1|c", {"client_telemetry"}),
]

# What must be on the page before those.
SETTLED = [GOOD, b"settled:1|g", b"two_names:1|g", b"hits:1|c"]


def refused(daemon: Daemon) -> float:
    page = daemon.page()
    return sum(page.malformed().values()) + sum(page.dropped().values())


@pytest.mark.parametrize(("line", "reason"), MALFORMED, ids=lambda v: repr(v)[:40] if isinstance(v, bytes) else v)
def test_a_malformed_line_is_counted_by_its_reason(shared_daemon: Daemon, line: bytes, reason: str) -> None:
    before = shared_daemon.page().malformed()
    good_before = shared_daemon.page().value("good_latency_seconds_count") or 0
    shared_daemon.send(line, GOOD)
    eventually(
        lambda: shared_daemon.page().value("good_latency_seconds_count") == good_before + 1, 5,
        "the good line after it is counted")
    after = shared_daemon.page().malformed()
    changes = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert changes == {reason: 1}


@pytest.mark.parametrize(("line", "reasons"), DROPPED, ids=lambda v: v.decode() if isinstance(v, bytes) else " ")
def test_a_line_that_would_break_the_page_is_dropped_by_its_reason(
    shared_daemon: Daemon, line: bytes, reasons: set[str], promtool_check,
) -> None:
    shared_daemon.send(*SETTLED)
    eventually(lambda: "hits_total" in shared_daemon.page().names(), 5, "the names are settled")
    before = shared_daemon.page().dropped()
    shared_daemon.send(line)
    eventually(lambda: shared_daemon.page().dropped() != before, 5, "it is counted")
    page = shared_daemon.page()
    after = page.dropped()
    changes = {key: after[key] - before.get(key, 0) for key in after if after[key] != before.get(key, 0)}
    assert sum(changes.values()) == 1 and set(changes) <= reasons
    promtool_check(page.text)


@pytest.fixture(scope="module")
def shared_daemon():
    daemon = Daemon().start()
    yield daemon
    daemon.stop()


def test_three_thousand_hostile_datagrams_between_as_many_good_ones(daemon: Daemon, promtool_check) -> None:
    dice = random.Random(11)
    daemon.send(*SETTLED)
    eventually(lambda: "hits_total" in daemon.page().names(), 5, "the names are settled")

    hostile: list[bytes] = []
    expected: Counter[str] = Counter()
    while len(hostile) < 3000:
        choice = dice.random()
        if choice < 0.6:
            line, reason = dice.choice(MALFORMED)
            expected[reason] += 1
        elif choice < 0.75:
            line = dice.choice(MALFORMED_SOMEHOW)
        else:
            line, reasons = dice.choice(DROPPED)
            if len(reasons) == 1:
                expected[next(iter(reasons))] += 1
        hostile.append(line)
    daemon.send(*[datagram for pair in zip(hostile, [GOOD] * len(hostile)) for datagram in pair])

    eventually(lambda: daemon.page().value("good_latency_seconds_count") == 3001, 20, "every good timing is counted")
    eventually(lambda: refused(daemon) == len(hostile), 5, "every hostile line is counted")
    page = daemon.page()
    counted = {**page.malformed(), **page.dropped()}
    too_few = {reason: (counted.get(reason, 0), n) for reason, n in expected.items() if counted.get(reason, 0) < n}
    assert not too_few, f"reason: (counted, sent): {too_few}"
    promtool_check(page.text)
    assert page.value("settled") == 1 and page.value("two_names") == 1 and page.value("hits_total") == 1
    assert not [name for name in page.names() if name.startswith("hostile")]


def test_bad_lines_leave_the_good_ones_in_the_same_datagram(daemon: Daemon) -> None:
    daemon.send(b"\n".join([b"a.fine:1|ms", b"bad", b"a.fine:2|ms", b"\xff\xff:1|q", b"a.fine:3|ms", b""]))
    eventually(lambda: daemon.page().value("a_fine_seconds_count") == 3, 5, "three timings")
    assert sum(daemon.page().malformed().values()) == 2


def test_a_gauge_with_the_name_of_anothers_sample_is_renamed(daemon: Daemon, promtool_check) -> None:
    daemon.send(*SETTLED, b"good_latency_seconds_count:7|g", b"good_latency_seconds_bucket:8|g", b"hits_total:9|g")
    eventually(lambda: daemon.page().value("hits_total_value") == 9, 5, "the last one is there")
    page = daemon.page()
    assert page.value("good_latency_seconds_count_value") == 7 and page.value("good_latency_seconds_count") == 1
    assert page.value("good_latency_seconds_bucket_value") == 8
    assert page.value("hits_total") == 1
    assert page.value("latencyd_push_renamed_total", reason="reserved_suffix") == 3
    promtool_check(page.text)


def test_unknown_later_fields_are_no_fault(daemon: Daemon) -> None:
    daemon.send(
        b"later.latency:1:2:3|ms|#a:b|c:ci-0123|T1700000000|e:it-false|card:low|x:unheard-of|%",
        b"later.latency:4|d|@0.5|zz")
    eventually(lambda: daemon.page().value("later_latency_seconds_count") == 3, 5, "three timings")
    eventually(lambda: daemon.page().value("later_latency_count") == 2, 5, "two by weight")
    assert sum(daemon.page().malformed().values()) == 0


def test_one_tag_with_a_new_value_each_time_starves_nobody(start_daemon, promtool_check) -> None:
    daemon = start_daemon({"push": {"max_series": 1000, "max_series_per_metric": 200, "max_series_per_sender": 600}})
    daemon.send(*[b"flood.latency:1|ms|#request:%d" % n for n in range(5000)], *[GOOD] * 10)
    eventually(lambda: daemon.page().value("good_latency_seconds_count") == 10, 10, "the others' timings are there")
    page = daemon.page()
    assert page.sum("flood_latency_seconds_count") == 200
    assert page.dropped()["max_series_per_metric"] == 4800
    promtool_check(page.text)

    daemon.send(*[b"flood%d.latency:1|ms" % n for n in range(5000)])
    # 600 for this sender, of which it has used 201.
    eventually(lambda: daemon.page().dropped().get("max_series_per_sender", 0) > 0, 10, "the sender's limit is met")
    eventually(
        lambda: sum(daemon.page().dropped().values()) == 4800 + 5000 - 399, 10, "every timing is counted or dropped")
    complaints = [line for line in daemon.log if "max_series" in line or "series limit" in line.lower()]
    assert len(complaints) <= 4, "one line a minute for each limit at most"


def test_memory_and_descriptors_do_not_grow(start_daemon) -> None:
    # The files of a pusher that is watched stay open, a bounded number of them; they come when it is found.
    daemon = start_daemon({
        "push": {"max_series": 500, "max_series_per_metric": 400, "max_series_per_sender": 500},
        "hardware": {"watch_pushers": False}})
    dice = random.Random(5)

    def one_round(number: int) -> None:
        datagrams = [line for line, _ in MALFORMED] + MALFORMED_SOMEHOW + [line for line, _ in DROPPED]
        datagrams += [b"flood.latency:%d|ms|#request:%d-%d" % (n, number, n) for n in range(500)]
        datagrams += [b"name%d-%d:1|c" % (number, n) for n in range(300)]
        datagrams += [dice.randbytes(dice.randrange(1, 3000)) for _ in range(300)]
        dice.shuffle(datagrams)
        daemon.send(*datagrams)
        send_with_descriptors(daemon, b"fd.latency:1|ms", 8)
        drop_half_frames(daemon)
        daemon.page()

    def settle() -> None:
        count = daemon.page().value("good_latency_seconds_count") or 0
        daemon.send(GOOD)
        eventually(
            lambda: (daemon.page().value("good_latency_seconds_count") or 0) > count, 10, "all before it is handled")

    daemon.send(GOOD)
    for number in range(15):
        one_round(number)
    settle()
    files = daemon.open_files()
    resident = daemon.resident_bytes()
    for number in range(15, 45):
        one_round(number)
    settle()
    assert daemon.resident_bytes() - resident < 3 << 20
    eventually(lambda: daemon.open_files() <= files, 10, "descriptors are closed")


def send_with_descriptors(daemon: Daemon, line: bytes, count: int) -> None:
    """Attaches open files to a datagram: a receiver that does not close them runs out."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender, Path("/dev/null").open() as file:
        sender.connect(str(daemon.datagram_socket))
        descriptors = array.array("i", [file.fileno()] * count)
        sender.sendmsg([line], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])


def drop_half_frames(daemon: Daemon) -> None:
    for start in (struct.pack("<I", 100) + b"cut.latency:1|ms", struct.pack("<I", 0xFFFF_FFFF), b"\x10\x00"):
        with daemon.stream() as connection:
            connection.sendall(start)


def test_attached_descriptors_are_closed(daemon: Daemon) -> None:
    send_with_descriptors(daemon, b"fd.latency:1|ms", 1)
    eventually(lambda: daemon.page().value("fd_latency_seconds_count") == 1, 5, "the timing counts")
    before = daemon.open_files()
    for _ in range(100):
        send_with_descriptors(daemon, b"fd.latency:1|ms", 20)
    eventually(
        lambda: daemon.page().value("fd_latency_seconds_count") in (1, 101), 5, "the timings are taken or refused")
    eventually(lambda: daemon.open_files() <= before + 2, 5, "no descriptor is kept")
    with daemon.stream() as connection:
        descriptors = array.array("i", [connection.fileno()] * 20)
        connection.sendmsg([b"fd.stream:1|c\n"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, descriptors)])
        eventually(lambda: daemon.page().value("fd_stream_total") == 1, 5, "the counter counts")
        assert daemon.open_files() <= before + 3
    assert os.path.exists("/dev/null")


@pytest.mark.parametrize(
    ("bytes_sent", "reason"),
    [
        (struct.pack("<I", 100) + b"cut.latency:1|ms", "frame_truncated"),
        (struct.pack("<I", 0xFFFF_FFFF) + b"cut.latency:1|ms", "frame_too_long"),
        (struct.pack("<I", 0x7FFF_0000) + b"cut.latency:1|ms", "frame_too_long"),
        (b"\x10\x00", "frame_truncated"),
    ])
def test_a_half_sent_or_impossible_frame_is_counted(daemon: Daemon, bytes_sent: bytes, reason: str) -> None:
    with daemon.stream() as other:
        other.sendall(b"other.latency:1|ms\n")
        with daemon.stream() as connection:
            connection.sendall(bytes_sent)
        eventually(lambda: daemon.page().malformed().get(reason) == 1, 5, f"{reason} is counted")
        other.sendall(b"other.latency:1|ms\n")
        eventually(lambda: daemon.page().value("other_latency_seconds_count") == 2, 5, "the others go on")
    assert "cut_latency_seconds_count" not in daemon.page().names()
    assert sum(daemon.page().malformed().values()) == 1


def test_frames_may_come_in_pieces(daemon: Daemon) -> None:
    line = b"pieces.latency:7|ms"
    with daemon.stream() as framed, daemon.stream() as plain:
        for piece in (bytes([byte]) for byte in struct.pack("<I", len(line)) + line):
            framed.sendall(piece)
            time.sleep(0.001)
        for byte in line + b"\n":
            plain.sendall(bytes([byte]))
        eventually(lambda: daemon.page().value("pieces_latency_seconds_count") == 2, 5, "both are counted")
        plain.sendall(line)
    eventually(
        lambda: daemon.page().value("pieces_latency_seconds_count") == 3, 5, "a last line without newline counts")
    assert sum(daemon.page().malformed().values()) == 0


def test_many_idle_stream_connections_do_not_lock_others_out(daemon: Daemon) -> None:
    idle = [daemon.stream() for _ in range(200)]
    try:
        daemon.send(*[GOOD] * 5)
        eventually(lambda: daemon.page().value("good_latency_seconds_count") == 5, 5, "datagrams are read")
    finally:
        for connection in idle:
            connection.close()
    with daemon.stream() as connection:
        connection.sendall(b"after.latency:1|ms\n")
        eventually(lambda: daemon.page().value("after_latency_seconds_count") == 1, 5, "streams are read")
