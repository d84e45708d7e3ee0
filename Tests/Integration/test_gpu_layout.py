"""latencyd's declarations of NVML lie in memory as NVIDIA's do: a compiler compares them member by member."""

import re
from pathlib import Path

import pytest

from daemon import REPOSITORY
from gpus import compile_c, header_folder

OURS = REPOSITORY / "Sources/CSystem/include/csystem_nvml.h"
RETURN_CODES = REPOSITORY / "Sources/Platform/NVML/NVMLReturn.swift"

# latencyd's struct or union, NVIDIA's, and the members of both in turn: what means the same, not what lies alike.
STRUCTS = {
    "pci_info": ("nvmlPciInfo_t", """
        bus_id_legacy=busIdLegacy domain=domain bus=bus device=device device_id=pciDeviceId
        subsystem_id=pciSubSystemId bus_id=busId"""),
    "utilization": ("nvmlUtilization_t", "gpu=gpu memory=memory"),
    "memory_v1": ("nvmlMemory_t", "total=total free=free used=used"),
    "memory_v2": ("nvmlMemory_v2_t", "version=version total=total reserved=reserved free=free used=used"),
    "value": ("nvmlValue_t", """
        number=dVal signed_int=siVal unsigned_int=uiVal unsigned_long=ulVal unsigned_long_long=ullVal
        signed_long_long=sllVal unsigned_short=usVal"""),
    "sample": ("nvmlSample_t", "timestamp=timeStamp value=sampleValue"),
    "field_value": ("nvmlFieldValue_t", """
        field=fieldId scope=scopeId timestamp=timestamp latency_us=latencyUsec type=valueType result=nvmlReturn
        value=value"""),
    "process_v1": ("nvmlProcessInfo_v1_t", "pid=pid memory_bytes=usedGpuMemory"),
    "process_v2": ("nvmlProcessInfo_v2_t", """
        pid=pid memory_bytes=usedGpuMemory gpu_instance=gpuInstanceId compute_instance=computeInstanceId"""),
    "process_utilization": ("nvmlProcessUtilizationSample_t", """
        pid=pid timestamp=timeStamp sm=smUtil memory=memUtil encoder=encUtil decoder=decUtil"""),
    "temperature_v1": ("nvmlTemperature_v1_t", "version=version sensor=sensorType celsius=temperature"),
    "margin_v1": ("nvmlMarginTemperature_v1_t", "version=version celsius=marginTemperature"),
    "event": ("nvmlEventData_t", """
        device=device type=eventType data=eventData gpu_instance=gpuInstanceId compute_instance=computeInstanceId"""),
    "gpm_metric": ("nvmlGpmMetric_t", """
        metric=metricId result=nvmlReturn value=value short_name=metricInfo.shortName long_name=metricInfo.longName
        unit=metricInfo.unit"""),
    "gpm_metrics": ("nvmlGpmMetricsGet_t", """
        version=version count=numMetrics first=sample1 second=sample2 metrics=metrics"""),
    "gpm_support": ("nvmlGpmSupport_t", "version=version is_supported=isSupportedDevice"),
    "attributes": ("nvmlDeviceAttributes_t", """
        multiprocessors=multiprocessorCount shared_copy_engines=sharedCopyEngineCount
        shared_decoders=sharedDecoderCount shared_encoders=sharedEncoderCount shared_jpeg_engines=sharedJpegCount
        shared_ofa_engines=sharedOfaCount gpu_instance_slices=gpuInstanceSliceCount
        compute_instance_slices=computeInstanceSliceCount memory_mib=memorySizeMB"""),
}
# The array at the end of this one has got longer with every release, and latencyd's has room for the longest.
OPEN_ENDED = {("gpm_metrics", "metrics")}

