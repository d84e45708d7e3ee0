"""NVIDIA's own Python binding and latencyd read the same GPUs and agree, unit by unit."""

import math
from typing import Any

import pytest

from daemon import eventually
from gpus import MIG, TWO_GPUS
from page import Page
from test_gpu_library import read

NO_INSTANCE = 0xFFFFFFFF
REASONS = {
    "idle": 0x1, "application_clocks": 0x2, "sw_power_cap": 0x4, "hw_slowdown": 0x8, "sync_boost": 0x10,
    "sw_thermal": 0x20, "hw_thermal": 0x40, "power_brake": 0x80, "display": 0x100,
}

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


def key(family: str, /, **labels: Any) -> tuple[str, tuple[tuple[str, str], ...]]:
    return f"latencyd_gpu_{family}", tuple(sorted((label, str(value)) for label, value in labels.items()))


def memory_samples(gpu: str, memory: dict, **instance: Any) -> Samples:
    return {key("memory_bytes", gpu=gpu, kind=kind, **instance): memory[kind] for kind in memory}


def process_samples(gpu: str, processes: list[dict]) -> Samples:
    found = {}
    for process in processes:
        instance = {
            label: process[label] for label in ("gpu_instance", "compute_instance") if process[label] != NO_INSTANCE}
        found[key("process_memory_bytes", gpu=gpu, pid=process["pid"], **instance)] = process["memory"]
    return found


def clock_samples(gpu: str, answers: dict) -> Samples:
    return {
        key(name, gpu=gpu, clock=clock): megahertz * 1e6
        for name, clocks in (("clock_hertz", "clocks"), ("clock_max_hertz", "max_clocks"))
        for clock, megahertz in answers[clocks].items()}


def reason_samples(gpu: str, mask: int) -> Samples:
    return {key("throttle_active", gpu=gpu, reason=name): bool(mask & bit) for name, bit in REASONS.items()}


def pcie_samples(gpu: str, answers: dict) -> Samples:
    pcie, fields = answers["pcie"], answers["fields"]
    return {
        key("pcie_link_generation", gpu=gpu): pcie["generation"],
        key("pcie_link_max_generation", gpu=gpu): pcie["max_generation"],
        key("pcie_link_width", gpu=gpu): pcie["width"],
        key("pcie_link_max_width", gpu=gpu): pcie["max_width"],
        key("pcie_replays_total", gpu=gpu): pcie["replays"],
        key("pcie_bytes_total", gpu=gpu, direction="transmit"): fields["pcie_sent"],
        key("pcie_bytes_total", gpu=gpu, direction="receive"): fields["pcie_received"],
    }


def error_samples(gpu: str, answers: dict) -> Samples:
    found = {
        key("remapped_rows", gpu=gpu, cause="corrected"): answers["fields"]["rows_correctable"],
        key("remapped_rows", gpu=gpu, cause="uncorrected"): answers["fields"]["rows_uncorrectable"],
    }
    for kind_and_scope, count in answers["ecc"].items():
        kind, scope = kind_and_scope.split()
        found[key("ecc_errors_total", gpu=gpu, kind=kind, scope=scope)] = count
    return found


def power_samples(gpu: str, answers: dict) -> Samples:
    fields = answers["fields"]
    return {
        key("temperature_celsius", gpu=gpu, sensor="gpu"): answers["temperature"],
        key("temperature_celsius", gpu=gpu, sensor="memory"): fields["memory_temperature"],
        key("power_watts", gpu=gpu): fields["power_instant"] / 1e3,
        key("power_average_watts", gpu=gpu): fields["power_average"] / 1e3,
        key("power_limit_watts", gpu=gpu, kind="enforced"): fields["power_limit"] / 1e3,
        key("energy_joules_total", gpu=gpu): answers["energy"] / 1e3,
        key("throttle_seconds_total", gpu=gpu, reason="power"): fields["throttle_power"] / 1e9,
        key("throttle_seconds_total", gpu=gpu, reason="thermal"): fields["throttle_thermal"] / 1e9,
        key("performance_state", gpu=gpu): answers["pstate"],
        key("persistence_mode", gpu=gpu): answers["persistence"],
        key("numa_node", gpu=gpu): answers["numa_node"],
    }


def load_samples(gpu: str, answers: dict) -> Samples:
    if "error" in answers["utilization"]:
        return {}
    return {
        key("utilization_ratio", gpu=gpu): answers["utilization"]["gpu"] / 100,
        key("memory_utilization_ratio", gpu=gpu): answers["utilization"]["memory"] / 100,
        key("engine_utilization_ratio", gpu=gpu, engine="encoder"): answers["encoder"] / 100,
        key("engine_utilization_ratio", gpu=gpu, engine="decoder"): answers["decoder"] / 100,
    }


def expected(answers: dict) -> Samples:
    """What latencyd should expose where the binding reads these answers."""
    found: Samples = {}
    for index, one in enumerate(answers["gpus"]):
        gpu = str(index)
        found |= {
            key("info", gpu=gpu, uuid=one["uuid"], name=one["name"], driver=answers["driver"]): 1,
            **load_samples(gpu, one), **memory_samples(gpu, one["memory"]), **process_samples(gpu, one["processes"]),
            **clock_samples(gpu, one), **reason_samples(gpu, one["reasons"]), **pcie_samples(gpu, one),
            **error_samples(gpu, one), **power_samples(gpu, one),
        }
        for instance in one["instances"]:
            found |= memory_samples(
                gpu, instance["memory"], gpu_instance=instance["gpu_instance"],
                compute_instance=instance["compute_instance"])
    return found


def exposed(page: Page) -> Samples:
    return {
        (name, tuple(sorted(labels.items()))): value
        for name in page.names() if name.startswith("latencyd_gpu_") for labels, value in page.matching(name)}


@pytest.mark.parametrize("extra", ["", MIG], ids=["whole", "mig"])
def test_the_binding_and_latencyd_agree(start_daemon, make_gpus, promtool_check, extra) -> None:
    # The driver's samples roll on; without them both read the rates.
    gpus = make_gpus(TWO_GPUS, extra).without("device * samples.*")
    wanted = expected(read(gpus))
    daemon = start_daemon(
        {"hardware": {"collectors": {"nvidia": {"library": str(gpus.library), "interval": "200ms"}}}},
        environment=gpus.environment)
    page = eventually(
        lambda: (page := daemon.page()).value("latencyd_gpu_power_watts", gpu="1") and page, 8, "GPUs are on the page")
    promtool_check(page.text)
    found = exposed(page)
    assert len(wanted) > 80
    differing = {
        name: (value, found.get(name)) for name, value in wanted.items()
        if name not in found or not math.isclose(found[name], value, rel_tol=1e-9)}
    assert not differing
    if extra:
        # In MIG mode a GPU has no utilization, and its instances have ids.
        assert key("utilization_ratio", gpu="0") not in found
        assert found[key("memory_bytes", gpu="0", kind="total", gpu_instance="9", compute_instance="2")] == 10 << 30
        assert key("process_memory_bytes", gpu="0", pid="5151", gpu_instance="9", compute_instance="2") in found
    # What latencyd says of these families beside that is nothing that the binding does not know.
    families = {name for name, _ in wanted} - {
        "latencyd_gpu_power_limit_watts", "latencyd_gpu_throttle_seconds_total",
        "latencyd_gpu_engine_utilization_ratio"}
    assert {sample for sample in found if sample[0] in families} <= set(wanted)
