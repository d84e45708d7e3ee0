"""What docs/permissions.md says gives something back does so, at the price that it names."""

from typing import Iterator

import pytest

from manual import drop_in, exposure

NUMA = "latencyd_process_numa_bytes"
PROCESSES = {
    "hardware": {
        "collectors": {"process": {"interval": "1s"}},
        "watch": [{"process": "/opt/model/server"}, {"command": "*--model=llama*"}],
    },
}
TREE = "/srv/fixtures/intel-server"


def threads(daemon, pid: int) -> list[str]:
    """The labels `process` under which it is watched."""
    return [labels["process"] for labels, _ in daemon.page().matching("latencyd_process_threads", pid=str(pid))]


def test_the_exposure_is_no_more_than_it_was(unit) -> None:
    assert unit.start().exposure() == exposure("")


def test_many_files_may_be_open(unit) -> None:
    unit.start()
    assert unit.system.show(unit.unit, "LimitNOFILE") == "65536"


def test_a_process_that_lies_about_its_first_argument(unit, model_server) -> None:
    honest = model_server("honest")
    disguised = model_server("disguised", first_argument="/usr/sbin/cron")
    unit.start(PROCESSES)
    unit.eventually(lambda: threads(unit, honest), 15, "the executable is found by the first argument")
    # One look sees both.
    assert not threads(unit, disguised)
    assert any("docs/permissions.md" in line for line in unit.log()), "it is said what may not be read"


@pytest.mark.parametrize("heading", ["Other users' processes", "As the user of the services"])
def test_executables_and_numa_placement_come_back(several_nodes, unit, model_server, heading) -> None:
    disguised = model_server("disguised", first_argument="/usr/sbin/cron")
    by_command = model_server("by-command", "--model=llama", executable="/usr/bin/python3")
    unit.start(PROCESSES, service=drop_in(heading))
    unit.eventually(lambda: threads(unit, disguised) == ["server"], 25, "the executable is read")
    unit.eventually(lambda: unit.page().matching(NUMA, pid=str(disguised)), 15, "so is its placement")
    assert threads(unit, by_command) == ["python3"], "the label is the kernel's name, as without the capability"
    denied = [line for line in unit.log() if "NUMA placement" in line]
    assert not denied, "none of them is closed"
    assert unit.exposure() == exposure(heading)


def test_energy_by_a_rule_for_tmpfiles(unit) -> None:
    energy = "latencyd_rapl_energy_joules_total"
    rule = (unit.system.root / "usr/share/doc/latencyd/examples/latencyd-tmpfiles.conf").read_text()
    unit.start(arguments=f"--path.sysfs={TREE}/sys --path.procfs={TREE}/proc")
    unit.eventually(lambda: unit.page().matching("latencyd_thermal_celsius"), 15, "what every user may read")
    assert not unit.page().matching(energy)
    unit.system.write("/etc/tmpfiles.d/latencyd-rapl.conf", rule.replace("/sys/class", f"{TREE}/sys/class"))
    try:
        unit.system.run("systemd-tmpfiles", "--create", "/etc/tmpfiles.d/latencyd-rapl.conf")
        unit.eventually(lambda: unit.page().matching(energy), 75, "the counters are found without a restart")
        assert unit.page().matching("latencyd_collector_success", collector="rapl") == [({"collector": "rapl"}, 1)]
    finally:
        unit.system.remove("/etc/tmpfiles.d/latencyd-rapl.conf")
        unit.system.run("sh", "-c", f"chmod 400 {TREE}/sys/class/powercap/*/energy_uj")


@pytest.fixture
def hidden_processes(system) -> Iterator[None]:
    """A system in which users see their own processes only, but for the group `proc`."""
    system.write("/etc/sysusers.d/proc.conf", "g proc - - -\n")
    system.run("systemd-sysusers")
    group = system.run("getent", "group", "proc").stdout.split(":")[2]
    system.run("mount", "-o", f"remount,hidepid=invisible,gid={group}", "/proc")
    yield
    system.run("mount", "-o", "remount,hidepid=off,gid=0", "/proc")


def test_the_unit_sees_hidden_processes(unit, model_server, hidden_processes) -> None:
    pid = model_server("by-command", "--model=llama", executable="/usr/bin/python3")
    unit.start(PROCESSES)
    unit.eventually(lambda: threads(unit, pid), 15, "systemd gives the unit a /proc of its own")


def test_without_the_unit_a_group_gives_hidden_processes_back(unhardened, model_server, hidden_processes) -> None:
    pid = model_server("by-command", "--model=llama", executable="/usr/bin/python3")
    user = "User=latencyd"
    unhardened.start(PROCESSES, properties=[user])
    unhardened.eventually(lambda: unhardened.page().matching("latencyd_watched", kind="process"), 15, "it has looked")
    assert not threads(unhardened, pid)
    unhardened.start(PROCESSES, properties=[user, *drop_in("Hosts that hide processes").split()])
    unhardened.eventually(lambda: threads(unhardened, pid), 15, "the process is seen")
