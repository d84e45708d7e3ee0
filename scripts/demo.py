#!/usr/bin/env python3
"""The demonstration behind `make demo`.

latencyd and the example service run on sockets and a port of their own. When the service has run well for a while, an
alert rule is set a little above what was seen, by a reload. Then busy processes take the CPU away, the alert fires,
the burst ends, and the alert ends when the trailing minute is good again.
"""

import argparse
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import textwrap
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Callable

REPOSITORY = Path(__file__).resolve().parents[1]
TIMING = "inference_latency_seconds"
OBSERVED = "latencyd_observed_seconds"

# All of it ends before two minutes are over, whatever happens.
LIMIT_SECONDS = 115.0
CALIBRATION_SECONDS = 16.0
BURST_LIMIT_SECONDS = 35.0
# The burst goes on for so long after the alert, to be seen.
AFTER_ALERT_SECONDS = 4.0
WINDOW_SECONDS = 2
FOR_SECONDS = 4


@dataclass
class State:
    """What latencyd says at one moment."""

    p50: float | None
    p95: float | None
    p99: float | None
    rate: float | None
    level: int
    alerts: list[dict]


class Daemon:
    """latencyd on a free port, in a temporary folder."""

    def __init__(self, binary: Path, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.socket = folder / "timings.sock"
        self._configuration = folder / "latencyd.yml"
        self._log = (folder / "latencyd.log").open("wb")
        self.configure(rules=[])
        self.process = subprocess.Popen(
            [str(binary), "run", f"--config.file={self._configuration}"], stdin=subprocess.DEVNULL,
            stdout=self._log, stderr=subprocess.STDOUT)

    def configure(self, rules: list[dict]) -> None:
        """Writes the configuration, as JSON, which YAML includes."""
        self._configuration.write_text(json.dumps({
            "web": {"listen_address": f"127.0.0.1:{self.port}"},
            "storage": {"path": str(self._folder / "state")},
            "push": {
                "datagram_socket": str(self.socket), "stream_socket": str(self._folder / "timings-stream.sock")},
            "detection": {"window": f"{WINDOW_SECONDS}s"},
            "alerts": {"rules": rules},
        }, indent=2))

    def log(self) -> str:
        return (self._folder / "latencyd.log").read_text(errors="replace")

    def ask(self, path: str, method: str = "GET") -> str:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        with urllib.request.urlopen(request, timeout=5) as response:
            return response.read().decode()

    def is_ready(self) -> bool:
        if self.process.poll() is not None:
            raise SystemExit(f"demo: latencyd ended with {self.process.returncode}:\n{self.log()}")
        try:
            self.ask("/-/ready")
            return True
        except OSError:
            return False

    def state(self) -> State:
        values: dict[str, float] = {}
        level = 0.0
        rate = None
        for line in self.ask("/metrics").splitlines():
            if f'timing="{TIMING}"' not in line:
                continue
            value = float(line.rsplit(" ", 1)[1])
            if line.startswith(OBSERVED + "{"):
                values[line.split('statistic="', 1)[1].split('"', 1)[0]] = value
            elif line.startswith("latencyd_rate{"):
                rate = value
            elif line.startswith("latencyd_alert_level{"):
                level = max(level, value)
        alerts = json.loads(self.ask("/api/v1/alerts"))["data"]["alerts"]
        return State(values.get("p50"), values.get("p95"), values.get("p99"), rate, int(level), alerts)


class View:
    """A picture renewed in place on a terminal, else a line every few seconds."""

    LEVELS = {0: "none", 1: "info", 2: "WARNING", 3: "CRITICAL"}
    BAR_WIDTH = 40
    # Between two lines where there is no terminal.
    LINE_SECONDS = 4

    def __init__(self, started: float) -> None:
        self._started = started
        self._in_place = sys.stdout.isatty()
        self._drawn_lines = 0
        self._last_line = 0.0
        self._last_level = 0

    def say(self, text: str) -> None:
        print(f"{time.monotonic() - self._started:4.0f} s  {text}", flush=True)
        self._drawn_lines = 0

    def show(self, phase: str, state: State, threshold: float | None) -> None:
        elapsed = time.monotonic() - self._started
        if self._in_place:
            self._redraw(self._picture(elapsed, phase, state, threshold))
        elif elapsed - self._last_line >= self.LINE_SECONDS or state.level != self._last_level:
            self._last_line = elapsed
            print(f"{elapsed:4.0f} s  {phase:<22} {self._numbers(state)}  alert: {self._alert(state)}", flush=True)
        self._last_level = state.level

    def _redraw(self, lines: list[str]) -> None:
        up = f"\x1b[{self._drawn_lines}A" if self._drawn_lines else ""
        sys.stdout.write(up + "".join(f"\x1b[2K{line}\n" for line in lines))
        sys.stdout.flush()
        self._drawn_lines = len(lines)

    def _picture(self, elapsed: float, phase: str, state: State, threshold: float | None) -> list[str]:
        lines = [f"{elapsed:4.0f} s  {phase}", ""]
        full = max([value for value in (state.p99, threshold and 2 * threshold, 0.001) if value])
        for name in ("p50", "p95", "p99"):
            value = getattr(state, name)
            filled = min(self.BAR_WIDTH, round(self.BAR_WIDTH * (value or 0) / full))
            bar = list("█" * filled + "·" * (self.BAR_WIDTH - filled))
            if threshold and name == "p99":
                bar[min(self.BAR_WIDTH - 1, round(self.BAR_WIDTH * threshold / full))] = "│"
            lines.append(f"  {name}  {''.join(bar)}  {milliseconds(value)}")
        limit = f"   threshold {milliseconds(threshold).strip()} (│)" if threshold else ""
        lines += [f"  {state.rate or 0:.0f} requests/s{limit}", f"  alert: {self._alert(state)}", ""]
        return lines

    def _numbers(self, state: State) -> str:
        quantiles = "  ".join(f"{name} {milliseconds(getattr(state, name))}" for name in ("p50", "p95", "p99"))
        return f"{quantiles}  {state.rate or 0:5.0f} requests/s"

    def _alert(self, state: State) -> str:
        if state.level:
            return self.LEVELS.get(state.level, str(state.level)) + " firing"
        return "pending" if state.alerts else "none"


def milliseconds(seconds: float | None) -> str:
    return f"{seconds * 1e3:7.2f} ms" if seconds is not None else "      – ms"


class Demonstration:
    TEXT_WIDTH = 100

    def __init__(self, binary: Path, folder: Path) -> None:
        self._started = time.monotonic()
        self._view = View(self._started)
        self._children: list[subprocess.Popen] = []
        self._folder = folder
        self._binary = binary
        self._threshold: float | None = None

    def remaining(self) -> float:
        return LIMIT_SECONDS - (time.monotonic() - self._started)

    def watch(self, phase: str, until: Callable[[State], bool], seconds: float) -> bool:
        """Shows the state until the condition holds, which it tells, or the time is over."""
        end = time.monotonic() + min(seconds, self.remaining())
        while time.monotonic() < end:
            state = self._daemon.state()
            self._view.show(phase, state, self._threshold)
            if until(state):
                return True
            time.sleep(0.5)
        return False

    def run(self) -> bool:
        daemon = self._daemon = Daemon(self._binary, self._folder)
        self._children.append(daemon.process)
        end = time.monotonic() + 15
        while not daemon.is_ready():
            if time.monotonic() > end:
                raise SystemExit(f"demo: latencyd is not ready after 15 s:\n{daemon.log()}")
            time.sleep(0.05)
        self._view.say(f"latencyd runs: http://127.0.0.1:{daemon.port}/metrics")

        service_log = (self._folder / "service.log").open("wb")
        service = subprocess.Popen(
            [
                sys.executable, str(REPOSITORY / "examples/inference-service/service.py"), "--socket",
                str(daemon.socket),
            ],
            stdin=subprocess.DEVNULL, stdout=service_log, stderr=subprocess.STDOUT)
        self._children.append(service)
        self._view.say("an inference service on ONNX Runtime pushes its timings to it; over the trailing minute they are:")
        if not self.watch("starting", lambda state: state.p99 is not None, 20):
            raise SystemExit("demo: no timing arrived:\n" + (self._folder / "service.log").read_text())
        self.watch("all is well", lambda _: False, CALIBRATION_SECONDS)
        self._set_threshold(daemon)
        self.watch("all is well", lambda _: False, 2 * WINDOW_SECONDS)

        busy = self._burn()
        self._view.say(f"a batch job starts beside it: {len(busy)} busy processes on {os.cpu_count()} cores")
        fired = self.watch("CPU taken away", lambda state: state.level >= 2, BURST_LIMIT_SECONDS)
        if fired:
            self._view.say("the alert fires:")
            self._tell_alerts()
            self.watch("CPU taken away", lambda _: False, AFTER_ALERT_SECONDS)
        for process in busy:
            end_process(process)
        self._view.say("the batch job is over; the alert ends when the trailing minute is good again")
        recovered = self.watch("recovering", lambda state: state.level == 0 and not state.alerts, self.remaining())
        if not fired:
            self._view.say("the alert was NOT seen")
        elif recovered:
            self._view.say("the alert has ended: latency is normal again")
        else:
            self._view.say("time is up; the alert would have ended by itself a little later")
        return fired

    def _set_threshold(self, daemon: Daemon) -> None:
        """Sets the warning threshold from what was seen, so that the demonstration works on any machine."""
        seen = daemon.state().p99 or 0.01
        # Two digits, as a person would write it.
        self._threshold = float(f"{max(2 * seen, seen + 0.005):.2g}")
        warning, critical = (f"{round(value * 1e6)}us" for value in (self._threshold, 20 * self._threshold))
        daemon.configure(rules=[{
            "timing": TIMING, "statistic": "p99", "thresholds": {"warning": warning, "critical": critical},
            "for": f"{FOR_SECONDS}s",
        }])
        try:
            daemon.ask("/-/reload", method="POST")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"demo: the reload failed: {error.read().decode()}") from None
        self._view.say(
            f"P99 is{milliseconds(seen)}: an alert rule for more than {milliseconds(self._threshold).strip()} is loaded")

    def _burn(self) -> list[subprocess.Popen]:
        busy = [
            subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(4 * (os.cpu_count() or 1))]
        self._children += busy
        return busy

    def _tell_alerts(self) -> None:
        for alert in self._daemon.state().alerts:
            labels = "  ".join(f"{key}={value}" for key, value in sorted(alert["labels"].items()))
            for text in (labels, *alert.get("annotations", {}).values()):
                margin = " " * 10
                print(textwrap.fill(
                    text, self.TEXT_WIDTH, initial_indent=margin, subsequent_indent=margin,
                    break_long_words=False, break_on_hyphens=False))

    def end(self) -> None:
        for process in reversed(self._children):
            end_process(process)


def end_process(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--latencyd", type=Path, required=True, help="the daemon's binary")
    arguments = parser.parse_args()
    # Ended from outside, it still cleans up.
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(130))
    with tempfile.TemporaryDirectory(prefix="latencyd-demo-") as folder:
        demonstration = Demonstration(arguments.latencyd.resolve(), Path(folder))
        try:
            return 0 if demonstration.run() else 1
        except KeyboardInterrupt:
            return 130
        finally:
            demonstration.end()


if __name__ == "__main__":
    sys.exit(main())
