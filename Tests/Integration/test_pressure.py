"""Stalls that are too short to be seen between two readings are told by the kernel."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from daemon import eventually

# A second of waiting in each window of two is far above the threshold.
LOAD = "import time; end = time.monotonic() + 60\nwhile time.monotonic() < end: pass"


def takes_triggers() -> bool:
    try:
        descriptor = os.open("/proc/pressure/cpu", os.O_RDWR | os.O_NONBLOCK)
    except OSError:
        return False
    try:
        os.write(descriptor, b"some 150000 2000000\0")
        return True
    except OSError:
        return False
    finally:
        os.close(descriptor)


@pytest.mark.skipif(not takes_triggers(), reason="this kernel takes no triggers of pressure")
def test_stalls_are_counted_between_two_readings(start_daemon) -> None:
    # One pass every 10 s; the windows in between are counted all the same.
    daemon = start_daemon({"hardware": {"collectors": {"pressure": {"interval": "10s"}}}})

    def stalls() -> float:
        return daemon.page().sum("latencyd_pressure_stalls_total", resource="cpu", kind="some")

    before = stalls()
    begin = time.time()
    load = [subprocess.Popen([sys.executable, "-c", LOAD]) for _ in range(4 * (os.cpu_count() or 1))]
    try:
        eventually(lambda: stalls() >= before + 3, 40, "stalls are counted", interval=0.5)
    finally:
        for process in load:
            process.kill()
            process.wait()
    seen = daemon.page().value(
        "latencyd_pressure_stall_last_seen_timestamp_seconds", resource="cpu", kind="some")
    assert begin < seen <= time.time()


def test_a_tree_in_place_of_the_host_is_not_written_to(start_daemon, tmp_path: Path) -> None:
    file = tmp_path / "pressure" / "cpu"
    file.parent.mkdir()
    text = "some avg10=0.00 avg60=0.00 avg300=0.00 total=17\n"
    file.write_text(text)
    page = start_daemon(arguments=(f"--path.procfs={tmp_path}",)).page()
    assert page.value("latencyd_pressure_seconds_total", resource="cpu", kind="some") == 17e-6
    assert "latencyd_pressure_stalls_total" not in page.names()
    assert file.read_text() == text
