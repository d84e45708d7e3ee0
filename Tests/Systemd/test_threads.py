"""The unit's restrictions of memory and system calls stop neither the GPUs' library nor the wake-up probe."""

import pytest

from gpus import TWO_GPUS, GPUs, Library
from installed import settled

FOLDER = "/opt/nvml"
COUNT = "latencyd_wakeup_latency_seconds_count"


@pytest.fixture(scope="module")
def gpus(system, tmp_path_factory) -> GPUs:
    """Two GPUs, whose library and script stand where the booted system reads them."""
    folder = system.root / FOLDER.lstrip("/")
    folder.mkdir(parents=True)
    gpus = GPUs(folder, Library(tmp_path_factory.mktemp("nvml"))).write(TWO_GPUS)
    system.copy(gpus.library, f"{FOLDER}/libnvidia-ml.so.1")
    return gpus


def nvidia(**more) -> dict:
    return {"hardware": {"collectors": {"nvidia": {"library": f"{FOLDER}/libnvidia-ml.so.1", **more}}}}


SCRIPT = f"Environment=FAKE_NVML_SCRIPT={FOLDER}/gpus.txt"


def test_gpus_are_read_as_by_root(unit, unhardened, gpus) -> None:
    unit.start(nvidia(), service=SCRIPT)
    unhardened.start(nvidia(), properties=[SCRIPT])
    unhardened.eventually(
        lambda: unhardened.page().matching("latencyd_gpu_process_memory_bytes"), 20, "what is read every 10 s")
    missing, added = settled(unit, unhardened, set(), 20)
    assert not missing and not added
    page = unit.page()
    assert len(page.matching("latencyd_gpu_info")) == 2
    assert page.value("latencyd_gpu_driver_state", state="ok") == 1
    gpus.add("event 0 xid 79")
    unit.eventually(lambda: unit.page().value("latencyd_gpu_xid_total", gpu="0", xid="79") == 1, 15, "events come")


def test_a_driver_that_hangs_does_not_hold_up_the_stop(unit, gpus) -> None:
    gpus.write(TWO_GPUS, "call nvmlDeviceGetPerformanceState hang 300")
    try:
        unit.start(nvidia(), service=SCRIPT)
        hanging = "latencyd_gpu_driver_hanging_seconds"
        unit.eventually(lambda: (unit.page().value(hanging) or 0) > 5, 20, "the driver hangs")
        unit.system.run("systemctl", "stop", unit.unit, timeout=10)
        assert unit.system.show(unit.unit, "Result") == "success"
    finally:
        gpus.write(TWO_GPUS)


def test_the_wakeup_probe_measures_with_the_least_timer_slack(unit) -> None:
    unit.start()
    unit.eventually(lambda: (unit.page().value(COUNT) or 0) >= 20, 15, "wake-ups are measured")
    slack = unit.system.run("cat", f"/proc/{unit.thread('wakeup-probe')}/timerslack_ns").stdout.strip()
    assert slack == "1"
    assert not handicaps(unit)


@pytest.mark.parametrize(
    ("line", "said"),
    [("Nice=5", "nice 5"), ("CPUSchedulingPolicy=batch", "SCHED_BATCH"), ("CPUSchedulingPolicy=idle", "SCHED_IDLE")])
def test_a_lower_priority_that_the_probe_cannot_leave_is_said(unit, line, said) -> None:
    unit.start(service=line)
    unit.eventually(lambda: (unit.page().value(COUNT) or 0) >= 5, 15, "wake-ups are measured")
    assert [text for text in handicaps(unit) if said in text], unit.log()


def handicaps(unit) -> list[str]:
    return [line for line in unit.log() if "delays this process alone" in line]
