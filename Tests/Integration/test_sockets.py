"""The daemon takes over what is dead, and never what is alive or not its own."""

import os
import signal
import socket
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from daemon import Daemon, binary, eventually, free_port

# Makes the descriptors that follow 3, 4, … and runs the daemon in this process, as systemd does.
LISTEN_FDS_LAUNCHER = """
import os, sys
descriptors = [int(number) for number in sys.argv[1].split(",")]
copies = [os.dup2(descriptor, 100 + i) for i, descriptor in enumerate(descriptors)]
for i, copy in enumerate(copies):
    os.dup2(copy, 3 + i, inheritable=True)
for descriptor in {*descriptors, *copies}:
    if descriptor >= 3 + len(descriptors):
        os.close(descriptor)
os.environ.update(LISTEN_PID=str(os.getpid()), LISTEN_FDS=str(len(descriptors)), LISTEN_FDNAMES=sys.argv[2])
os.execv(sys.argv[3], sys.argv[3:])
"""


def test_sigterm_and_sigint_end_cleanly(start_daemon) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        daemon = start_daemon()
        assert daemon.datagram_socket.is_socket() and daemon.stream_socket.is_socket()
        daemon.process.send_signal(number)
        assert daemon.wait_ended() == 0
        assert not daemon.datagram_socket.exists() and not daemon.stream_socket.exists()


def test_sockets_have_the_configured_mode(start_daemon) -> None:
    daemon = start_daemon({"push": {"socket_mode": "0622"}})
    for path in (daemon.datagram_socket, daemon.stream_socket):
        assert stat.S_IMODE(path.stat().st_mode) == 0o622


def test_a_group_that_does_not_exist_is_a_warning_and_keeps_the_socket_private(start_daemon) -> None:
    daemon = start_daemon({"push": {"socket_group": "no-such-group"}})
    (warning,) = [entry for entry in daemon.log_entries if "no-such-group" in entry["message"]]
    assert warning["level"] == "warning", "said once, for both"
    for path in (daemon.datagram_socket, daemon.stream_socket):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0


def test_a_folder_that_is_missing_is_made(start_daemon, folder: Path) -> None:
    path = folder / "a" / "timings.sock"
    start_daemon({"push": {"datagram_socket": str(path)}})
    assert path.is_socket()


def test_stale_sockets_are_replaced(start_daemon) -> None:
    first = start_daemon()
    first.process.kill()
    first.process.wait()
    assert first.datagram_socket.is_socket() and first.stream_socket.is_socket()
    second = start_daemon(folder=first.folder)
    second.send(b"a:1|c")
    with second.stream() as connection:
        connection.sendall(b"a:1|c\n")
        eventually(lambda: second.page().value("a_total") == 2, 5, "both sockets are read")


def test_live_sockets_are_not_stolen(start_daemon) -> None:
    first = start_daemon()
    # With a state folder of its own: two of them on one are refused before that.
    second = start_daemon({"storage": {"path": str(first.folder / "other")}}, folder=first.folder, ready=False)
    assert second.wait_ended() == 1
    eventually(
        lambda: any("timings" in line and ".sock" in line for line in second.log), 5, "the error names the socket")
    first.send(b"a:1|c")
    eventually(lambda: first.page().value("a_total") == 1, 5, "the first is still listened to")


def test_a_port_in_use_is_named(start_daemon) -> None:
    first = start_daemon()
    second = start_daemon({"web": {"listen_address": f"127.0.0.1:{first.port}"}}, ready=False)
    assert second.wait_ended() == 1
    eventually(lambda: any(str(first.port) in line for line in second.log), 5, "the error names the port")
    assert not second.datagram_socket.exists(), "what it had bound is gone"


@pytest.mark.parametrize("which", ["datagram_socket", "stream_socket"])
def test_a_file_that_is_no_socket_is_never_removed(start_daemon, folder: Path, which: str) -> None:
    path: Path = getattr(Daemon(folder=folder), which)
    path.write_text("precious")
    daemon = start_daemon(folder=folder, ready=False)
    assert daemon.wait_ended() == 1
    assert path.read_text() == "precious"
    eventually(lambda: any(path.name in line for line in daemon.log), 5, "the error names the file")


