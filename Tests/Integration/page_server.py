"""Small HTTP servers that stand where a model server would, well-behaved and not."""

import base64
import gzip
import ssl
import subprocess
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterable


class PageServer:
    """Serves what `answer` gives for a path: a body, or (status, headers, chunks)."""

    def __init__(self, answer: Callable[["Request"], object], *, port: int = 0, certificate: tuple[Path, Path] | None = None):
        outer = self
        self.requests: list[Request] = []

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                request = Request(self.path, {name.lower(): value for name, value in self.headers.items()})
                outer.requests.append(request)
                try:
                    self._send(answer(request))
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def _send(self, reply: object) -> None:
                if isinstance(reply, str):
                    reply = (200, {"Content-Type": "text/plain; version=0.0.4"}, [reply.encode()])
                status, headers, chunks = reply
                self.close_connection = True
                self.send_response(status)
                for name, value in {"Connection": "close", **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                for chunk in chunks:
                    self.wfile.write(chunk)

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.server.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*certificate)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.port = self.server.server_address[1]
        scheme = "https" if certificate else "http"
        self.url = f"{scheme}://127.0.0.1:{self.port}/metrics"
        self.thread = threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "PageServer":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()


class Request:
    def __init__(self, path: str, headers: dict[str, str]) -> None:
        self.path = path
        self.headers = headers
        self.seconds = time.monotonic()


class Queue:
    """The page of an imaginary vLLM whose counters go on with each request for it."""

    bounds = (0.3, 0.5, 0.8, 1.0, 1.5)

    def __init__(self) -> None:
        self.waiting = 0
        self.durations: list[float] = []
        self.failed = 0

    def page(self, _: object = None) -> str:
        labels = 'model_name="chat",engine="0"'
        lines = ["# TYPE vllm:num_requests_waiting gauge", f"vllm:num_requests_waiting{{{labels}}} {self.waiting}"]
        lines.append("# TYPE vllm:e2e_request_latency_seconds histogram")
        name = "vllm:e2e_request_latency_seconds"
        for bound in (*self.bounds, float("inf")):
            text = "+Inf" if bound == float("inf") else str(bound)
            count = sum(duration <= bound for duration in self.durations)
            lines.append(f'{name}_bucket{{{labels},le="{text}"}} {count}')
        lines.append(f"{name}_sum{{{labels}}} {sum(self.durations)}")
        lines.append(f"{name}_count{{{labels}}} {len(self.durations)}")
        lines.append("# TYPE vllm:request_success_total counter")
        lines.append(f'vllm:request_success_total{{{labels},finished_reason="stop"}} {len(self.durations) - self.failed}')
        lines.append(f'vllm:request_success_total{{{labels},finished_reason="error"}} {self.failed}')
        return "\n".join(lines) + "\n"


# Those that do not behave.


def silent(seconds: float) -> Callable[[Request], object]:
    def answer(_: Request) -> object:
        time.sleep(seconds)
        return "late 1\n"

    return answer


def junk(_: Request) -> object:
    return 200, {"Content-Type": "text/html"}, [b"<!doctype html><html><body>" + b"no metrics here <br>\n" * 200]


def endless(_: Request) -> object:
    def chunks() -> Iterable[bytes]:
        chunk = b"".join(b'vllm:num_requests_waiting{model_name="m%d"} 1\n' % number for number in range(2_000))
        while True:
            yield chunk

    return 200, {"Content-Type": "text/plain"}, chunks()


def bomb(_: Request) -> object:
    """A small packed body that is a large one."""
    packed = gzip.compress(b"# nothing to see here\n" * 4_000_000)
    return 200, {"Content-Type": "text/plain", "Content-Encoding": "gzip"}, [packed]


def redirecting(target: str) -> Callable[[Request], object]:
    return lambda _: (302, {"Location": target, "Content-Length": "0"}, [])


def basic(user: str, password: str) -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 that signs itself, and its key."""
    certificate, key = folder / "cert.pem", folder / "key.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
         "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True, capture_output=True)
    return certificate, key
