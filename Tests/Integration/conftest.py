import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from alertmanager import Alertmanager  # noqa: E402
from daemon import Daemon, binary, eventually, find_tool  # noqa: E402
from gpus import GPUs, Library  # noqa: E402


def pytest_configure() -> None:
    if not binary().exists():
        pytest.exit(f"{binary()} is missing: run `make build`, or set LATENCYD_BIN", returncode=2)


@pytest.fixture
def start_daemon() -> Iterator[Callable[..., Daemon]]:
    """Starts daemons that end, and must end cleanly, with the test."""
    started: list[Daemon] = []

    def start(*arguments, ready: bool = True, **options) -> Daemon:
        daemon = Daemon(*arguments, **options)
        started.append(daemon)
        return daemon.start(ready=ready)

    yield start
    failure = None
    for daemon in started:
        try:
            daemon.stop()
        except BaseException as error:
            failure = failure or error
    if failure:
        raise failure


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder with a short path, for sockets."""
    with tempfile.TemporaryDirectory(prefix="latencyd-") as name:
        yield Path(name)


@pytest.fixture
def daemon(start_daemon) -> Daemon:
    """latencyd with windows of two seconds and defaults otherwise."""
    return start_daemon()


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    """A real Alertmanager that answers."""
    started = Alertmanager(tmp_path).start()
    eventually(lambda: started.alerts() is not None, 20, "Alertmanager answers")
    yield started
    started.stop()


@pytest.fixture(scope="session")
def gpu_library(tmp_path_factory) -> Library:
    """The stand-in for NVIDIA's management library, compiled once."""
    return Library(tmp_path_factory.mktemp("nvml"))


@pytest.fixture
def make_gpus(gpu_library, tmp_path) -> Callable[..., GPUs]:
    """GPUs that say what the given scripts say, behind a library without the functions that `missing` names."""

    def make(*scripts: str, missing: tuple[str, ...] = ()) -> GPUs:
        return GPUs(tmp_path, gpu_library, missing).write(*scripts)

    return make


@pytest.fixture
def promtool_check() -> Callable[[str], None]:
    """Fails unless `promtool check metrics` has nothing to say about the page."""
    promtool = find_tool("promtool")

    def check(page: str) -> None:
        result = subprocess.run([promtool, "check", "metrics"], input=page.encode(), capture_output=True)
        complaints = (result.stdout + result.stderr).decode()
        assert result.returncode == 0 and not complaints, complaints

    return check
