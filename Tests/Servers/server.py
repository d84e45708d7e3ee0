"""What the real model servers have in common: processes that are up when they say so, and gone for sure afterwards."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from daemon import REPOSITORY, eventually

ENVIRONMENTS = REPOSITORY / ".tools/servers"
SERVED = Path(__file__).parent / "served"


class Server:
    """A model server in a process group and a temporary folder of its own. Use it with `with`.

    A subclass says how it is started (`command`, `environment`), at which address it says that it is ready
    (`ready_url`), and prepares its folder in `prepare`.
    """

    # The folder below .tools/servers, and the id of latencyd's profile.
    name: str
    # How long it may take until it is ready on a busy machine.
    START_SECONDS = 90

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix=f"{self.name}-"))
        self.log_file = self.folder / "server.log"
        self.process: subprocess.Popen | None = None

    # What subclasses say

    @property
    def metrics_url(self) -> str:
        raise NotImplementedError

    @property
    def api_url(self) -> str | None:
        """The second address that the profile reads, or None where it reads none."""
        return None

    @property
    def ready_url(self) -> str:
        raise NotImplementedError

    def prepare(self) -> None:
        """Writes what the server needs into its folder."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def environment(self) -> dict[str, str]:
        return {}

    # Life

    def __enter__(self) -> "Server":
        try:
            self.prepare()
            return self.start()
        except BaseException:
            self.__exit__()
            raise

    def __exit__(self, *_: object) -> None:
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    def start(self) -> "Server":
        inherited = {key: value for key, value in os.environ.items() if not key.startswith(("PYTHON", "VIRTUAL_ENV"))}
        with open(self.log_file, "ab") as log:
            self.process = subprocess.Popen(
                self.command(), cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
                env={**inherited, **self.environment()}, start_new_session=True)
        try:
            eventually(self.is_ready, self.START_SECONDS, f"{self.name} is ready")
        except (AssertionError, RuntimeError) as error:
            raise AssertionError(f"{error}\n{self.log_tail()}") from None
        return self

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.name} ended with {self.process.returncode}")
        try:
            return fetch(self.ready_url, timeout=5)[0] == 200
        except OSError:
            return False

    def kill(self) -> None:
        """Ends it and all that it started, at once, and returns when all of them are gone."""
        if not self.process:
            return
        group = self.process.pid
        deadline = time.monotonic() + 30
        # The group outlives its leader while children are left.
        while signal_group(group, signal.SIGKILL):
            self.process.poll()
            assert time.monotonic() < deadline, f"processes of {self.name} (group {group}) outlive SIGKILL"
            time.sleep(0.01)
        self.process = None

    def restart(self) -> "Server":
        self.kill()
        return self.start()

    # What it says

    def metrics(self) -> str:
        status, body = fetch(self.metrics_url)
        assert status == 200, f"{self.metrics_url} answered {status}: {body[:200]!r}"
        return body.decode()

    def log_tail(self, lines: int = 60) -> str:
        if not self.log_file.exists():
            return f"{self.name} wrote no log"
        return f"{self.name}'s log ends:\n" + "\n".join(
            [line for line in self.log_file.read_text(errors="replace").splitlines() if self.worth_saying(line)][-lines:])

    def worth_saying(self, line: str) -> bool:
        """Whether a line of its log is of use where it does not do what it should."""
        return True

    def service(self, name: str | None = None, **settings: Any) -> dict:
        """The entry for latencyd's `services`."""
        entry = {"name": name or f"{self.name}-a", "profile": self.name, "url": self.metrics_url, "interval": "1s"}
        return {**entry, **({"api_url": self.api_url} if self.api_url else {}), **settings}

    @classmethod
    def environment_folder(cls) -> Path:
        return ENVIRONMENTS / cls.name

    @classmethod
    def is_installed(cls) -> bool:
        return any(cls.environment_folder().glob("satisfied-*"))


def signal_group(group: int, number: int) -> bool:
    """Whether there was anybody to signal."""
    try:
        os.killpg(group, number)
        return True
    except ProcessLookupError:
        return False


def fetch(url: str, body: dict | None = None, timeout: float = 30) -> tuple[int, bytes]:
    """GET, or POST of JSON where there is a body; the status and the answer. OSError where nobody answers."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=timeout)
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        if body is None:
            connection.request("GET", path)
        else:
            connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = connection.getresponse()
        return response.status, response.read()
    except http.client.HTTPException as error:
        raise ConnectionError(str(error)) from error
    finally:
        connection.close()
