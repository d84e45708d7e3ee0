"""latencyd in a booted system: as its unit, and the same program as root without one."""

import json
import os
import subprocess
import time
from pathlib import Path
from typing import Callable, Sequence

from booted import REPOSITORY, BootedSystem, python, wait
from page import Page

Series = frozenset[tuple[str, str]]

PUSH_SOCKETS = ("/run/latencyd/timings.sock",)

# Of the daemon itself, of what is pushed, and what differs from one moment to the next.
OWN = (
    "latencyd_push_", "latencyd_http_", "latencyd_series", "latencyd_memory_relief",
    "latencyd_collector_duration_seconds",
    "latencyd_pressure_stall_last_seen_timestamp_seconds",
)


PUSH = """
import socket, sys
kind, text, times = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3])
path = "/run/latencyd/" + {"datagram": "timings.sock", "stream": "timings-stream.sock"}[kind]
for _ in range(times):
    with socket.socket(socket.AF_UNIX, getattr(socket, {"datagram": "SOCK_DGRAM", "stream": "SOCK_STREAM"}[kind])) as s:
        s.connect(path)
        s.sendall(text + b"\\n")
"""


def push(system: BootedSystem, text: str, user: str, kind: str = "datagram", times: int = 1) -> str:
    """Pushes a line from a process of an ordinary user; the error that it got, or nothing."""
    launcher = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups", "--"]
    result = system.run(*launcher, python(), "-c", PUSH, kind, text, str(times), check=False, timeout=20)
    return result.stderr


def merged(base: dict, changes: dict) -> dict:
    both = {key: merged(base[key], changes[key]) for key in base.keys() & changes.keys() if isinstance(base[key], dict)}
    return {**base, **changes, **both}


def host_series(page: Page) -> dict[str, set[Series]]:
    """The label sets of each family about the host."""
    return {
        family.name: {frozenset(sample.labels.items()) for sample in family.samples}
        for family in page.families if family.name.startswith("latencyd_") and not family.name.startswith(OWN)
    }


class Daemon:
    """A service of the booted system that runs latencyd."""

    def __init__(self, system: BootedSystem, unit: str, port: int) -> None:
        self.system = system
        self.unit = unit
        self.port = port

    def page(self) -> Page:
        return Page(self.system.page(self.port))

    def get(self, path: str) -> str:
        """The text of another page."""
        return self.system.get(self.port, path)

    def eventually(self, condition: Callable[[], bool], seconds: float, what: str) -> None:
        try:
            wait(condition, seconds, what, pause=0.25)
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.log())) from None

    def log(self) -> list[str]:
        return self.system.journal(self.unit)

    def journal_of_unit(self) -> list[str]:
        """What the unit's processes said, those of its reloads among them."""
        self.system.run("journalctl", "--sync")
        return self.system.run("journalctl", "-o", "cat", "--no-pager", "-u", self.unit).stdout.splitlines()

    @property
    def pid(self) -> int:
        return int(self.system.show(self.unit, "MainPID"))

    def thread(self, name: str) -> int:
        """The number that a thread of it has inside."""
        listing = self.system.run("sh", "-c", f"grep -lx {name} /proc/{self.pid}/task/*/comm").stdout.split()
        assert len(listing) == 1, listing
        return int(Path(listing[0]).parent.name)


class Unit(Daemon):
    """The shipped unit, with what a test adds to it."""

    CONFIGURATION = "/etc/latencyd/latencyd.yml"
    DROP_IN = "/etc/systemd/system/latencyd.service.d/test.conf"

    def __init__(self, system: BootedSystem) -> None:
        super().__init__(system, "latencyd.service", 9959)

    def install(self) -> None:
        """As a person does it: `make install`, its sysusers, its sockets."""
        subprocess.run(
            ["scripts/install.sh"], env={**os.environ, "DESTDIR": str(self.system.root), "PREFIX": "/usr"},
            cwd=REPOSITORY, check=True, capture_output=True)
        assert not (self.system.root / "etc/tmpfiles.d/latencyd-rapl.conf").exists()

    def start(self, configuration: dict | None = None, service: str = "", arguments: str = "") -> "Unit":
        """`service` are lines for the section [Service], `arguments` those of `latencyd run`."""
        self.system.write(self.CONFIGURATION, json.dumps(configuration or {}))
        if arguments:
            service += f"\nExecStart=\nExecStart=/usr/bin/latencyd run {arguments}"
        self.system.write(self.DROP_IN, f"[Service]\n{service}\n")
        self.system.run("systemctl", "daemon-reload")
        self.system.run("systemctl", "reset-failed", self.unit, check=False)
        self.system.run("systemctl", "restart", "latencyd.socket", self.unit)
        return self

    def exposure(self) -> float:
        """What `systemd-analyze security` says: 0 is closed, 10 is open."""
        report = self.system.run("systemd-analyze", "security", "--no-pager", self.unit).stdout
        return float(next(line for line in report.splitlines() if "Overall exposure" in line).split(":")[1].split()[0])


class Unhardened(Daemon):
    """The same program as root, under none of the unit's restrictions."""

    def __init__(self, system: BootedSystem, port: int = 9960) -> None:
        super().__init__(system, "latencyd-unhardened.service", port)

    def start(self, configuration: dict | None = None, arguments: str = "", properties: Sequence[str] = ()) -> "Unhardened":
        """`properties` are lines for the section [Service]."""
        folder = "/run/latencyd-unhardened"
        places = {
            "web": {"listen_address": f"127.0.0.1:{self.port}"},
            "storage": {"path": f"{folder}/state"},
            "push": {"datagram_socket": f"{folder}/timings.sock", "stream_socket": f"{folder}/timings-stream.sock"},
        }
        self.system.run("systemctl", "stop", self.unit, check=False)
        self.system.write("/etc/latencyd-unhardened.yml", json.dumps(merged(places, configuration or {})))
        self.system.run(
            "systemd-run", "--quiet", f"--unit={self.unit}", "--service-type=notify", "--collect",
            "--property=RuntimeDirectory=latencyd-unhardened", "--property=LimitNOFILE=65536",
            *(f"--property={line}" for line in properties), "/usr/bin/latencyd", "run", "--config.file=/etc/latencyd-unhardened.yml",
            *arguments.split())
        return self


def differences(unit: Unit, free: Unhardened) -> tuple[dict[str, set[Series]], dict[str, set[Series]]]:
    """What only root has, and what only the unit has."""
    theirs, ours = host_series(free.page()), host_series(unit.page())

    def beyond(some: dict[str, set[Series]], others: dict[str, set[Series]]) -> dict[str, set[Series]]:
        both = {name: found - others.get(name, set()) for name, found in some.items()}
        return {name: found for name, found in both.items() if found}

    return beyond(theirs, ours), beyond(ours, theirs)


def settled(unit: Unit, free: Unhardened, lost: set[str], seconds: float = 40) -> tuple[dict, dict]:
    """The differences, when they are in the families `lost` alone and all of those differ, or when the time is over."""
    deadline = time.monotonic() + seconds
    while True:
        missing, added = differences(unit, free)
        if (set(missing) == lost and not set(added) - lost) or time.monotonic() > deadline:
            return missing, added
        time.sleep(0.5)
