"""Writes what the real servers say of themselves to a folder: `capture.py FOLDER [NAME…]`.

Each is captured freshly started before any request, under load with a queue that stands, and idle after that load and
some failed requests, if there are any to fail. latencyd's profiles are tested with these files; Tests/CollectorsTests/Captures/Servers has them.
"""

import json
import sys
import time
from pathlib import Path
from typing import Callable

TESTS = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(TESTS / "Servers"), str(TESTS / "Integration")]

import llamacpp  # noqa: E402
import mlserver  # noqa: E402
import torchserve  # noqa: E402
import triton  # noqa: E402
from load import Load  # noqa: E402
from server import Server, fetch  # noqa: E402

LOAD_SECONDS = 4


class Capture:
    def __init__(self, folder: Path, server: Server, title: str, extras: Callable[[], object] | None = None) -> None:
        self.folder, self.server, self.title, self.extras = folder, server, title, extras

    def save(self, state: str) -> None:
        name = f"{self.title}-{state}"
        (self.folder / f"{name}.prom").write_text(self.server.metrics())
        if self.extras:
            (self.folder / f"{name}.json").write_text(json.dumps(self.extras(), indent=1) + "\n")
        print(f"wrote {name}", flush=True)

    def all_states(self, busy: list[Load], failing: list[Load]) -> None:
        self.save("fresh")
        for load in busy:
            load.__enter__()
        time.sleep(LOAD_SECONDS)
        self.save("load")
        for load in busy:
            print("   ", load.stop())
        if not failing:
            return
        for load in failing:
            with load:
                load.wait()
        # TorchServe writes some of its metrics a moment after the answer.
        time.sleep(1)
        self.save("idle")


def capture_triton(folder: Path) -> None:
    for summaries in (False, True):
        with triton.Triton(summaries=summaries) as server:
            version = json.loads(fetch(f"{server.api_url}/v2")[1])["version"]
            title = f"triton-{version}" + ("-summaries" if summaries else "")
            read = triton.read_answer
            extras = None if summaries else server.statistics
            Capture(folder, server, title, extras).all_states(
                [
                    Load(server.infer_url("paced"), triton.request_body, read=read, concurrency=20, rate=250),
                    Load(server.infer_url("single"), triton.request_body, read=read, concurrency=12),
                ],
                [] if summaries else [Load(server.infer_url("paced"), triton.failing_body, concurrency=3, limit=9)])


def capture_llamacpp(folder: Path) -> None:
    with llamacpp.LlamaCpp() as server:
        Capture(folder, server, f"llamacpp-{version_of(server, 'xllamacpp')}").all_states(
            [Load(server.infer_url, llamacpp.request_body, concurrency=7)],
            [Load(server.infer_url, llamacpp.failing_body, concurrency=1, limit=3)])


def capture_mlserver(folder: Path) -> None:
    with mlserver.MLServer() as server:
        Capture(folder, server, f"mlserver-{version_of(server, 'mlserver')}").all_states(
            [Load(server.infer_url, triton.request_body, read=triton.read_answer, concurrency=30)],
            [Load(server.infer_url, triton.failing_body, concurrency=3, limit=9)])


def capture_torchserve(folder: Path) -> None:
    with torchserve.TorchServe() as server:
        title = f"torchserve-{version_of(server, 'torchserve')}"
        Capture(folder, server, title, lambda: [server.model_status()]).all_states(
            [Load(server.infer_url, torchserve.request_body, read=torchserve.read_answer, concurrency=30)],
            [Load(server.infer_url, torchserve.failing_body, concurrency=3, limit=9)])


def version_of(server: Server, package: str) -> str:
    """The installed version of the package that brings the server."""
    metadata = next(server.environment_folder().glob(f"lib/python3*/site-packages/{package}-*.dist-info"))
    return metadata.name.removeprefix(f"{package}-").removesuffix(".dist-info")


def main() -> None:
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[2:] or ["triton", "llamacpp", "mlserver", "torchserve"]:
        globals()[f"capture_{name}"](folder)


if __name__ == "__main__":
    main()
