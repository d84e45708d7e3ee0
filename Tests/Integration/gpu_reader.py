"""Prints what NVIDIA's own Python binding reads of every GPU, as JSON. Runs as a process of its own."""

import json
import sys

import pynvml as nvml

CLOCKS = {"graphics": 0, "sm": 1, "memory": 2, "video": 3}
# What each field is called, so that the reader's and latencyd's tables are two.
FIELDS = {
    "power_instant": nvml.NVML_FI_DEV_POWER_INSTANT,
    "power_average": nvml.NVML_FI_DEV_POWER_AVERAGE,
    "power_limit": nvml.NVML_FI_DEV_POWER_CURRENT_LIMIT,
    "memory_temperature": nvml.NVML_FI_DEV_MEMORY_TEMP,
    "throttle_power": nvml.NVML_FI_DEV_PERF_POLICY_POWER,
    "throttle_thermal": nvml.NVML_FI_DEV_PERF_POLICY_THERMAL,
    "pcie_sent": nvml.NVML_FI_DEV_PCIE_COUNT_TX_BYTES,
    "pcie_received": nvml.NVML_FI_DEV_PCIE_COUNT_RX_BYTES,
    "rows_correctable": nvml.NVML_FI_DEV_REMAPPED_COR,
    "rows_uncorrectable": nvml.NVML_FI_DEV_REMAPPED_UNC,
}
MEMBERS = {0: "dVal", 1: "uiVal", 2: "ulVal", 3: "ullVal", 4: "sllVal", 5: "siVal", 6: "usVal"}


def maybe(function, *arguments):
    """What the function returns, or its error code as {"error": CODE}."""
    try:
        return function(*arguments)
    except nvml.NVMLError as error:
        return {"error": error.value}


def memory(device):
    found = nvml.nvmlDeviceGetMemoryInfo(device, version=nvml.nvmlMemory_v2)
    return {"total": found.total, "used": found.used, "free": found.free, "reserved": found.reserved}


def utilization(device):
    found = nvml.nvmlDeviceGetUtilizationRates(device)
    return {"gpu": found.gpu, "memory": found.memory}


def fields(device):
    values = nvml.nvmlDeviceGetFieldValues(device, list(FIELDS.values()))
    return {
        name: getattr(value.value, MEMBERS[value.valueType]) if value.nvmlReturn == 0 else {"error": value.nvmlReturn}
        for name, value in zip(FIELDS, values)
    }


def processes(device):
    kinds = {
        "compute": nvml.nvmlDeviceGetComputeRunningProcesses_v3,
        "graphics": nvml.nvmlDeviceGetGraphicsRunningProcesses_v3,
        "mps": nvml.nvmlDeviceGetMPSComputeRunningProcesses_v3,
    }
    return [
        {"kind": kind, "pid": found.pid, "memory": found.usedGpuMemory, "gpu_instance": found.gpuInstanceId,
         "compute_instance": found.computeInstanceId}
        for kind, list_processes in kinds.items() for found in list_processes(device)
    ]


def instances(device):
    found = []
    for index in range(nvml.nvmlDeviceGetMaxMigDeviceCount(device)):
        instance = maybe(nvml.nvmlDeviceGetMigDeviceHandleByIndex, device, index)
        if not isinstance(instance, dict):
            found.append({
                "uuid": nvml.nvmlDeviceGetUUID(instance),
                "gpu_instance": nvml.nvmlDeviceGetGpuInstanceId(instance),
                "compute_instance": nvml.nvmlDeviceGetComputeInstanceId(instance),
                "memory": memory(instance),
            })
    return found


def ecc(device):
    kinds = {"corrected": nvml.NVML_MEMORY_ERROR_TYPE_CORRECTED, "uncorrected": nvml.NVML_MEMORY_ERROR_TYPE_UNCORRECTED}
    since = {"volatile": nvml.NVML_VOLATILE_ECC, "aggregate": nvml.NVML_AGGREGATE_ECC}
    return {
        f"{kind} {counter}": nvml.nvmlDeviceGetTotalEccErrors(device, kinds[kind], since[counter])
        for kind in kinds for counter in since
    }


def gpu(device):
    return {
        "uuid": maybe(nvml.nvmlDeviceGetUUID, device),
        "name": maybe(nvml.nvmlDeviceGetName, device),
        "bus_id": maybe(lambda: nvml.nvmlDeviceGetPciInfo_v3(device).busId),
        "utilization": maybe(utilization, device),
        "encoder": maybe(lambda: nvml.nvmlDeviceGetEncoderUtilization(device)[0]),
        "decoder": maybe(lambda: nvml.nvmlDeviceGetDecoderUtilization(device)[0]),
        "memory": maybe(memory, device),
        "temperature": maybe(nvml.nvmlDeviceGetTemperatureV, device, nvml.NVML_TEMPERATURE_GPU),
        "power": maybe(nvml.nvmlDeviceGetPowerUsage, device),
        "energy": maybe(nvml.nvmlDeviceGetTotalEnergyConsumption, device),
        "clocks": {name: maybe(nvml.nvmlDeviceGetClockInfo, device, kind) for name, kind in CLOCKS.items()},
        "max_clocks": {name: maybe(nvml.nvmlDeviceGetMaxClockInfo, device, kind) for name, kind in CLOCKS.items()},
        "pstate": maybe(nvml.nvmlDeviceGetPerformanceState, device),
        "persistence": maybe(nvml.nvmlDeviceGetPersistenceMode, device),
        "reasons": maybe(nvml.nvmlDeviceGetCurrentClocksEventReasons, device),
        "pcie": {
            "generation": maybe(nvml.nvmlDeviceGetCurrPcieLinkGeneration, device),
            "max_generation": maybe(nvml.nvmlDeviceGetMaxPcieLinkGeneration, device),
            "width": maybe(nvml.nvmlDeviceGetCurrPcieLinkWidth, device),
            "max_width": maybe(nvml.nvmlDeviceGetMaxPcieLinkWidth, device),
            "replays": maybe(nvml.nvmlDeviceGetPcieReplayCounter, device),
        },
        "ecc": maybe(ecc, device),
        "fields": maybe(fields, device),
        "numa_node": maybe(nvml.nvmlDeviceGetNumaNodeId, device),
        "processes": maybe(processes, device),
        "instances": maybe(instances, device),
    }


def everything():
    nvml.nvmlInit()
    count = nvml.nvmlDeviceGetCount()
    return {
        "driver": nvml.nvmlSystemGetDriverVersion(),
        "gpus": [gpu(nvml.nvmlDeviceGetHandleByIndex(index)) for index in range(count)],
    }


def answer_of(program):
    """What a program in Python, such as "answer = nvml.nvmlDeviceGetName(gpu(0))", leaves in `answer`."""
    nvml.nvmlInit()
    names = {"nvml": nvml, "maybe": maybe, "gpu": nvml.nvmlDeviceGetHandleByIndex}
    exec(program, names)
    return names["answer"]


if __name__ == "__main__":
    json.dump(answer_of(sys.argv[1]) if len(sys.argv) > 1 else everything(), sys.stdout)
