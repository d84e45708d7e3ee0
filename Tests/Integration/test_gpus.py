"""latencyd and its GPUs, through what a driver does on its good days and on its bad ones."""

import math
import shutil
import time

import pytest

from daemon import Daemon, eventually
from gpus import SINCE_2018, TWO_GPUS, GPUs
from page import Page

# How often the daemons here ask, and how long a change may take to be on the page on a busy machine.
INTERVAL = "100ms"
SOON = 8

# What every GPU has on the page whatever else happens to it.
ALWAYS = {
    "latencyd_gpu_condition", "latencyd_gpu_info", "latencyd_gpu_locality_info", "latencyd_gpu_lost",
    "latencyd_gpu_signals",
}


@pytest.fixture
def start_with(start_daemon):
    """Starts a daemon that asks these GPUs often."""

    def start(gpus: GPUs, **options) -> Daemon:
        nvidia = {"library": str(gpus.library), "interval": INTERVAL, **options}
        return start_daemon({"hardware": {"collectors": {"nvidia": nvidia}}}, environment=gpus.environment)

    return start


def names_of(page: Page, gpu: str) -> set[str]:
    """The names of the samples about a GPU."""
    return {name for name in page.names() if name.startswith("latencyd_gpu_") and page.matching(name, gpu=gpu)}


def page_with(daemon: Daemon, condition, what: str, timeout: float = SOON) -> Page:
    """The first page for which the condition holds."""

    def look() -> Page | None:
        page = daemon.page()
        return page if condition(page) else None

    return eventually(look, timeout, what)


def state(page: Page) -> str | None:
    """How it stands with the driver."""
    states = [labels["state"] for labels, value in page.matching("latencyd_gpu_driver_state") if value == 1]
    assert len(states) <= 1, states
    return states[0] if states else None


def page_with_gpus(daemon: Daemon, count: int = 2) -> Page:
    return page_with(
        daemon, lambda page: len(page.matching("latencyd_gpu_power_watts")) == count, f"{count} GPUs are on the page")


@pytest.fixture(scope="module")
def shared_daemons(gpu_library, tmp_path_factory):
    """Starts daemons that several tests look at; each must end cleanly after the last one."""
    started: list[Daemon] = []

    def start(*scripts: str) -> tuple[Daemon, GPUs]:
        gpus = GPUs(tmp_path_factory.mktemp("gpus"), gpu_library).write(*scripts)
        nvidia = {"library": str(gpus.library), "interval": INTERVAL}
        daemon = Daemon({"hardware": {"collectors": {"nvidia": nvidia}}}, environment=gpus.environment)
        started.append(daemon)
        return daemon.start(), gpus

    yield start
    for daemon in started:
        daemon.stop()


@pytest.fixture(scope="module")
def healthy(shared_daemons) -> tuple[Page, GPUs]:
    """The page of two GPUs in good health."""
    daemon, gpus = shared_daemons(TWO_GPUS)
    return page_with_gpus(daemon), gpus


@pytest.fixture(scope="module")
def odd(shared_daemons) -> Page:
    """A page on which GPU 0 is in the condition that its test is about, and others have conditions of their own."""
    lines = [line.strip() for line in TWO_GPUS.splitlines()]
    named = [line for line in lines if line.split()[2:3] in (["name"], ["uuid"])]
    first = [line.replace("device *", "device 0") for line in lines if not line.startswith(("device 1", "process 1"))]
    daemon, _ = shared_daemons(
        *first, *named, "devices 5",
        # GPU 0
        *[f"process 0 compute {pid} 1048576" for pid in range(20000, 20100)],
        "device 0 reasons 0x8000000000200044", "device 0 reasons.supported 0x80000000002001ff",
        # GPU 1 has a name and nothing else, GPU 2 is somebody else's, two are lost.
        "call nvmlDeviceGet*RunningProcesses* device 1 return 3", "call nvmlDeviceGetHandleByIndex* device 2 return 4",
        "call * device 3 return 15", "call * device 4 return 16")
    return page_with_gpus(daemon, 1)


def test_two_healthy_gpus_are_on_a_page_that_promtool_likes(healthy, promtool_check) -> None:
    page, _ = healthy
    promtool_check(page.text)
    assert page.value(
        "latencyd_gpu_info", gpu="0", uuid="GPU-11111111-aaaa-bbbb-cccc-000000000000", name="NVIDIA H100 80GB HBM3",
        driver="570.86.15") == 1
    assert [page.value("latencyd_gpu_lost", gpu=gpu) for gpu in "01"] == [0, 0]
    assert page.value("latencyd_collector_success", collector="nvidia") == 1


