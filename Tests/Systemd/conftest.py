import os
import shutil
import sys
from pathlib import Path
from typing import Iterator

import pytest

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Systemd"), str(TESTS / "Integration")]

from booted import REPOSITORY, BootedSystem, python  # noqa: E402
from installed import Unhardened, Unit  # noqa: E402

# Closed as kernels close them, for all but root.
CLOSED = ("energy_uj", "numa_maps")


def pytest_configure() -> None:
    if os.geteuid() != 0 or not shutil.which("systemd-nspawn"):
        pytest.exit("this needs root and systemd-nspawn (Debian: systemd-container): `sudo make test-systemd`", 2)
    if not (REPOSITORY / ".build/release/latencyd").exists():
        pytest.exit(".build/release/latencyd is missing: run `make build`", 2)


def close(tree: Path) -> None:
    for name in CLOSED:
        for file in tree.rglob(name):
            file.chmod(0o400)


@pytest.fixture(scope="session")
def system() -> Iterator[BootedSystem]:
    """A booted system in which latencyd was installed, with the fixture trees and a program for other users."""
    booted = BootedSystem()
    try:
        booted.prepare()
        Unit(booted).install()
        booted.copy(TESTS / "CollectorsTests/Fixtures", "/srv/fixtures")
        close(booted.root / "srv/fixtures")
        booted.copy(TESTS / "Systemd/model_server.py", "/opt/model/model_server.py")
        # An executable whose name no argument tells.
        booted.copy(Path(python()).resolve(), "/opt/model/server")
        # One user who may not push, and one who may.
        booted.write("/etc/sysusers.d/model.conf", "u model - - -\nu pusher - - -\nm pusher latencyd\n")
        booted.boot()
        booted.run("systemd-sysusers")
        yield booted
    finally:
        booted.power_off()


@pytest.fixture
def several_nodes(system) -> Iterator[None]:
    """A host of two memory nodes, or, as far as the daemon looks, one that has them."""
    folder = "/sys/devices/system/node"
    if not Path(folder).exists():
        pytest.skip("this kernel knows no memory nodes")
    system.run("mount", "--bind", "/srv/fixtures/intel-server" + folder, folder)
    yield
    system.run("umount", folder)


@pytest.fixture
def unit(system) -> Iterator[Unit]:
    """The shipped unit; whatever a test made of it is gone afterwards."""
    unit = Unit(system)
    yield unit
    system.run("systemctl", "stop", "latencyd.socket", unit.unit)
    for path in (unit.DROP_IN, unit.CONFIGURATION):
        system.remove(path)


@pytest.fixture
def unhardened(system) -> Iterator[Unhardened]:
    daemon = Unhardened(system)
    yield daemon
    system.run("systemctl", "stop", daemon.unit, check=False)


@pytest.fixture
def model_server(system) -> Iterator:
    """Starts programs as services of the user `model`; returns their pids."""
    started: list[str] = []

    def start(name: str, *arguments: str, executable: str = "/opt/model/server", first_argument: str = "") -> int:
        started.append(f"{name}.service")
        command = [executable, "-u", "/opt/model/model_server.py", *arguments]
        if first_argument:
            command = ["/bin/bash", "-c", 'exec -a "$0" "$@"', first_argument, *command]
        system.run("systemd-run", "--quiet", "--collect", f"--unit={name}", "--uid=model", "--gid=latencyd", *command)
        return int(system.show(started[-1], "MainPID"))

    yield start
    for name in started:
        system.run("systemctl", "stop", name, check=False)
