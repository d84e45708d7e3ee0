"""Engines that speak PromQL: real ones that scrape a page, and one that says what it is told to."""

import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Iterable

from daemon import eventually, find_tool, free_port


class Engine:
    """A real Prometheus or VictoriaMetrics that scrapes the page on the port `target` twice a second."""

    def __init__(self, name: str, folder: Path, target: int) -> None:
        self.name = name
        self.url = f"http://127.0.0.1:{free_port()}"
        address = self.url.removeprefix("http://")
        configuration = folder / f"{name}.yml"
        # YAML includes JSON.
        configuration.write_text(
            json.dumps(
                {
                    "global": {"scrape_interval": "500ms", "scrape_timeout": "500ms"},
                    "scrape_configs": [
                        {"job_name": "page", "static_configs": [{"targets": [f"127.0.0.1:{target}"]}]}
                    ],
                }))
        if name == "prometheus":
            self._command = [
                find_tool(name), f"--config.file={configuration}", f"--storage.tsdb.path={folder}/{name}",
                f"--web.listen-address={address}", "--log.level=error",
            ]
        else:
            # By default what it answers is 30 s old.
            self._command = [
                find_tool(name), f"-promscrape.config={configuration}", f"-storageDataPath={folder}/{name}",
                f"-httpListenAddr={address}", "-search.latencyOffset=1s", "-loggerLevel=ERROR",
            ]

    def __enter__(self) -> "Engine":
        self._process = subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait(15)

    def query(self, query: str) -> list[dict]:
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return json.load(response)["data"]["result"]
        except OSError:
            return []

    def wait_for(self, query: str) -> None:
        eventually(lambda: self.query(query), 30, f"{self.name} answers {query}", interval=0.2)


class FakeEngine:
    """Answers each query with the status and the text that `answers` has for it."""

    def __init__(self, answers: dict[str, tuple[int, str]], *, token: str | None = None) -> None:
        outer = self
        self.answers = answers
        self.token = token
        self.requests: list[tuple[str, dict[str, list[str]], dict[str, str]]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                form = urllib.parse.parse_qs(text, strict_parsing=True)
                outer.requests.append((self.path, form, dict(self.headers)))
                status, answer = outer.answers[form["query"][0]]
                if outer.token is not None and self.headers["Authorization"] != f"Bearer {outer.token}":
                    status, answer = 401, "no"
                try:
                    self.send_response(status)
                    self.send_header("Content-Type", "application/json")
                    self.send_header("Content-Length", str(len(answer.encode())))
                    self.end_headers()
                    self.wfile.write(answer.encode())
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)

    def __enter__(self) -> "FakeEngine":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def vector(series: Iterable[tuple[dict[str, str], float]]) -> tuple[int, str]:
    """An answer with these labels and values."""
    result = [{"metric": labels, "value": [time.time(), str(value)]} for labels, value in series]
    return 200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})
