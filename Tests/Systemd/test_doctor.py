"""`latencyd doctor`, as root and as the daemon's user."""

import json
from typing import Iterator

import pytest

TREE = "/srv/fixtures/intel-server"
MEMORY = f"{TREE}/proc/meminfo"
ZONE = f"{TREE}/sys/class/thermal/thermal_zone0/temp"
AS_THE_DAEMON = ("setpriv", "--reuid=latencyd", "--regid=latencyd", "--clear-groups")
USERS = {"root": (), "latencyd": AS_THE_DAEMON}


def examine(system, launcher: tuple[str, ...], *arguments: str) -> tuple[int, dict[str, dict]]:
    """The exit code, and the checks by their id."""
    command = (*launcher, "/usr/bin/latencyd", "doctor", "--json", "--no-probe", *arguments)
    result = system.run(*command, check=False)
    assert result.returncode in (0, 1), result.stderr
    report = json.loads(result.stdout)
    assert report["exit_code"] == result.returncode
    severities = {finding["severity"] for check in report["checks"] for finding in check["findings"]}
    assert result.returncode == int(bool(severities & {"warning", "critical"}))
    return result.returncode, {check["id"]: check for check in report["checks"]}


def test_on_this_host_both_see_the_same(system) -> None:
    checks = {user: examine(system, launcher)[1] for user, launcher in USERS.items()}
    assert checks["root"].keys() == checks["latencyd"].keys()
    for user, found in checks.items():
        assert not [id for id, check in found.items() if check["status"] == "unknown"], user


@pytest.fixture
def closed_files(system) -> Iterator[None]:
    """A host that closes some files to all but root, as some do."""
    system.run("chmod", "400", MEMORY, ZONE)
    yield
    system.run("chmod", "444", MEMORY, ZONE)


def test_what_a_user_may_not_read_is_unknown_and_says_so(system, closed_files) -> None:
    tree = (f"--path.sysfs={TREE}/sys", f"--path.procfs={TREE}/proc")
    code, checks = examine(system, USERS["root"], *tree)
    assert code == 1, "this host has findings"
    denied = [note for check in checks.values() for note in check["notes"] if "permission denied" in note]
    assert not denied and checks["swap"]["status"] != "unknown"

    code, checks = examine(system, USERS["latencyd"], *tree)
    assert code == 1
    assert checks["swap"]["status"] == "unknown"
    denied = "permission denied; run as root, or with CAP_DAC_READ_SEARCH"
    assert checks["swap"]["unknown"] == [f"procfs:meminfo: {denied}"]
    zone = f"sysfs:class/thermal/thermal_zone0/temp: {denied}"
    assert zone in checks["thermal"]["unknown"]
    assert checks["thermal"]["status"] == "findings", "the other zones are looked at"
