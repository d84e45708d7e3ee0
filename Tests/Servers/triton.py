"""NVIDIA Triton on this host's CPU, as the package nvidia-pytriton brings it: a model whose batches take a set time.

The program `tritonserver` itself is started, with a repository of models for its Python backend.
"""

import json
import shutil
from pathlib import Path

from daemon import free_port
from load import Answer
from server import SERVED, Server, fetch

# The models: how long a batch takes, and how many requests fit into one.
BATCH_SECONDS = 0.02
MAX_BATCH = 8
QUEUE_DELAY_SECONDS = 0.005

MODEL = """
name: "{name}"
backend: "python"
max_batch_size: {max_batch}
input [ {{ name: "SENT" data_type: TYPE_INT64 dims: [ 1 ] }} ]
output [ {{ name: "SEEN" data_type: TYPE_INT64 dims: [ 2 ] }} ]
instance_group [ {{ count: 1 kind: KIND_CPU }} ]
parameters: {{ key: "batch_seconds" value: {{ string_value: "{batch_seconds}" }} }}
{more}
"""
BATCHING = f"dynamic_batching {{ max_queue_delay_microseconds: {round(QUEUE_DELAY_SECONDS * 1e6)} }}\n"


class Triton(Server):
    """`paced` batches; `single` takes requests one by one. Both take BATCH_SECONDS for each batch."""

    name = "triton"

    def __init__(self, summaries: bool = False) -> None:
        super().__init__()
        self.summaries = summaries
        self.http_port, self.metrics_port = free_port(), free_port()

    @property
    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self.metrics_port}/metrics"

    @property
    def api_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def ready_url(self) -> str:
        return f"{self.api_url}/v2/health/ready"

    def prepare(self) -> None:
        self.add_backend()
        self.add_model("paced", MAX_BATCH, BATCHING)
        self.add_model("single", 1, "")

    @property
    def backends(self) -> Path:
        return self.folder / "backends"

    def add_backend(self) -> None:
        """The Python backend with the program that fits this Python's version."""
        version = self.program.parents[2].name.removeprefix("python")
        folder = self.backends / "python"
        folder.mkdir(parents=True)
        for file in (self.program / "backends/python").iterdir():
            (folder / file.name).symlink_to(file)
        name = "triton_python_backend_stub"
        (folder / name).symlink_to(self.program / "python_backend_stubs" / version / name)

    def add_model(self, name: str, max_batch: int, more: str) -> None:
        folder = self.folder / "models" / name
        (folder / "1").mkdir(parents=True)
        shutil.copy(SERVED / "triton/paced.py", folder / "1/model.py")
        (folder / "config.pbtxt").write_text(
            MODEL.format(name=name, max_batch=max_batch, batch_seconds=BATCH_SECONDS, more=more))

    @property
    def program(self) -> Path:
        return next(self.environment_folder().glob("lib/python3*/site-packages/pytriton/tritonserver"))

    def command(self) -> list[str]:
        return [
            str(self.program / "bin/tritonserver"), f"--model-repository={self.folder / 'models'}",
            f"--backend-directory={self.backends}", "--http-address=127.0.0.1",
            f"--http-port={self.http_port}", f"--metrics-port={self.metrics_port}", "--metrics-address=127.0.0.1",
            "--allow-grpc=false", "--allow-gpu-metrics=false",
            # Its Python processes leave shared memory behind when they are killed; the name says whose it was.
            f"--backend-config=python,shm-region-prefix-name={self.memory_prefix}",
            *(["--metrics-config=summary_latencies=true"] if self.summaries else []),
        ]

    def environment(self) -> dict[str, str]:
        environment = self.environment_folder()
        # Its Python processes look for numpy where `python3` of the PATH has its packages.
        return {
            "PATH": f"{environment / 'bin'}:/usr/bin:/bin", "VIRTUAL_ENV": str(environment),
            "PYTHONPATH": str(next(environment.glob("lib/python3*/site-packages"))),
        }

    @property
    def memory_prefix(self) -> str:
        return self.folder.name

    def kill(self) -> None:
        super().kill()
        for left in Path("/dev/shm").glob(f"{self.memory_prefix}*"):
            left.unlink(missing_ok=True)

    # Requests

    def infer_url(self, model: str = "paced") -> str:
        return f"{self.api_url}/v2/models/{model}/infer"

    def statistics(self) -> dict:
        return json.loads(fetch(f"{self.api_url}/v2/models/stats")[1])


def request_body(sent_ns: int, fail: bool = False) -> dict:
    data = [0 if fail else sent_ns]
    return {"inputs": [{"name": "SENT", "shape": [1, 1], "datatype": "INT64", "data": data}]}


def failing_body(sent_ns: int) -> dict:
    return request_body(sent_ns, fail=True)


def read_answer(body: dict) -> Answer:
    began, size = body["outputs"][0]["data"]
    return Answer(began_ns=began, batch_size=size)
