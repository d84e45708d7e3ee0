import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Callable, Iterator

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from daemon import Daemon, binary, find_tool  # noqa: E402


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
def promtool_check() -> Callable[[str], None]:
    """Fails unless `promtool check metrics` has nothing to say about the page."""
    promtool = find_tool("promtool")

    def check(page: str) -> None:
        result = subprocess.run([promtool, "check", "metrics"], input=page.encode(), capture_output=True)
        complaints = (result.stdout + result.stderr).decode()
        assert result.returncode == 0 and not complaints, complaints

    return check
