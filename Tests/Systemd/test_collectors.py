"""Under the shipped unit's restrictions nothing is missing but what docs/permissions.md lists."""

import re

import pytest

from booted import REPOSITORY
from installed import OWN, PUSH_SOCKETS, host_series, settled
from manual import lost_families

FIXTURES = REPOSITORY / "Tests/CollectorsTests/Fixtures"

EVERYTHING = {
    "hardware": {
        "interval": "1s",
        "collectors": {name: {"interval": "1s"} for name in ("process", "cgroup_memory", "interrupts", "cpu_idle")},
    },
}
NUMA = "latencyd_process_numa_bytes"
# Only a kernel tells of stalls: of this host, not of a tree of files.
STALLS = "latencyd_pressure_stalls"
# What only root has of the fixture trees. Where memory lies is asked on hosts of several nodes alone.
TREES = {
    "intel-server": {"latencyd_rapl_energy_joules", NUMA},
    "amd-server": set(),
    "hybrid-cgroup": set(),
    "bare-vm": set(),
    "psi": set(),
}
# Of trees in which the numbers stand still there are none.
FROM_CHANGES = {"latencyd_interrupt_imbalance_ratio", "latencyd_softirq_imbalance_ratio"}


def watching(*entries: dict) -> dict:
    return {"hardware": {**EVERYTHING["hardware"], "watch": list(entries)}}


def golden_families(tree: str) -> set[str]:
    golden = (FIXTURES / tree / "golden.txt").read_text()
    families = re.findall(r"^# (?:gauge|counter|histogram) (latencyd_\w+)", golden, re.MULTILINE)
    return {name for name in families if not name.startswith(OWN)}


def lost_here(system) -> set[str]:
    """What only root has of this host, as it is with several memory nodes."""
    has_pressure = system.run("test", "-e", "/sys/fs/cgroup/system.slice/cpu.pressure", check=False).returncode == 0
    return {NUMA, STALLS} if has_pressure else {NUMA}


def test_this_host(several_nodes, unit, unhardened, model_server) -> None:
    configuration = watching(
        {"unit": "model-by-unit.service", "name": "by-unit"},
        {"process": "/opt/model/server", "name": "by-executable"},
        {"command": "*--model=llama*", "name": "by-command"},
        {"cgroup": "/system.slice/*"})
    unit.start(configuration)
    unhardened.start(configuration)
    model_server("model-by-unit", executable="/usr/bin/python3")
    model_server("model-by-executable")
    model_server("model-by-command", "--model=llama", executable="/usr/bin/python3")

    lost = lost_here(unit.system)
    missing, added = settled(unit, unhardened, lost)
    assert set(missing) == lost, "numa_maps of other users, triggers of cgroups, and nothing else"
    assert not added
    assert all("cgroup" in dict(series) for series in missing.get(STALLS, ())), "the host's stalls are counted"
    page = unit.page()
    for name in ("by-unit", "by-executable", "by-command"):
        assert page.matching("latencyd_process_threads", process=name), name
    denied = [labels for labels, errors in page.matching("latencyd_collector_errors_total") if errors]
    assert not denied, "what may not be read is no error"


@pytest.mark.parametrize("tree", sorted(TREES))
def test_a_host_of_another_kind(unit, unhardened, tree) -> None:
    configuration = watching({"command": "*"}, {"cgroup": "/*"})
    arguments = f"--path.sysfs=/srv/fixtures/{tree}/sys --path.procfs=/srv/fixtures/{tree}/proc"
    unit.start(configuration, arguments=arguments)
    unhardened.start(configuration, arguments=arguments)
    # Not before all is there, or two empty pages would agree.
    expected = golden_families(tree) - FROM_CHANGES
    unhardened.eventually(lambda: not expected - set(host_series(unhardened.page())), 15, f"what {tree} has")
    missing, added = settled(unit, unhardened, TREES[tree], 15)
    assert set(missing) == TREES[tree]
    assert not added


def test_the_manual_lists_what_is_lost_and_nothing_else() -> None:
    assert lost_families() == set.union(*TREES.values(), {STALLS})


def test_who_pushes_is_watched(unit, model_server) -> None:
    unit.start(EVERYTHING)
    pid = str(model_server("pusher", *PUSH_SOCKETS, executable="/usr/bin/python3"))

    def is_watched() -> bool:
        return unit.page().sum("latencyd_process_cpu_seconds_total", pid=pid) > 0

    unit.eventually(is_watched, 30, "the pushing process is watched")
    page = unit.page()
    assert page.value("latencyd_watched", kind="pusher") == 1
    assert page.sum("latencyd_process_context_switches_total", pid=pid) > 0
    assert page.value("latencyd_process_resident_bytes", pid=pid, process="python3") > 1 << 20
    schedstat = unit.system.run("cat", f"/proc/{pid}/task/{pid}/schedstat", check=False)
    if schedstat.returncode == 0:
        assert page.value("latencyd_process_runqueue_wait_seconds_total", pid=pid) > 0
    assert page.sum("model_step_seconds_count") > 0
