"""Engines that speak PromQL, and a page of metrics for them to scrape."""

import http.server
import json
import subprocess
import threading
import time
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Callable, Iterable

from daemon import eventually, find_tool, free_port


class PageServer:
    """Serves what `page` returns at the moment; `page` may be replaced."""

    def __init__(self, page: Callable[[], str]) -> None:
        outer = self
        self.page = page

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                body = outer.page().encode()
                self.send_response(200)
                self.send_header("Content-Type", "text/plain; version=0.0.4")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


class Engine:
    """A real engine that scrapes one page twice a second."""

    def __init__(self, name: str, folder: Path, target: int) -> None:
        self.name = name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        folder = folder / name
        folder.mkdir()
        configuration = folder / "scrape.yml"
        configuration.write_text(
            "{global: {scrape_interval: 500ms}, scrape_configs: [{job_name: page,"
            f' static_configs: [{{targets: ["127.0.0.1:{target}"]}}]}}]}}')
        if name == "prometheus":
            command = [
                find_tool("prometheus"), f"--config.file={configuration}", f"--storage.tsdb.path={folder}/data",
                f"--web.listen-address=127.0.0.1:{self.port}",
            ]
        else:
            # Its answers are 30 s old by default.
            command = [
                find_tool("victoria-metrics"), f"-promscrape.config={configuration}", f"-storageDataPath={folder}/data",
                f"-httpListenAddr=127.0.0.1:{self.port}", "-search.latencyOffset=500ms", "-loggerLevel=ERROR",
            ]
        self._log = open(folder / "log", "wb")
        self._process = subprocess.Popen(command, stdout=self._log, stderr=self._log)

    def query(self, query: str) -> dict[str, float]:
        """The values by the label `model`."""
        url = f"{self.url}/api/v1/query?{urllib.parse.urlencode({'query': query})}"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                result = json.load(response)["data"]["result"]
        except OSError:
            return {}
        return {series["metric"].get("model", ""): float(series["value"][1]) for series in result}

    def wait_for(self, query: str) -> dict[str, float]:
        return eventually(lambda: self.query(query), 30, f"{self.name} answers {query}")

    def stop(self) -> None:
        self._process.terminate()
        self._process.wait(15)
        self._log.close()


class FakeEngine:
    """Answers each query with what `answers` has for it: a status and a text."""

    def __init__(self, answers: dict[str, tuple[int, str]], *, token: str | None = None) -> None:
        outer = self
        self.answers = answers
        self.requests: list[dict] = []

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                length = int(self.headers["Content-Length"])
                form = urllib.parse.parse_qs(self.rfile.read(length).decode(), strict_parsing=True)
                outer.requests.append({"path": self.path, "form": form, "headers": dict(self.headers)})
                status, text = outer.answers[form["query"][0]]
                if token is not None and self.headers["Authorization"] != f"Bearer {token}":
                    status, text = 401, "no"
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


def vector(series: Iterable[tuple[dict[str, str], float]]) -> tuple[int, str]:
    """An answer with these labels and values."""
    result = [{"metric": labels, "value": [time.time(), str(value)]} for labels, value in series]
    return 200, json.dumps({"status": "success", "data": {"resultType": "vector", "result": result}})