# What must be equal; for the length of an array, what must be enough for it.
CONSTANTS = {
    "MEMORY_V2": "== (unsigned)nvmlMemory_v2",
    "TEMPERATURE_V1": "== (unsigned)nvmlTemperature_v1",
    "MARGIN_V1": "== (unsigned)nvmlMarginTemperature_v1",
    "GPM_METRICS_V1": "== (unsigned)NVML_GPM_METRICS_GET_VERSION",
    "GPM_SUPPORT_V1": "== (unsigned)NVML_GPM_SUPPORT_VERSION",
    "GPM_METRICS": ">= (unsigned)NVML_GPM_METRIC_MAX",
}


def without_comments(path: Path) -> str:
    text = re.sub(r"/\*.*?\*/", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"//[^\n]*", "", text)


def pairs(short: str) -> list[tuple[str, str]]:
    return [tuple(pair.split("=")) for pair in STRUCTS[short][1].split()]


def checks() -> list[str]:
    lines = []
    for short, (struct, _) in STRUCTS.items():
        own = f"csystem_nvml_{short}"
        for mine, other in pairs(short):
            lines.append(f"SAME(offsetof({own}, {mine}), offsetof({struct}, {other}));")
            if (short, mine) not in OPEN_ENDED:
                lines.append(f"SAME(sizeof((({own} *)0)->{mine}), sizeof((({struct} *)0)->{other}));")
        if not any(open_ended == short for open_ended, _ in OPEN_ENDED):
            lines.append(f"SAME(sizeof({own}), sizeof({struct}));")
    return lines + [f"ENOUGH((unsigned)CSYSTEM_NVML_{name} {rest});" for name, rest in CONSTANTS.items()]


def compile_checks(folder: Path, header: Path) -> None:
    source = folder / "layout.c"
    source.write_text("\n".join([
        "#include <stddef.h>", "#include <nvml.h>", f'#include "{header}"',
        '#define SAME(ours, theirs) _Static_assert((ours) == (theirs), #ours " and " #theirs " differ")',
        "#define ENOUGH(condition) _Static_assert(condition, #condition)", *checks()]) + "\n")
    compile_c("-fsyntax-only", "-isystem", header_folder(), source)


def test_everything_that_latencyd_declares_is_compared() -> None:
    text = without_comments(OURS)
    declared = dict(re.findall(r"typedef (?:struct|union) csystem_nvml_(\w+) {([^}]*)}", text))
    assert {short: re.findall(r"(\w+)(?:\[\w+\])?\s*;", body) for short, body in declared.items()} == {
        short: [mine for mine, _ in pairs(short)] for short in STRUCTS}
    assert set(re.findall(r"CSYSTEM_NVML_(\w+) =", text)) == set(CONSTANTS)


def test_the_structs_lie_in_memory_as_nvidias(tmp_path) -> None:
    compile_checks(tmp_path, OURS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("int64_t latency_us;", "int32_t latency_us;"),
        ("uint64_t total;\n    uint64_t reserved;", "uint64_t reserved;\n    uint64_t total;"),
        ("char bus_id[32]", "char bus_id[16]"),
        ("| 2 << 24", "| 1 << 24"),
        ("enum { CSYSTEM_NVML_GPM_METRICS = ", "enum { CSYSTEM_NVML_GPM_METRICS = -400 + "),
    ],
)
def test_a_difference_is_found(tmp_path, before, after) -> None:
    text = OURS.read_text()
    assert before in text
    header = tmp_path / "changed.h"
    header.write_text(text.replace(before, after))
    with pytest.raises(AssertionError, match="_Static_assert|static assertion"):
        compile_checks(tmp_path, header)


def test_return_codes_have_nvidias_numbers() -> None:
    header = (header_folder() / "nvml.h").read_text()
    theirs = {
        name.removeprefix("ERROR_"): int(number)
        for name, number in re.findall(r"\bNVML_(SUCCESS|ERROR_\w+)\s*=\s*(\d+)", header)}
    text = RETURN_CODES.read_text()
    numbers = dict(re.findall(r"static let (\w+) = Self\(rawValue: (\d+)\)", text))
    names = dict(re.findall(r'\.(\w+): "([A-Z_]+)"', text))
    assert {names[name]: int(number) for name, number in numbers.items()} == theirs
