"""The stand-in for NVIDIA's management library does as the real one: NVIDIA's own Python binding says so."""

import ctypes
import json
import os
import subprocess
import sys
import textwrap
import time
from pathlib import Path
from typing import Any

import pytest

from gpus import MIG, SINCE_2018, TWO_GPUS, GPUs, compile_c, header_folder

READER = Path(__file__).parent / "gpu_reader.py"


def reading(gpus: GPUs, *program: str) -> subprocess.CompletedProcess:
    environment = {**os.environ, **gpus.environment, "LD_LIBRARY_PATH": str(gpus.library.parent)}
    return subprocess.run(
        [sys.executable, str(READER), *program], env=environment, capture_output=True, text=True, timeout=20)


def read(gpus: GPUs, program: str | None = None) -> Any:
    """What the reader prints: everything, or what an expression or a program that sets `answer` comes to."""
    if program and "answer =" not in program:
        program = f"answer = {program}"
    result = reading(gpus, *([textwrap.dedent(program)] if program else []))
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


def test_the_binding_reads_what_the_script_says(make_gpus) -> None:
    found = read(make_gpus(TWO_GPUS))
    assert found["driver"] == "570.86.15"
    first, second = found["gpus"]
    assert first["uuid"] == "GPU-11111111-aaaa-bbbb-cccc-000000000000"
    assert first["bus_id"] == "00000000:17:00.0"
    assert [gpu["utilization"]["gpu"] for gpu in found["gpus"]] == [70, 45]
    assert first["memory"] == {
        "total": 80 << 30, "used": 20 << 30, "reserved": 512 << 20, "free": (60 << 30) - (512 << 20)}
    assert first["clocks"] == {"graphics": 1980, "sm": 1965, "memory": 2619, "video": 1530}
    assert (first["temperature"], first["power"], first["energy"]) == (61, 351000, 123456789)
    assert first["fields"]["memory_temperature"] == 71
    assert first["fields"]["throttle_power"] == 1_500_000_000
    assert [process["pid"] for process in first["processes"]] == [4242, 4243]
    assert [process["kind"] for process in second["processes"]] == ["graphics", "mps"]
    assert not first["instances"]


def test_in_mig_mode_utilization_is_not_supported_and_instances_have_handles(make_gpus) -> None:
    first = read(make_gpus(TWO_GPUS, MIG))["gpus"][0]
    assert first["utilization"] == {"error": 3}
    assert [(one["gpu_instance"], one["compute_instance"]) for one in first["instances"]] == [(1, 0), (9, 2)]
    assert first["instances"][0]["memory"]["total"] == 40 << 30
    assert (5151, 9, 2) in [
        (process["pid"], process["gpu_instance"], process["compute_instance"]) for process in first["processes"]]


def test_what_the_script_does_not_say_is_not_supported(make_gpus) -> None:
    gpus = make_gpus("devices 1", "device 0 name A")
    assert read(gpus, "nvml.nvmlDeviceGetName(gpu(0))") == "A"
    assert read(gpus, "maybe(nvml.nvmlDeviceGetPowerUsage, gpu(0))") == {"error": 3}


def test_values_take_their_steps_one_read_at_a_time_and_stay_at_the_last(make_gpus) -> None:
    gpus = make_gpus("devices 1", "device 0 power 1000 | error 4 | 3000")
    question = "[maybe(nvml.nvmlDeviceGetPowerUsage, device) for device in [gpu(0)] * 4]"
    assert read(gpus, question) == [1000, {"error": 4}, 3000, 3000]


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("call nvmlDeviceGetPowerUsage return 999", [[999, 999, 999], [999, 999, 999]]),
        ("call nvmlDeviceGetPowerUsage device 1 return 15 after 2", [[0, 0, 0], [0, 0, 15]]),
        ("call nvmlDevice*Power* device 0 return 4 after 1 for 1", [[0, 4, 0], [0, 0, 0]]),
        # Getting the handle is a call about the device, too.
        ("call * device 1 return 15 after 3", [[0, 0, 0], [0, 15, 15]]),
    ],
)
def test_a_rule_answers_the_calls_that_it_is_about(make_gpus, rule, expected) -> None:
    program = """
        def code(index):
            answer = maybe(lambda: nvml.nvmlDeviceGetPowerUsage(gpu(index)))
            return answer["error"] if isinstance(answer, dict) else 0
        answer = [[code(index) for _ in range(3)] for index in (0, 1)]
    """
    assert read(make_gpus("devices 2", "device * power 1000", rule), program) == expected


