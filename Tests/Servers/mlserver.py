"""MLServer with a model whose batches take a set time."""

import json
import shutil

from daemon import free_port
from server import SERVED, Server

MAX_BATCH = 8


class MLServer(Server):
    name = "mlserver"

    def __init__(self) -> None:
        super().__init__()
        self.http_port, self.grpc_port, self.metrics_port = free_port(), free_port(), free_port()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.http_port}"

    @property
    def metrics_url(self) -> str:
        return f"http://127.0.0.1:{self.metrics_port}/metrics"

    @property
    def ready_url(self) -> str:
        return f"{self.base_url}/v2/models/paced/ready"

    def prepare(self) -> None:
        shutil.copy(SERVED / "mlserver/paced.py", self.folder)
        self.write("settings.json", {
            "host": "127.0.0.1", "http_port": self.http_port, "grpc_port": self.grpc_port,
            "metrics_port": self.metrics_port, "metrics_dir": str(self.folder / "metrics"), "parallel_workers": 1,
        })
        self.write("model-settings.json", {
            "name": "paced", "implementation": "paced.Paced", "max_batch_size": MAX_BATCH, "max_batch_time": 0.005,
            "parameters": {"version": "1"},
        })

    def write(self, name: str, content: dict) -> None:
        (self.folder / name).write_text(json.dumps(content))

    def command(self) -> list[str]:
        return [str(self.environment_folder() / "bin/mlserver"), "start", str(self.folder)]

    def environment(self) -> dict[str, str]:
        return {"TMPDIR": str(self.folder)}

    # Requests

    @property
    def infer_url(self) -> str:
        return f"{self.base_url}/v2/models/paced/infer"