def test_sockets_handed_over_are_used_and_left(start_daemon, folder: Path) -> None:
    datagram_path, stream_path = folder / "given.sock", folder / "given-stream.sock"
    with (
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as datagrams,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as streams,
    ):
        datagrams.bind(str(datagram_path))
        streams.bind(str(stream_path))
        streams.listen()
        # One sent before the daemon lives is not lost.
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as early:
            early.connect(str(datagram_path))
            early.send(b"early:1|c")
        # The stream socket first: kinds are told apart by type, not by order.
        descriptors = (streams.fileno(), datagrams.fileno())
        daemon = start_daemon(
            launcher=[
                sys.executable, "-c", LISTEN_FDS_LAUNCHER, ",".join(map(str, descriptors)), "latencyd:latencyd"],
            pass_fds=descriptors)
        eventually(lambda: daemon.page().value("early_total") == 1, 5, "the early one is counted")
        (start,) = [entry for entry in daemon.log_entries if "datagram" in entry]
        assert (start["datagram"], start["stream"]) == (str(datagram_path), str(stream_path))
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
            connection.connect(str(stream_path))
            connection.sendall(b"late:1|c\n")
            eventually(lambda: daemon.page().value("late_total") == 1, 5, "the stream is read")
        assert not daemon.datagram_socket.exists(), "nothing else was bound"
        daemon.process.send_signal(signal.SIGTERM)
        assert daemon.wait_ended() == 0
        assert datagram_path.is_socket() and stream_path.is_socket(), "they belong to who made them"


@pytest.mark.skipif(not Path("/usr/bin/systemd-socket-activate").exists(), reason="systemd is not installed")
def test_systemd_hands_its_datagram_socket_over(folder: Path) -> None:
    daemon = Daemon(folder=folder)
    daemon.write_configuration(daemon.configuration)
    given = daemon.folder / "given.sock"
    activator = subprocess.Popen(
        [
            "/usr/bin/systemd-socket-activate", "-d", "-l", str(given), str(binary()), "run",
            f"--config.file={daemon.configuration_file}",
        ],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        eventually(given.is_socket, 5, "systemd listens")
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(str(given))
            sender.send(b"activated:1|c")

        def counted() -> bool:
            try:
                return daemon.page().value("activated_total") == 1
            except OSError:
                return False

        eventually(counted, 10, "the timing that started the daemon is counted")
    finally:
        activator.terminate()
        assert activator.wait(10) == 0


class NotifySocket:
    """What systemd would hear on $NOTIFY_SOCKET."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.messages: list[dict[str, str]] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        threading.Thread(target=self._collect, daemon=True).start()

    def _collect(self) -> None:
        while True:
            lines = self._socket.recv(4096).decode().splitlines()
            self.messages.append(dict(line.split("=", 1) for line in lines if "=" in line))

    def values(self, key: str) -> list[str]:
        return [message[key] for message in list(self.messages) if key in message]


def test_systemd_is_told_what_it_wants_to_know(start_daemon, folder: Path) -> None:
    notify = NotifySocket(folder / "notify.sock")
    daemon = start_daemon(environment={"NOTIFY_SOCKET": str(notify.path), "WATCHDOG_USEC": "2000000"})
    eventually(lambda: notify.values("READY") == ["1"], 5, "READY=1")
    eventually(lambda: notify.values("STATUS"), 10, "STATUS=")
    eventually(lambda: len(notify.values("WATCHDOG")) >= 3, 6, "WATCHDOG=1 comes at least every other second")

    daemon.write_configuration(daemon.configuration)
    daemon.process.send_signal(signal.SIGHUP)
    eventually(lambda: notify.values("RELOADING") == ["1"], 5, "RELOADING=1")
    assert notify.values("MONOTONIC_USEC")
    eventually(lambda: len(notify.values("READY")) == 2, 5, "READY=1 again")

    daemon.process.send_signal(signal.SIGTERM)
    assert daemon.wait_ended() == 0
    eventually(lambda: notify.values("STOPPING") == ["1"], 5, "STOPPING=1")


def test_a_plain_user_needs_no_configuration(folder: Path) -> None:
    """Without a file, and where the system's folders are not to be written, the user's own serve."""
    if os.geteuid() != 0:
        pytest.skip("tried as root, who becomes a plain user")
    for name in ("run", "state"):
        (folder / name).mkdir()
        os.chown(folder / name, 65534, 65534)
    folder.chmod(0o755)
    port = free_port()
    copied = folder / "latencyd"
    copied.write_bytes(binary().read_bytes())
    copied.chmod(0o755)
    environment = {
        "PATH": os.environ["PATH"], "XDG_RUNTIME_DIR": str(folder / "run"), "XDG_STATE_HOME": str(folder / "state")}
    process = subprocess.Popen(
        [str(copied), "run", f"--web.listen-address=127.0.0.1:{port}"], env=environment, user=65534, group=65534,
        extra_groups=[], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    try:
        path = folder / "run/latencyd/timings.sock"
        eventually(path.is_socket, 10, "the socket is in the user's runtime folder")
    finally:
        process.terminate()
        said, _ = process.communicate(timeout=10)
    assert process.returncode == 0, said
    assert str(path) in said, "the start line says where the socket is"
