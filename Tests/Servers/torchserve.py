"""TorchServe with a handler whose batches take a set time. It needs Java."""

import json
import shutil

from daemon import free_port
from load import Answer
from server import SERVED, Server, fetch

# As in served/torchserve/handler.py.
BATCH_SECONDS = 0.02
MAX_BATCH = 4
QUEUE_LIMIT = 100

PROPERTIES = """
inference_address=http://127.0.0.1:{inference}
management_address=http://127.0.0.1:{management}
metrics_address=http://127.0.0.1:{metrics}
grpc_inference_port={grpc_inference}
grpc_management_port={grpc_management}
metrics_mode=prometheus
job_queue_size={queue_limit}
disable_token_authorization=true
load_models=paced
models={models}
"""


class TorchServe(Server):
    name = "torchserve"

    def __init__(self) -> None:
        super().__init__()
        self.ports = {name: free_port() for name in (
            "inference", "management", "metrics", "grpc_inference", "grpc_management")}

    def address(self, of: str) -> str:
        return f"http://127.0.0.1:{self.ports[of]}"

    @property
    def metrics_url(self) -> str:
        return f"{self.address('metrics')}/metrics"

    @property
    def api_url(self) -> str:
        return self.address("management")

    @property
    def ready_url(self) -> str:
        return f"{self.address('inference')}/ping"

    def worth_saying(self, line: str) -> bool:
        return " ACCESS_LOG " not in line

    def is_ready(self) -> bool:
        # It answers before its workers are there.
        return super().is_ready() and all(
            worker["status"] == "READY" for worker in self.model_status()["workers"])

    def prepare(self) -> None:
        model = self.folder / "models/paced"
        shutil.copytree(SERVED / "torchserve", model, ignore=shutil.ignore_patterns("__pycache__"))
        (model / "MAR-INF").mkdir()
        (model / "MAR-INF/MANIFEST.json").write_text(json.dumps({
            "createdOn": "", "runtime": "python", "archiverVersion": "0.12.0",
            "model": {"modelName": "paced", "handler": "handler.py", "modelVersion": "1.0"},
        }))
        served = {"paced": {"1.0": {
            "defaultVersion": True, "marName": "paced", "minWorkers": 1, "maxWorkers": 1, "batchSize": MAX_BATCH,
            "maxBatchDelay": 5, "responseTimeout": 60,
        }}}
        (self.folder / "config.properties").write_text(PROPERTIES.format(
            **self.ports, queue_limit=QUEUE_LIMIT, models=json.dumps(served)))

    def command(self) -> list[str]:
        return [
            str(self.environment_folder() / "bin/torchserve"), "--start", "--foreground", "--no-config-snapshots",
            "--ts-config", str(self.folder / "config.properties"), "--model-store", str(self.folder / "models"),
        ]

    def environment(self) -> dict[str, str]:
        # It keeps one file per machine that says that it runs, in the folder for temporary files.
        return {"TMPDIR": str(self.folder), "TEMP": str(self.folder), "LOG_LOCATION": str(self.folder / "logs")}

    # Requests

    @property
    def infer_url(self) -> str:
        return f"{self.address('inference')}/predictions/paced"

    def model_status(self) -> dict:
        """What the management API says of the model."""
        status, body = fetch(f"{self.api_url}/models/paced")
        return json.loads(body)[0] if status == 200 else {"workers": [{"status": f"HTTP {status}"}]}


def request_body(sent_ns: int, fail: bool = False) -> dict:
    return {"sent": 0 if fail else sent_ns}


def failing_body(sent_ns: int) -> dict:
    return request_body(sent_ns, fail=True)


def read_answer(body: dict) -> Answer:
    return Answer(began_ns=body["began"], batch_size=body["size"])
