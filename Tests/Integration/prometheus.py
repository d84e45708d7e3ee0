"""A real Prometheus that scrapes latencyd once a second, with native histograms, and judges rules as often."""

import json
import subprocess
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import Any

from daemon import find_tool, free_port


class Prometheus:
    def __init__(self, folder: Path, target_port: int, rule_files: list[Path] | None = None,
                 scrape: dict | None = None) -> None:
        """`scrape` is added to how latencyd is scraped: its scheme, certificates and passwords."""
        self.port = free_port()
        configuration = folder / "prometheus.yml"
        # YAML includes JSON.
        configuration.write_text(json.dumps({
            "global": {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"},
            "rule_files": [str(file) for file in rule_files or []],
            "scrape_configs": [
                {"job_name": "latencyd", "static_configs": [{"targets": [f"127.0.0.1:{target_port}"]}],
                 **(scrape or {})}],
        }))
        self.log = (folder / "prometheus.log").open("w+")
        self.process = subprocess.Popen(
            [
                find_tool("prometheus"), f"--config.file={configuration}", "--enable-feature=native-histograms",
                f"--storage.tsdb.path={folder / 'data'}", f"--web.listen-address=127.0.0.1:{self.port}",
            ],
            stdout=self.log, stderr=subprocess.STDOUT)

    def api(self, path: str, **parameters: str) -> Any:
        """The data of an answer; None while nobody answers. A query that is refused is an AssertionError."""
        url = f"http://127.0.0.1:{self.port}/api/v1/{path}?{urllib.parse.urlencode(parameters)}"
        try:
            with urllib.request.urlopen(url, timeout=5) as response:
                return json.load(response)["data"]
        except urllib.error.HTTPError as error:
            assert error.code == 503, f"{parameters}: {error.read().decode()}"
            return None
        except OSError:
            return None

    def query(self, expression: str) -> list[dict]:
        answer = self.api("query", query=expression)
        return answer["result"] if answer else []

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
