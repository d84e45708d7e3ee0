"""Starts the real latencyd on a free port and sockets of its own, and looks at it from outside."""

import http.client
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, Callable, Mapping

from page import Page

REPOSITORY = Path(__file__).resolve().parents[2]


def binary() -> Path:
    return Path(os.environ.get("LATENCYD_BIN", REPOSITORY / ".build/release/latencyd")).resolve()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(condition: Callable[[], Any], timeout: float, what: str, interval: float = 0.05) -> Any:
    """Waits until `condition` returns something true and returns that; an AssertionError inside counts as not yet."""
    deadline = time.monotonic() + timeout
    last: AssertionError | None = None
    while True:
        try:
            if result := condition():
                return result
        except AssertionError as error:
            last = error
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {timeout} s: {what}" + (f": {last}" if last else ""))
        time.sleep(interval)


class Reply:
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status = status
        self.headers = {name.lower(): value for name, value in headers.items()}
        self.body = body

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def merged(base: dict, changes: dict) -> dict:
    result = dict(base)
    for key, value in changes.items():
        both = isinstance(value, dict) and isinstance(result.get(key), dict)
        result[key] = merged(result[key], value) if both else value
    return result


class Daemon:
    """One latencyd process in a temporary folder.

    `configuration` is laid over one that names the sockets, the port and the state folder. It is written as JSON,
    which YAML includes.
    """

    def __init__(
        self, configuration: dict | None = None, *, environment: Mapping[str, str] | None = None,
        launcher: list[str] | None = None, pass_fds: tuple[int, ...] = (), folder: Path | None = None,
        arguments: tuple[str, ...] = (),
    ) -> None:
        self._owns_folder = folder is None
        # Not pytest's folder: a socket's path may have 107 bytes.
        self.folder = folder or Path(tempfile.mkdtemp(prefix="latencyd-"))
        self.port = free_port()
        self.datagram_socket = self.folder / "timings.sock"
        self.stream_socket = self.folder / "timings-stream.sock"
        self.configuration_file = self.folder / "latencyd.yml"
        self.configuration = merged(
            {
                "web": {"listen_address": f"127.0.0.1:{self.port}"},
                "storage": {"path": str(self.folder / "state")},
                "push": {"datagram_socket": str(self.datagram_socket), "stream_socket": str(self.stream_socket)},
                "detection": {"window": "2s"},
                "alerts": {"quiet_start": "0s"},
            },
            configuration or {})
        self._environment = environment or {}
        self._launcher = launcher or []
        self._pass_fds = pass_fds
        self._arguments = arguments
        self.process: subprocess.Popen | None = None
        self._log: list[str] = []
        self._log_lock = threading.Lock()

    # Life

    def start(self, *, ready: bool = True) -> "Daemon":
        self.write_configuration(self.configuration)
        command = [
            *self._launcher, str(binary()), "run", f"--config.file={self.configuration_file}", "--log.format=json",
            *self._arguments,
        ]
        inherited = {k: v for k, v in os.environ.items() if k not in ("NOTIFY_SOCKET", "JOURNAL_STREAM", "LISTEN_FDS")}
        self.process = subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            env={**inherited, **self._environment}, pass_fds=self._pass_fds)
        threading.Thread(target=self._collect_log, args=(self.process.stdout,), daemon=True).start()
        if ready:
            self.wait_ready()
        return self

    def _collect_log(self, stream: Any) -> None:
        for line in stream:
            with self._log_lock:
                self._log.append(line.decode(errors="replace").rstrip("\n"))

    def wait_ready(self, timeout: float = 15) -> None:
        def is_ready() -> bool:
            if self.process.poll() is not None:
                raise RuntimeError(f"latencyd ended with {self.process.returncode}:\n" + "\n".join(self.log))
            try:
                return self.get("/-/ready").status == 200
            except OSError:
                return False

        try:
            eventually(is_ready, timeout, "latencyd is ready")
        except AssertionError as error:
            raise AssertionError(f"{error}\n" + "\n".join(self.log)) from None

    def wait_ended(self, timeout: float = 15) -> int:
        return self.process.wait(timeout)

    def stop(self) -> None:
        """Ends the daemon as systemd would and insists on a clean end."""
        try:
            if self.process and self.process.poll() is None:
                self.process.send_signal(signal.SIGTERM)
                code = self.process.wait(15)
                assert code == 0, f"latencyd ended with {code} after SIGTERM:\n" + "\n".join(self.log[-40:])
                if not self._pass_fds:
                    assert not self.datagram_socket.is_socket(), "the datagram socket is left behind"
                    assert not self.stream_socket.is_socket(), "the stream socket is left behind"
        finally:
            self.discard()

    def discard(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        if self._owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    # Configuration

    def write_configuration(self, configuration: dict | str) -> None:
        text = configuration if isinstance(configuration, str) else json.dumps(configuration, indent=2)
        self.configuration_file.write_text(text)

    # HTTP

    def get(self, path: str, method: str = "GET", headers: Mapping[str, str] | None = None, timeout: float = 10) -> Reply:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            response = connection.getresponse()
            return Reply(response.status, dict(response.getheaders()), response.read())
        finally:
            connection.close()

    def page(self) -> Page:
        reply = self.get("/metrics")
        assert reply.status == 200, reply.text
        return Page(reply.text)

    # What it says and uses

    @property
    def log(self) -> list[str]:
        with self._log_lock:
            return list(self._log)

    @property
    def log_entries(self) -> list[dict]:
        """The log lines, each a JSON object."""
        return [json.loads(line) for line in self.log if line.startswith("{")]

    @property
    def pid(self) -> int:
        return self.process.pid

    def resident_bytes(self) -> int:
        return self._memory("VmRSS")

    def peak_bytes(self) -> int:
        return self._memory("VmHWM")

    def _memory(self, name: str) -> int:
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith(name + ":")).split()[1]) * 1024

    def open_files(self) -> int:
        return len(os.listdir(f"/proc/{self.pid}/fd"))

    # Pushing

    def send(self, *datagrams: bytes) -> None:
        """Sends each as one datagram, waiting where the socket is full."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(str(self.datagram_socket))
            for datagram in datagrams:
                sender.send(datagram)

    def stream(self) -> socket.socket:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.connect(str(self.stream_socket))
        return connection


def run_command(*arguments: str, timeout: float = 30, **options) -> subprocess.CompletedProcess:
    """`options` are those of subprocess.run, such as `env` and `user`."""
    return subprocess.run(
        [str(binary()), *arguments], capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL,
        **options)


def find_tool(name: str) -> str:
    """A program that the test script put into .tools, or that the machine has."""
    unpacked = REPOSITORY / ".tools/bin" / name
    if unpacked.exists():
        return str(unpacked)
    found = shutil.which(name)
    assert found, f"{name} is missing; run scripts/install-test-deps.sh"
    return found

