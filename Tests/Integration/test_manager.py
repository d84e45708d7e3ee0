"""What a service manager is told, and what it tells: notifications, and where memory pressure is seen."""

import signal
import socket
import subprocess
import sys
import time
from base64 import b64encode
from pathlib import Path

import pytest

from daemon import eventually


@pytest.fixture
def manager(folder: Path):
    """The socket of a service manager."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(folder / "notify.sock"))
        manager.settimeout(10)
        yield manager


def told(manager: socket.socket, beginning: str) -> dict[str, str]:
    """The next message that has a line which begins so."""
    while True:
        message = manager.recv(4096).decode()
        if any(line.startswith(beginning) for line in message.splitlines()):
            return dict(line.split("=", 1) for line in message.splitlines())


@pytest.mark.parametrize("content", [None, "alerts: {rulez: 1}"], ids=["a good file", "a broken file"])
def test_a_reload_is_told_as_notify_reload_wants_it(start_daemon, manager, content) -> None:
    daemon = start_daemon(environment={"NOTIFY_SOCKET": manager.getsockname()})
    told(manager, "READY=1")
    if content:
        daemon.write_configuration(content)
    before = time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    daemon.process.send_signal(signal.SIGHUP)
    begin = told(manager, "RELOADING=1")
    # systemd takes what is older than its own request for another reload's.
    assert before <= int(begin["MONOTONIC_USEC"]) <= time.clock_gettime_ns(time.CLOCK_MONOTONIC) // 1000
    assert told(manager, "READY=1")
    daemon.process.send_signal(signal.SIGTERM)
    assert told(manager, "STOPPING=1")


def takes_triggers(file: Path, threshold: bytes) -> bool:
    try:
        with file.open("wb", buffering=0) as opened:
            opened.write(threshold)
    except OSError:
        return False
    return True


def test_caches_are_given_up_when_the_managers_file_tells_of_pressure(start_daemon) -> None:
    # Any file of pressure will do; this one is easily brought to tell something.
    file, threshold = Path("/proc/pressure/cpu"), b"some 100000 2000000\0"
    if not takes_triggers(file, threshold):
        pytest.skip("this kernel takes no triggers on pressure files")
    daemon = start_daemon(environment={
        "MEMORY_PRESSURE_WATCH": str(file), "MEMORY_PRESSURE_WRITE": b64encode(threshold).decode()})
    daemon.send(b"a:1|ms")
    eventually(lambda: daemon.page().value("a_seconds_count") == 1, 5, "the line is known")
    burners = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(8)]
    try:
        eventually(
            lambda: daemon.page().value("latencyd_memory_relief_total", origin="manager") == 1, 20, "it was told")
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()
    daemon.send(b"a:1|ms")
    eventually(lambda: daemon.page().value("a_seconds_count") == 2, 5, "nothing is lost but time")
    assert [line for line in daemon.log if "memory is short in this unit" in line]


def test_nothing_is_watched_where_the_manager_says_so(start_daemon) -> None:
    daemon = start_daemon(environment={"MEMORY_PRESSURE_WATCH": "/dev/null"})
    assert not daemon.page().matching("latencyd_memory_relief_total")
