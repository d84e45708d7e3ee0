"""A real Alertmanager, and what it knows."""

import json
import subprocess
import urllib.request
from pathlib import Path

from daemon import find_tool, free_port


class Alertmanager:
    def __init__(self, folder: Path, *, web: dict | None = None) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"{'https' if web else 'http'}://localhost:{self.port}"
        # YAML includes JSON.
        (folder / "alertmanager.yml").write_text(json.dumps({"route": {"receiver": "none"}, "receivers": [{"name": "none"}]}))
        self.arguments = []
        if web:
            (folder / "web.yml").write_text(json.dumps(web))
            self.arguments = [f"--web.config.file={folder / 'web.yml'}"]
        self.process: subprocess.Popen | None = None

    def start(self) -> "Alertmanager":
        self.log = (self.folder / "alertmanager.log").open("a")
        self.process = subprocess.Popen(
            [
                find_tool("prometheus-alertmanager"), f"--config.file={self.folder / 'alertmanager.yml'}",
                f"--storage.path={self.folder / 'data'}", f"--web.listen-address=127.0.0.1:{self.port}",
                "--cluster.listen-address=", *self.arguments,
            ],
            stdout=self.log, stderr=subprocess.STDOUT)
        return self

    def stop(self) -> None:
        if self.process:
            self.process.terminate()
            self.process.wait(20)
            self.process = None
            self.log.close()

    def alerts(self) -> list[dict] | None:
        """Those that are active; None while nobody answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/api/v2/alerts?active=true", timeout=5) as response:
                return json.load(response)
        except OSError:
            return None
