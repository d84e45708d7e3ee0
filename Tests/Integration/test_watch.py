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
CGROUPS = Path("/sys/fs/cgroup")
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
    name = Path(f"/proc/{pid}/comm").read_text().strip()
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


@pytest.fixture
def make_cgroup(run) -> Iterator:
    """Makes cgroups for a busy program; they go with the test."""
    made: list[tuple[Path, subprocess.Popen]] = []

    def make(root: Path, **settings: str) -> tuple[str, Path]:
        folder = root / f"latencyd-test-{os.getpid()}"
        folder.mkdir()
        process = run()
        made.append((folder, process))
        for name, value in settings.items():
            (folder / name.replace("__", ".")).write_text(value)
        (folder / "cgroup.procs").write_text(str(process.pid))
        return f"/{folder.name}", folder

    yield make
    for folder, process in made:
        process.kill()
        process.wait()
        eventually(lambda: removed(folder), 10, "the cgroup is empty")


def removed(folder: Path) -> bool:
    try:
        folder.rmdir()
    except OSError:
        return False
    return True


def usable(file: str, *roots: Path) -> Path:
    """The first of `roots` that has `file`; skips the test where none has or it may not be written."""
    root = next((root for root in roots if (root / file).exists()), None)
    if root is None or not os.access(root, os.W_OK):
        pytest.skip(f"no hierarchy of cgroups with {file} that may be written")
    return root


def test_a_limit_of_version_1_that_throttles_is_seen(start_daemon, make_cgroup) -> None:
    root = usable("cpu.cfs_quota_us", CGROUPS / "cpu", CGROUPS / "cpu,cpuacct")
    path, folder = make_cgroup(root, cpu__cfs_quota_us="10000")
    daemon = start_daemon({"hardware": {"watch": [{"cgroup": "/latencyd-test-*"}]}})

    def value(name: str) -> float:
        return daemon.page().value(f"latencyd_cgroup_{name}", cgroup=path) or 0

    eventually(lambda: value("throttled_seconds_total") > 0.5, 30, "it is throttled", interval=0.25)
    assert value("cpu_limit_cores") == pytest.approx(0.1)
    kernel = dict(line.split() for line in (folder / "cpu.stat").read_text().splitlines())
    eventually(
        lambda: value("throttled_seconds_total") >= int(kernel["throttled_time"]) / 1e9, 5, "it is what the kernel says")
    assert value("throttled_periods_total") >= int(kernel["nr_throttled"])
    assert value("periods_total") >= value("throttled_periods_total")


def test_the_pressure_and_time_of_a_cgroup_of_version_2_are_seen(start_daemon, make_cgroup) -> None:
    root = usable("cpu.pressure", CGROUPS, CGROUPS / "unified")
    path, folder = make_cgroup(root)
    daemon = start_daemon({"hardware": {"watch": [{"cgroup": path}]}})
    labels = {"cgroup": path, "resource": "cpu", "kind": "some"}

    def waited() -> float | None:
        return daemon.page().value("latencyd_pressure_seconds_total", **labels)

    eventually(lambda: waited() is not None, 5, "a cgroup that was there at the start is watched at once")
    total = int((folder / "cpu.pressure").read_text().splitlines()[0].rpartition("total=")[2]) / 1e6
    eventually(lambda: waited() >= total, 5, "it is what the kernel says")
    before = daemon.page().sum("latencyd_cgroup_cpu_seconds_total", cgroup=path)
    eventually(
        lambda: daemon.page().sum("latencyd_cgroup_cpu_seconds_total", cgroup=path) > before + 0.2, 20, "its time grows")