def test_fields_whose_meaning_changes_between_drivers_are_not_asked_for(healthy) -> None:
    asked = [int(name.split()[1]) for name in healthy[1].counts() if name.startswith("field ")]
    assert 20 < len(asked) and max(asked) <= 250


def test_what_a_gpu_does_not_support_is_absent(odd) -> None:
    assert names_of(odd, "1") <= ALWAYS | {"latencyd_gpu_events_total"}
    assert odd.value("latencyd_gpu_lost", gpu="1") == 0
    assert odd.value("latencyd_collector_success", collector="nvidia") == 1


def test_a_gpu_that_may_not_be_opened_is_told_from_one_that_is_lost(odd) -> None:
    assert odd.value("latencyd_gpu_condition", gpu="2", condition="no_permission") == 1
    assert odd.value("latencyd_gpu_lost", gpu="2") == 0
    assert names_of(odd, "2") <= ALWAYS


def test_gpus_that_were_lost_before_the_start_are_reported(odd) -> None:
    assert [odd.value("latencyd_gpu_lost", gpu=gpu) for gpu in "01234"] == [0, 0, 0, 1, 1]
    assert names_of(odd, "3") | names_of(odd, "4") <= ALWAYS


def test_any_number_of_processes_finds_room(odd) -> None:
    assert odd.value("latencyd_gpu_process_memory_bytes", gpu="0", pid="20099") == 1 << 20
    assert len(odd.matching("latencyd_gpu_process_memory_bytes", gpu="0")) == 102


def test_reasons_that_nobody_knows_yet_have_their_bit(odd) -> None:
    active = {
        labels["reason"] for labels, value in odd.matching("latencyd_gpu_throttle_active", gpu="0") if value == 1}
    assert active == {"sw_power_cap", "hw_thermal", "unknown_21", "unknown_63"}