def test_calls_are_counted_by_function_and_device(make_gpus) -> None:
    gpus = make_gpus("devices 2", "device * power 1000")
    read(gpus, "[nvml.nvmlDeviceGetPowerUsage(gpu(index)) for index in (0, 1, 1)]")
    assert gpus.calls("nvmlDeviceGetPowerUsage") == 3
    assert gpus.calls("nvmlDeviceGetPowerUsage 1") == 2
    assert gpus.calls("nvmlDeviceGetName*") == 0


def test_a_call_hangs_until_the_script_lets_it_go(make_gpus) -> None:
    gpus = make_gpus("devices 1", "device 0 power 1000", "call nvmlDeviceGetPowerUsage hang 600")
    environment = {**os.environ, **gpus.environment, "LD_LIBRARY_PATH": str(gpus.library.parent)}
    with subprocess.Popen(
        [sys.executable, str(READER), "answer = nvml.nvmlDeviceGetPowerUsage(gpu(0))"], env=environment,
        stdout=subprocess.PIPE, text=True) as reader:
        deadline = time.monotonic() + 10
        while not gpus.calls("nvmlDeviceGetPowerUsage") and time.monotonic() < deadline:
            time.sleep(0.01)
        with pytest.raises(subprocess.TimeoutExpired):
            reader.wait(0.2)
        gpus.without("call *")
        assert reader.communicate(timeout=10)[0] == "1000"


def test_a_list_can_say_a_length_that_it_does_not_have(make_gpus) -> None:
    rules = "call nvmlDeviceGetSamples length 3 for 1", "call nvmlDeviceGetSamples return 7 length 3"
    gpus = make_gpus(TWO_GPUS, *rules)
    # The binding asks for the length first.
    assert read(gpus, "maybe(nvml.nvmlDeviceGetSamples, gpu(0), 1, 0)") == {"error": 7}
    assert gpus.calls("nvmlDeviceGetSamples") == 2


