"""Processes that push, or are named, are watched; the values are those of /proc."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Iterator

import pytest

from daemon import Daemon, eventually

# Busy, with a thread that sleeps; pushes to the socket that it is given.
PROGRAM = """
import socket, sys, threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
ballast = bytearray(32 << 20)
sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
path = sys.argv[1] if len(sys.argv) > 1 else ""
if path: sender.connect(path)
pushed = 0.0
while True:
    sum(range(10_000))
    if path and time.monotonic() - pushed > 0.1:
        sender.send(b"watched.step:1|ms")
        pushed = time.monotonic()
    time.sleep(0.001)
"""

# What is there to watch is looked for every 10 s.
FOUND_SECONDS = 20
QUICK = {"hardware": {"collectors": {"process": {"interval": "500ms"}}}}


@pytest.fixture
def run() -> Iterator:
    """Starts busy programs that end with the test."""
    started: list[subprocess.Popen] = []

    def start(*arguments: str) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-c", PROGRAM, *arguments], stdin=subprocess.DEVNULL)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def cpu_seconds(daemon: Daemon, pid: int) -> float:
    return daemon.page().sum("latencyd_process_cpu_seconds_total", pid=str(pid))


def wait_watched(daemon: Daemon, pid: int) -> None:
    eventually(lambda: cpu_seconds(daemon, pid) > 0, FOUND_SECONDS, f"process {pid} is watched", interval=0.25)


def status(pid: int, key: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith(key + ":")).split()[1])


def test_who_pushes_is_watched_and_vanishes_at_its_end(start_daemon, run) -> None:
    daemon = start_daemon(QUICK)
    process = run(str(daemon.datagram_socket))
    wait_watched(daemon, process.pid)
    pid = str(process.pid)
    before = cpu_seconds(daemon, process.pid)
    eventually(lambda: cpu_seconds(daemon, process.pid) > before + 0.1, 15, "its CPU time grows", interval=0.25)

    page = daemon.page()
    name = Path(os.readlink(f"/proc/{pid}/exe")).name
    assert page.value("latencyd_process_threads", pid=pid, process=name) == status(process.pid, "Threads") == 2
    resident = status(process.pid, "VmRSS") * 1024
    assert page.value("latencyd_process_resident_bytes", pid=pid) == pytest.approx(resident, rel=0.1)
    assert page.value("latencyd_process_cpus_allowed", pid=pid) == len(os.sched_getaffinity(process.pid))
    stat = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    ticks = int(stat[11]) + int(stat[12])
    assert cpu_seconds(daemon, process.pid) == pytest.approx(ticks / 100, abs=1.5)
    waited = sum(
        int(task.joinpath("schedstat").read_text().split()[1]) for task in Path(f"/proc/{pid}/task").iterdir()) / 1e9
    assert page.value("latencyd_process_runqueue_wait_seconds_total", pid=pid) == pytest.approx(waited, abs=2.5)
    assert page.value("latencyd_watched", kind="pusher") == 1
    errors = page.value("latencyd_collector_errors_total", collector="process")

    process.kill()
    process.wait()
    eventually(
        lambda: not daemon.page().matching("latencyd_process_threads", pid=pid), FOUND_SECONDS, "its series vanish")
    assert daemon.page().value("latencyd_collector_errors_total", collector="process") == errors, "an end is no error"
    eventually(lambda: daemon.page().value("latencyd_watched", kind="pusher") == 0, FOUND_SECONDS, "it is forgotten")


def test_a_command_that_is_named_is_watched_by_its_name_and_a_reload_ends_it(start_daemon, run) -> None:
    process = run("", "--model=llama-7b")
    watch = {"watch": [{"command": "*--model=llama-*", "name": "llama"}]}
    daemon = start_daemon({"hardware": {**QUICK["hardware"], **watch}})
    wait_watched(daemon, process.pid)
    labels = daemon.page().matching("latencyd_process_threads")
    assert [found for found, _ in labels] == [{"process": "llama", "pid": str(process.pid)}]

    daemon.configuration["hardware"]["watch"] = []
    daemon.write_configuration(daemon.configuration)
    assert daemon.get("/-/reload", method="POST").status == 200
    eventually(lambda: not daemon.page().matching("latencyd_process_threads"), 5, "a reload applies at once")


def test_who_pushes_is_not_watched_when_that_is_switched_off(start_daemon, run) -> None:
    named = run("", "--named")
    daemon = start_daemon(
        {"hardware": {**QUICK["hardware"], "watch_pushers": False, "watch": [{"command": "*--named"}]}})
    pushing = run(str(daemon.datagram_socket))
    eventually(lambda: (daemon.page().value("watched_step_seconds_count") or 0) > 10, 15, "it pushes")
    # The next process that is named is found by a look that would have found who pushes, too.
    wait_watched(daemon, named.pid)
    second = run("", "--named")
    wait_watched(daemon, second.pid)
    assert cpu_seconds(daemon, pushing.pid) == 0
    assert daemon.page().value("latencyd_watched", kind="pusher") == 0