def test_a_gpu_that_is_lost_is_reported_and_left_alone(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    gpus.add("call * device 1 return 15")
    page = page_with(daemon, lambda page: page.value("latencyd_gpu_lost", gpu="1") == 1, "GPU 1 is lost")
    assert names_of(page, "1") <= ALWAYS
    assert page.value("latencyd_gpu_lost", gpu="0") == 0
    # From here on nobody asks it anything, while the other one is asked as before.
    asked = gpus.calls("* 1")
    other = gpus.calls("nvmlDeviceGetPowerUsage 0") + gpus.calls("nvmlDeviceGetFieldValues 0")
    gpus.add("device 0 temperature 77")
    page_with(
        daemon, lambda page: page.value("latencyd_gpu_temperature_celsius", gpu="0", sensor="gpu") == 77,
        "GPU 0 is asked")
    eventually(
        lambda: gpus.calls("nvmlDeviceGetPowerUsage 0") + gpus.calls("nvmlDeviceGetFieldValues 0") >= other + 5, SOON,
        "GPU 0 was asked five times more")
    assert gpus.calls("* 1") == asked


def test_a_call_that_hangs_for_minutes_holds_up_nothing(start_daemon, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_daemon(
        {"hardware": {"collectors": {
            "nvidia": {"library": str(gpus.library), "interval": INTERVAL}, "thermal": {"interval": INTERVAL}}}},
        environment=gpus.environment)
    page_with_gpus(daemon)
    gpus.add("call nvmlDevice* device 1 hang 600")
    page = page_with(daemon, lambda page: state(page) == "hanging", "the state says that a call hangs")

    # Pages come at once, timings are taken, other collectors pass.
    started = time.monotonic()
    before = page.value("latencyd_collector_duration_seconds", collector="thermal")
    page_with(
        daemon, lambda page: page.value("latencyd_collector_duration_seconds", collector="thermal") != before,
        "another collector passes")
    assert time.monotonic() - started < 3
    daemon.send(b"inference.latency:12.5|ms")
    page_with(
        daemon,
        lambda page: page.value(
            "latencyd_observed_seconds", timing="inference_latency_seconds", statistic="p50") is not None,
        "a timing has its window")

    gpus.without("call *")
    page_with(daemon, lambda page: state(page) == "ok", "the call has come back")
    page_with_gpus(daemon)


def test_hanging_from_the_first_call_on_holds_up_neither_start_nor_end(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlInit* hang 600")
    daemon = start_with(gpus)
    eventually(lambda: gpus.calls("nvmlInit*"), SOON, "the driver is asked")
    assert daemon.get("/-/healthy").status == 200
    started = time.monotonic()
    daemon.process.terminate()
    assert daemon.wait_ended(15) == 0
    assert time.monotonic() - started < 9


def test_a_wait_for_events_that_hangs_does_not_hold_up_the_end(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlEventSetWait* hang 600")
    daemon = start_with(gpus)
    eventually(lambda: gpus.calls("nvmlEventSetWait*"), SOON, "latencyd waits for events")
    page_with_gpus(daemon)
    started = time.monotonic()
    daemon.process.terminate()
    assert daemon.wait_ended(15) == 0
    assert time.monotonic() - started < 9
    assert gpus.calls("nvmlShutdown") == 0, "a thread is still in the library"


def test_xid_errors_are_counted_by_number_with_the_time_of_the_last(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page = page_with_gpus(daemon)
    assert not page.matching("latencyd_gpu_xid_total")
    eventually(lambda: gpus.calls("nvmlDeviceRegisterEvents") >= 2, SOON, "latencyd waits for events")
    gpus.add("event 0 xid 79", "event 1 xid 13", "event 0 xid 43")
    page = page_with(
        daemon, lambda page: len(page.matching("latencyd_gpu_xid_total")) == 3, "three Xids are on the page")
    gpus.add("event 0 xid  79")
    page = page_with(
        daemon, lambda page: page.value("latencyd_gpu_xid_total", gpu="0", xid="79") == 2, "the second one is counted")
    assert page.value("latencyd_gpu_xid_total", gpu="1", xid="13") == 1
    assert page.value("latencyd_gpu_xid_last_seen_timestamp_seconds", gpu="0", xid="79") == pytest.approx(
        time.time(), abs=30)


def test_after_one_gpu_is_lost_the_errors_of_the_other_are_still_seen(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    eventually(lambda: gpus.calls("nvmlDeviceRegisterEvents") >= 2, SOON, "latencyd waits for events")
    # The driver tells nothing more of the set that the lost one is in.
    gpus.add("call * device 1 return 15")
    page_with(daemon, lambda page: page.value("latencyd_gpu_lost", gpu="1") == 1, "GPU 1 is lost")
    gpus.add("event 0 xid 79")
    page = page_with(
        daemon, lambda page: page.value("latencyd_gpu_xid_total", gpu="0", xid="79") == 1, "the Xid is counted")
    assert page.value("latencyd_gpu_events_state", state="watching") == 1
    assert gpus.calls("nvmlEventSetCreate") == 2
    assert gpus.calls("nvmlDeviceRegisterEvents 1") == 1
    assert gpus.calls("nvmlEventSetFree") == 1


def test_a_gpu_that_tells_no_events_is_named_once_and_the_other_is_heard(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlDeviceRegisterEvents device 1 return 3")
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    gpus.add("event 0 xid 79")
    page_with(daemon, lambda page: page.value("latencyd_gpu_xid_total", gpu="0", xid="79") == 1, "the Xid is counted")
    told = "GPU 1: events such as Xid errors are not seen: NOT_SUPPORTED (3)"
    assert len([line for line in daemon.log if told in line]) == 1


def test_without_permission_a_signal_is_absent_and_not_asked_for_again_and_again(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlDeviceGet*RunningProcesses* return 4")
    daemon = start_with(gpus)
    page = page_with_gpus(daemon)
    assert not page.matching("latencyd_gpu_process_memory_bytes")
    assert page.value("latencyd_gpu_signal_denied", gpu="0", signal="processes_compute") == 1
    asked = gpus.calls("nvmlDeviceGet*RunningProcesses*")
    passes = gpus.calls("nvmlDeviceGetFieldValues 0")
    eventually(lambda: gpus.calls("nvmlDeviceGetFieldValues 0") >= passes + 5, SOON, "five passes more")
    assert gpus.calls("nvmlDeviceGet*RunningProcesses*") == asked


def test_a_driver_of_2018_is_read_by_its_older_functions(start_with, make_gpus, promtool_check) -> None:
    gpus = make_gpus(TWO_GPUS, missing=SINCE_2018)
    daemon = start_with(gpus)
    page = page_with_gpus(daemon)
    promtool_check(page.text)
    assert page.value("latencyd_gpu_throttle_active", gpu="0", reason="sw_power_cap") == 1
    # Version 1 counts what is reserved as used.
    assert page.value("latencyd_gpu_memory_bytes", gpu="0", kind="used") == (20 << 30) + (512 << 20)
    assert page.value("latencyd_gpu_temperature_celsius", gpu="0", sensor="gpu") == 61
    assert page.value("latencyd_gpu_power_watts", gpu="0") == pytest.approx(351)
    assert page.value("latencyd_gpu_process_memory_bytes", gpu="0", pid="4243") == 1 << 30
    assert page.value("latencyd_gpu_utilization_ratio", gpu="0") is not None
    gpus.add("event 1 xid 48")
    page_with(daemon, lambda page: page.value("latencyd_gpu_xid_total", gpu="1", xid="48") == 1, "the Xid is counted")


GARBAGE = """
    devices 4294967295
    driver (endless)
    device 0 name (endless)
    device 1 name (bytes)
    device 1 uuid (endless)
    device 2 uuid (bytes)
    device * utilization.gpu 4294967295
    device * utilization.memory 101
    device * utilization.encoder 4294967295
    device * samples.gpu nan 4294967295 -5.0
    device * samples.memory inf 101 3
    device * samples.power 4294967295 nan
    device * samples.sm_clock 4294967295 inf
    device * samples.skew -3600000000
    device * memory.total 18446744073709551615
    device * memory.used 18446744073709551614
    device * memory.reserved 18446744073709551615
    device * clock.sm 4294967295
    device * clock.memory 0
    device * max_clock.sm 4294967295
    device * reasons 0xffffffffffffffff
    device * field.74 f64 nan
    device * field.75 18446744073709551615
    device * field.76 f64 -1e300
    device * field.77 type99 5
    device * field.82 u32 4294967295
    device * field.94 i64 -5
    device * field.185 f64 inf
    device * field.186 f64 nan
    device * field.190 u32 4294967295
    device * field.197 f64 -inf
    device * power 4294967295
    device * energy 18446744073709551615
    device * temperature -2147483648
    device * temperature.threshold.1 4294967295
    device * pstate 32
    device * persistence 4294967295
    device * pcie.generation 4294967295
    device * pcie.width 4294967295
    device * pcie.max_width 0
    device * ecc.corrected.volatile 18446744073709551615
    device * nvlink.0.state 4294967295
    device * numa_node 4294967295
    device * irq 4294967295
    device * gpm.1 nan
    device * gpm.2 inf
    device * gpm.5 -1
    device * gpm.10 1e300
    device 3 mig.mode 1
    device 3 mig.max 4294967295
    device 3/0 gpu_instance 4294967294
    device 3/0 compute_instance 4294967294
    process 0 compute 4294967295 18446744073709551615
    process 0 compute 4242 18446744073709551614
    process 0 compute 4242 18446744073709551615
    process-use 0 4242 4294967295 4294967295 101 0
"""


def test_garbage_from_the_driver_stays_off_the_page(start_with, make_gpus, promtool_check) -> None:
    gpus = make_gpus(TWO_GPUS, GARBAGE.replace("device *", "device 0"), GARBAGE)
    daemon = start_with(gpus)
    eventually(lambda: gpus.calls("nvmlDeviceGetFieldValues 1") >= 5, SOON, "five passes")
    page = page_with(daemon, lambda page: page.matching("latencyd_gpu_lost"), "GPUs are on the page")
    promtool_check(page.text)
    about_gpus = [
        (name, labels, value) for name in page.names() if name.startswith("latencyd_gpu_")
        for labels, value in page.matching(name) if "gpu" in labels]
    for name, labels, value in about_gpus:
        assert math.isfinite(value) and value >= (-273.15 if "celsius" in name else 0), (name, labels, value)
        if name.endswith("_ratio"):
            assert value <= 1, (name, labels, value)
        if "celsius" in name:
            assert value < 1000, (name, labels, value)
        if "width" in name or "generation" in name:
            assert 1 <= value <= 64, (name, labels, value)
        if "watts" in name:
            assert value < 100_000, (name, labels, value)
        # The driver's "not available" is the largest number of 32 or 64 bits.
        assert value < 1e17 and not ("seconds" in name and value > 1e10), (name, labels, value)
        assert all(len(text) <= 256 for text in labels.values()), (name, labels)
    assert len({labels["gpu"] for _, labels, _ in about_gpus}) <= 64
    assert daemon.resident_bytes() < 100 << 20


def test_samples_whose_times_go_back_are_taken_all_the_same(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "device * samples.skew 3600000000")
    daemon = start_with(gpus)
    page_with(
        daemon, lambda page: len(page.matching("latencyd_gpu_utilization_ratio")) == 2, "utilization is on the page")
    gpus.add("device * samples.skew 0", "device * samples.gpu 20 20 20")
    page_with(
        daemon, lambda page: page.value("latencyd_gpu_utilization_ratio", gpu="0") == pytest.approx(0.2),
        "what the driver sampled after its clock was set back is on the page")


def test_a_clock_that_falls_between_two_passes_is_seen(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "device 0 samples.sm_clock 1980 1980 1980 345 1980 1980 1980 1980 1980 1980")
    daemon = start_with(gpus, interval="1s")
    page = page_with_gpus(daemon)

    def sampled(family: str, **labels: str) -> list[float | None]:
        return [
            page.value(f"latencyd_gpu_{family.format(extreme)}", gpu="0", **labels) for extreme in ("min", "max")]

    assert sampled("clock_sampled_{}_hertz", clock="sm") == [345e6, 1980e6]
    assert page.value("latencyd_gpu_clock_hertz", gpu="0", clock="sm") == 1965e6
    assert sampled("clock_sampled_{}_hertz", clock="memory") == [2619e6, 2619e6]
    assert sampled("power_sampled_{}_watts") == [340, 360]


def test_a_temperature_that_the_driver_does_not_know_is_absent(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "device 0 temperature -1", "device 1 temperature -5")
    daemon = start_with(gpus)
    page = page_with_gpus(daemon)
    assert page.value("latencyd_gpu_temperature_celsius", gpu="0", sensor="gpu") is None
    assert page.value("latencyd_gpu_temperature_celsius", gpu="1", sensor="gpu") == -5


def test_lists_of_impossible_lengths_are_refused(start_with, make_gpus) -> None:
    functions = "nvmlDeviceGet*RunningProcesses*", "nvmlDeviceGetSamples", "nvmlDeviceGetProcessUtilization"
    gpus = make_gpus(
        TWO_GPUS, *[f"call {function} device 0 return 7 length 4294967295" for function in functions],
        *[f"call {function} device 1 length 4294967295" for function in functions])
    daemon = start_with(gpus)
    page = page_with_gpus(daemon)
    assert not page.matching("latencyd_gpu_process_memory_bytes")
    passes = gpus.calls("nvmlDeviceGetFieldValues 0")
    eventually(lambda: gpus.calls("nvmlDeviceGetFieldValues 0") >= passes + 3, SOON, "three passes more")
    assert daemon.resident_bytes() < 100 << 20


def test_the_call_that_takes_20_ms_is_rare(start_with, make_gpus) -> None:
    # A GPU that counts bytes itself is not asked at all.
    gpus = make_gpus(TWO_GPUS).without("device * field.197 *").without("device * field.198 *")
    gpus.add("device 1 field.197 1000", "device 1 field.198 2000")
    start_with(gpus)
    eventually(lambda: gpus.calls("nvmlDeviceGetFieldValues 0") >= 15, SOON, "fifteen passes")
    # Once for each direction.
    assert gpus.calls("nvmlDeviceGetPcieThroughput 0") == 2
    assert gpus.calls("nvmlDeviceGetPcieThroughput 1") == 0
    assert gpus.calls("gpm too close") == 0


@pytest.mark.parametrize(
    ("code", "expected"),
    [(9, "driver_not_loaded"), (18, "version_mismatch"), (17, "blocked"), (4, "no_permission"), (999, "failing")])
def test_a_driver_that_cannot_be_talked_to_is_a_state(start_with, make_gpus, code, expected) -> None:
    gpus = make_gpus(TWO_GPUS, f"call nvmlInit* return {code}")
    daemon = start_with(gpus)
    page = page_with(daemon, lambda page: state(page) == expected, f"the state is {expected}")
    assert not page.matching("latencyd_gpu_info")
    assert page.value("latencyd_collector_success", collector="nvidia") == 1


def test_a_library_that_is_missing_is_a_state(start_daemon, tmp_path) -> None:
    daemon = start_daemon({"hardware": {"collectors": {"nvidia": {"library": str(tmp_path / "libnvidia-ml.so.1")}}}})
    page = page_with(daemon, lambda page: state(page) == "library_missing", "the state says so")
    assert not page.matching("latencyd_gpu_info")
    assert page.value("latencyd_collector_success", collector="nvidia") == 1


def ask_again(daemon: Daemon) -> None:
    """Switches the collector off and on, which does not wait for the next of the seldom attempts."""
    nvidia = daemon.configuration["hardware"]["collectors"]["nvidia"]
    for enabled in (False, True):
        nvidia["enabled"] = enabled
        daemon.write_configuration(daemon.configuration)
        assert daemon.get("/-/reload", method="POST").status == 200


def test_a_library_that_comes_later_is_taken(start_daemon, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    library = gpus.folder / "later" / "libnvidia-ml.so.1"
    daemon = start_daemon(
        {"hardware": {"collectors": {"nvidia": {"library": str(library), "interval": INTERVAL}}}},
        environment=gpus.environment)
    page_with(daemon, lambda page: state(page) == "library_missing", "the state says so")
    library.parent.mkdir()
    shutil.copy(gpus.library, library)
    ask_again(daemon)
    page_with_gpus(daemon)


def test_a_driver_that_is_loaded_later_is_taken(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlInit* return 9")
    daemon = start_with(gpus)
    page_with(daemon, lambda page: state(page) == "driver_not_loaded", "the state says so")
    gpus.without("call *")
    ask_again(daemon)
    assert state(page_with_gpus(daemon)) == "ok"


def test_a_driver_that_goes_takes_its_values_along(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    gpus.add("call nvml* return 9")
    page = page_with(daemon, lambda page: state(page) == "driver_not_loaded", "the state says so")
    assert not page.matching("latencyd_gpu_power_watts")
    assert page.value("latencyd_gpu_lost", gpu="0") in (None, 0)


def test_after_an_upgrade_of_the_driver_no_call_is_made(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    gpus.add("call nvmlDevice* return 18")
    page = page_with(daemon, lambda page: state(page) == "version_mismatch", "the state says so")
    assert not page.matching("latencyd_gpu_power_watts")
    # The wait for events that was going on may still come back.
    calls = eventually(
        lambda: (before := gpus.counts()) and not time.sleep(1.2) and gpus.counts() == before and before, SOON,
        "nothing is called any more")
    daemon.stop()
    assert gpus.counts() == calls, "not even to shut it down"


def test_a_lost_gpu_that_was_reset_comes_back_with_its_events_when_the_collector_is_switched_off_and_on(
        start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call * device 1 return 16")
    daemon = start_with(gpus)
    page_with(daemon, lambda page: page.value("latencyd_gpu_lost", gpu="1") == 1, "GPU 1 is lost")
    gpus.without("call *")
    ask_again(daemon)
    page = page_with_gpus(daemon)
    assert page.value("latencyd_gpu_lost", gpu="1") == 0
    gpus.add("event 1 xid 79")
    page_with(daemon, lambda page: page.value("latencyd_gpu_xid_total", gpu="1", xid="79") == 1, "the Xid is counted")


def test_what_was_opened_is_closed_at_the_end(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    eventually(lambda: gpus.calls("nvmlDeviceRegisterEvents") >= 2, SOON, "latencyd waits for events")
    daemon.stop()
    assert gpus.calls("nvmlInit*") == gpus.calls("nvmlShutdown") == 1
    assert gpus.calls("nvmlEventSetCreate") == gpus.calls("nvmlEventSetFree") == 1
    assert gpus.calls("nvmlGpmSampleAlloc") == gpus.calls("nvmlGpmSampleFree") > 0


def test_a_collector_that_is_disabled_leaves_the_driver_alone(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    daemon = start_with(gpus, enabled=False)
    eventually(lambda: daemon.page().matching("latencyd_collector_success"), SOON, "other collectors have passed")
    assert not gpus.counts()
    assert not [name for name in daemon.page().names() if name.startswith("latencyd_gpu_")]


def test_a_wait_for_events_that_fails_is_not_tried_all_the_time(start_with, make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "call nvmlEventSetWait* return 999")
    daemon = start_with(gpus)
    page_with_gpus(daemon)
    passes = gpus.calls("nvmlDeviceGetFieldValues 0")
    eventually(lambda: gpus.calls("nvmlDeviceGetFieldValues 0") >= passes + 10, SOON, "ten passes more")
    assert 1 <= gpus.calls("nvmlEventSetWait*") <= 4
    assert daemon.page().value("latencyd_gpu_events_state", state="failing") == 1
