"""Boots a systemd of its own over a throw-away layer above this machine's files, and acts inside of it."""

import itertools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Callable

REPOSITORY = Path(__file__).resolve().parents[2]

# systemd's words for: switch off in good order.
POWER_OFF = signal.SIGRTMIN + 4


def wait(condition: Callable[[], bool], seconds: float, what: str, pause: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}")
        time.sleep(pause)


class BootedSystem:
    """A container with the machine's programs, a file system that is forgotten, and a network without anything."""

    _numbers = itertools.count()

    def __init__(self) -> None:
        # Several may run beside each other.
        self._name = f"latencyd-systemd-{os.getpid()}-{next(self._numbers)}"
        self._folder = Path(tempfile.mkdtemp(prefix="latencyd-systemd-"))
        self.root = self._folder / "root"
        self._console = self._folder / "console"
        self._cgroups: list[Path] = []
        self._nspawn: subprocess.Popen | None = None
        self._leader = 0

    # Life

    def prepare(self) -> None:
        """Lays the throw-away layer over the machine's files."""
        self._mount("-t", "tmpfs", "-o", "size=2G,mode=755", "latencyd-systemd", self._folder)
        layers = {"lowerdir": Path("/"), "upperdir": self._folder / "changes", "workdir": self._folder / "work"}
        for folder in (*layers.values(), self.root):
            folder.mkdir(exist_ok=True)
        options = ",".join(f"{key}={folder}" for key, folder in layers.items())
        self._mount("-t", "overlay", "-o", options, "latencyd-systemd", self.root)
        (self.root / "etc/machine-id").write_text("")

    def boot(self) -> None:
        command = [
            "systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", "--register=no", "--private-network",
            "--link-journal=no", f"--machine={self._name}", "--console=pipe",
        ]
        enter = None
        if not Path("/run/systemd/system").exists():
            # Nobody here hands out cgroups: take some below those of this process.
            command.append("--keep-unit")
            self._cgroups = self._own_cgroups()
            enter = self._enter_cgroups
        # Nothing that the machine happens to have enabled for its usual target.
        command += ["systemd.unit=basic.target", "systemd.log_target=journal"]
        with self._console.open("wb") as console:
            self._nspawn = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=console, stderr=subprocess.STDOUT, preexec_fn=enter,
                env={**os.environ, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"})
        wait(self._find_leader, 20, "the first process of the container")
        wait(self._is_up, 60, "the system has booted")

    def power_off(self) -> None:
        try:
            if self._nspawn and self._nspawn.poll() is None:
                if self._leader:
                    os.kill(self._leader, POWER_OFF)
                try:
                    self._nspawn.wait(20)
                except subprocess.TimeoutExpired:
                    self._nspawn.kill()
                    self._nspawn.wait()
        finally:
            for mounted in (self.root, self._folder):
                subprocess.run(["umount", "-R", mounted], check=False, capture_output=True)
            for group in self._cgroups:
                for folder, _, _ in os.walk(group, topdown=False):
                    os.rmdir(folder)
            shutil.rmtree(self._folder, ignore_errors=True)

    @staticmethod
    def _mount(*arguments: str | Path) -> None:
        subprocess.run(["mount", *arguments], check=True)

    def _own_cgroups(self) -> list[Path]:
        """A new group in the hierarchy of systemd and, where it is another one, that of version 2."""
        groups = []
        for line in Path("/proc/self/cgroup").read_text().splitlines():
            _, controllers, path = line.split(":", 2)
            if controllers not in ("", "name=systemd"):
                continue
            hybrid = Path("/sys/fs/cgroup/unified")
            hierarchy = Path("/sys/fs/cgroup/systemd") if controllers else hybrid if hybrid.is_dir() else hybrid.parent
            group = hierarchy / path.lstrip("/") / self._name
            group.mkdir()
            groups.append(group)
        return groups

    def _enter_cgroups(self) -> None:
        for group in self._cgroups:
            (group / "cgroup.procs").write_text("0")

    def _find_leader(self) -> bool:
        if self._nspawn.poll() is not None:
            raise AssertionError(f"systemd-nspawn ended:\n{self._console.read_text(errors='replace')}")
        children = Path(f"/proc/{self._nspawn.pid}/task/{self._nspawn.pid}/children").read_text().split()
        for child in children:
            numbers = self._namespaced_numbers(child)
            if len(numbers) > len(self._namespaced_numbers("self")) and numbers[-1] == "1":
                self._leader = int(child)
        return self._leader != 0

    @staticmethod
    def _namespaced_numbers(pid: str) -> list[str]:
        try:
            lines = Path(f"/proc/{pid}/status").read_text().splitlines()
        except OSError:
            return []
        return next(line for line in lines if line.startswith("NSpid:")).split()[1:]

    def _is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running", check=False).stdout.strip()
        return state in ("running", "degraded")

    # Acting inside

    def run(self, *command: str, check: bool = True, timeout: float = 60) -> subprocess.CompletedProcess:
        """Runs a command as the container's root."""
        inside = ["nsenter", f"--target={self._leader}", *"-m -u -i -n -p -C -r -w".split()]
        environment = ["env", "-i", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "HOME=/root", "LC_ALL=C.UTF-8"]
        result = subprocess.run(
            [*inside, *environment, *command], capture_output=True, text=True, timeout=timeout,
            stdin=subprocess.DEVNULL)
        if check and result.returncode != 0:
            raise AssertionError(f"{' '.join(command)}: {result.returncode}\n{result.stdout}{result.stderr}")
        return result

    def write(self, path: str, text: str, mode: int = 0o644) -> None:
        file = self.root / path.lstrip("/")
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
        file.chmod(mode)

    def remove(self, path: str) -> None:
        file = self.root / path.lstrip("/")
        shutil.rmtree(file) if file.is_dir() else file.unlink(missing_ok=True)

    def copy(self, source: Path, path: str) -> None:
        """Copies a file or a tree, which everybody may read afterwards."""
        target = self.root / path.lstrip("/")
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)
        subprocess.run(["chmod", "-R", "u=rwX,go=rX", target], check=True)

    def show(self, unit: str, name: str) -> str:
        return self.run("systemctl", "show", f"--property={name}", "--value", unit).stdout.strip()

    def page(self, port: int) -> str:
        return self.get(port, "/metrics")

    def get(self, port: int, path: str) -> str:
        program = "import sys,urllib.request as u; sys.stdout.write(u.urlopen(sys.argv[1], timeout=10).read().decode())"
        return self.run(python(), "-c", program, f"http://127.0.0.1:{port}{path}").stdout

    def journal(self, unit: str) -> list[str]:
        """What the unit's present run said."""
        self.run("journalctl", "--sync")
        invocation = self.show(unit, "InvocationID")
        return self.run("journalctl", "-o", "cat", "--no-pager", f"_SYSTEMD_INVOCATION_ID={invocation}").stdout.splitlines()


def python() -> str:
    """A Python that every user may run."""
    assert Path("/usr/bin/python3").exists(), "Debian's python3 is needed (apt-get install python3)"
    return "/usr/bin/python3"
