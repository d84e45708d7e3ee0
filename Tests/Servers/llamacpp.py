"""llama.cpp's server on this host's CPU, as the package xllamacpp brings it, with a model of random weights."""

import subprocess

from daemon import free_port
from server import SERVED, Server

# Requests that are answered at once; the others are deferred.
SLOTS = 2
CONTEXT = 4096
# What each request asks for. The model needs some tenths of a millisecond for a token.
TOKENS = 400


class LlamaCpp(Server):
    name = "llamacpp"

    def __init__(self) -> None:
        super().__init__()
        self.port = free_port()
        self.model = self.folder / "tiny.gguf"

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def metrics_url(self) -> str:
        return f"{self.base_url}/metrics"

    @property
    def ready_url(self) -> str:
        return f"{self.base_url}/health"

    @property
    def python(self) -> str:
        return str(self.environment_folder() / "bin/python")

    def prepare(self) -> None:
        subprocess.run([self.python, str(SERVED / "llamacpp/tiny_model.py"), str(self.model)], check=True, timeout=60)

    def command(self) -> list[str]:
        return [self.python, str(SERVED / "llamacpp/serve.py"), str(self.model), str(self.port), str(SLOTS), str(CONTEXT)]

    # Requests

    @property
    def infer_url(self) -> str:
        return f"{self.base_url}/completion"


def request_body(sent_ns: int) -> dict:
    # Each is as long as the others, and none spares itself the prompt.
    return {"prompt": "once upon a time", "n_predict": TOKENS, "ignore_eos": True, "cache_prompt": False}


def failing_body(_: int) -> dict:
    """More than a slot takes."""
    return {"prompt": "a " * CONTEXT, "n_predict": 1}