def test_a_struct_of_another_version_is_refused(make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    question = "[maybe(nvml.nvmlDeviceGetMemoryInfo, gpu(0), version)['error'] for version in (2, 1 << 24 | 40)]"
    assert read(gpus, question) == [25, 25]


def test_a_library_can_lack_functions(make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, missing=("nvmlDeviceGetMemoryInfo_v2", "nvmlGpm*"))
    assert read(gpus, "maybe(nvml.nvmlDeviceGetMemoryInfo, gpu(0), nvml.nvmlMemory_v2)") == {"error": 13}
    # Version 1 has what is reserved among what is used.
    assert read(gpus, "nvml.nvmlDeviceGetMemoryInfo(gpu(0)).used") == (20 << 30) + (512 << 20)


def test_the_library_of_2018_has_the_small_process_struct(make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, missing=SINCE_2018)
    library = ctypes.CDLL(str(gpus.library))
    assert hasattr(library, "nvmlDeviceGetCurrentClocksThrottleReasons")
    assert not hasattr(library, "nvmlDeviceGetCurrentClocksEventReasons")
    program = gpus.folder / "old"
    source = program.with_suffix(".c")
    source.write_text("""
        #include <stdio.h>
        #include <nvml.h>
        int main(void) {
            nvmlDevice_t device;
            nvmlProcessInfo_v1_t processes[8];
            unsigned int length = 8;
            if (nvmlInit_v2() || nvmlDeviceGetHandleByIndex_v2(0, &device)) return 1;
            if (nvmlDeviceGetComputeRunningProcesses(device, &length, processes)) return 2;
            for (nvmlProcessInfo_v1_t *process = processes; process < processes + length; process++)
                printf("%u %llu\\n", process->pid, process->usedGpuMemory);
            length = 1;
            return nvmlDeviceGetComputeRunningProcesses(device, &length, processes) == NVML_ERROR_INSUFFICIENT_SIZE &&
                length == 2 ? 0 : 3;
        }
    """)
    compile_c("-DNVML_NO_UNVERSIONED_FUNC_DEFS", "-isystem", header_folder(), source, gpus.library, "-o", program)
    environment = {**os.environ, **gpus.environment, "LD_LIBRARY_PATH": str(gpus.library.parent)}
    result = subprocess.run([program], env=environment, capture_output=True, text=True)
    assert (result.returncode, result.stdout) == (0, "4242 17179869184\n4243 1073741824\n")


def test_events_are_delivered_once_and_to_those_who_asked(make_gpus) -> None:
    gpus = make_gpus("devices 2", "event 0 xid 79", "event 1 xid 13 3 0", "event 0 pstate 0", "event 0 xid 43")
    program = """
        events = nvml.nvmlEventSetCreate()
        for index in (0, 1):
            nvml.nvmlDeviceRegisterEvents(gpu(index), nvml.nvmlEventTypeXidCriticalError, events)
        found = [nvml.nvmlEventSetWait_v2(events, 10) for _ in range(3)]
        rest = maybe(nvml.nvmlEventSetWait_v2, events, 10)
        answer = [(event.eventData, event.gpuInstanceId) for event in found], rest
    """
    none = 0xFFFFFFFF
    assert read(gpus, program) == [[[79, none], [13, 3], [43, none]], {"error": 10}]


def test_samples_roll_on_with_time(make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS)
    samples = read(gpus, "[(s.timeStamp, s.sampleValue.uiVal) for s in nvml.nvmlDeviceGetSamples(gpu(0), 1, 0)[1]]")
    assert sorted(value for _, value in samples) == [60, 70, 80]
    times = [stamp for stamp, _ in samples]
    assert times == sorted(times) and abs(times[-1] / 1e6 - time.time()) < 5
    assert read(gpus, f"maybe(nvml.nvmlDeviceGetSamples, gpu(0), 1, {1 << 62})") == {"error": 6}


def test_gpm_gives_the_metrics_between_two_samples(make_gpus) -> None:
    gpus = make_gpus(TWO_GPUS, "device 0 gpm.5 error 3")
    program = """
        get = nvml.c_nvmlGpmMetricsGet_t()
        get.version = nvml.NVML_GPM_METRICS_GET_VERSION
        get.sample1, get.sample2 = nvml.nvmlGpmSampleAlloc(), nvml.nvmlGpmSampleAlloc()
        nvml.nvmlGpmSampleGet(gpu(0), get.sample1)
        nvml.nvmlGpmSampleGet(gpu(0), get.sample2)
        get.numMetrics = 2
        get.metrics[0].metricId, get.metrics[1].metricId = 2, 5
        nvml.nvmlGpmMetricsGet(get)
        answer = [(metric.nvmlReturn, metric.value) for metric in get.metrics[:2]]
    """
    (code, value), (unsupported, _) = read(gpus, program)
    assert (code, value, unsupported) == (0, 55.25, 3)
    assert gpus.calls("gpm too close") == 1


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("device 0 powr 5", "unknown key"),
        ("device 0 power", "is meant"),
        ("calls nvmlInit return 3", "unknown kind of line"),
        ("call nvmlInit* return 3 after", "a number is missing"),
        ("call nvmlInit* retrun 3", "are meant"),
    ],
)
def test_a_mistake_in_a_script_ends_the_process(make_gpus, line, complaint) -> None:
    result = reading(make_gpus("devices 1", line))
    assert result.returncode < 0 and complaint in result.stderr


def test_without_a_script_the_driver_is_not_loaded(gpu_library) -> None:
    environment = {**os.environ, "LD_LIBRARY_PATH": str(gpu_library.path().parent)}
    result = subprocess.run([sys.executable, str(READER)], env=environment, capture_output=True, text=True)
    assert "Driver Not Loaded" in result.stderr
