"""Samples how long each operator of the model takes, without slowing the requests that are served.

ONNX Runtime's profiler writes its findings when a session's profile is ended, so one batch in a while runs on a
session prepared for it; making the session and reading the profile happen on a thread of their own.
"""

import json
import os
import queue
import tempfile
import threading
import time
from pathlib import Path
from typing import Callable, NamedTuple

import onnxruntime


class OperatorTiming(NamedTuple):
    node: str
    operator: str
    microseconds: float


def parse_profile(text: str) -> list[OperatorTiming]:
    """The operators' run times from an ONNX Runtime profile (Chrome trace events)."""
    suffix = "_kernel_time"
    return [
        OperatorTiming(event["name"].removesuffix(suffix), event["args"]["op_name"], float(event["dur"]))
        for event in json.loads(text)
        if event.get("cat") == "Node" and event["name"].endswith(suffix) and "op_name" in event.get("args", {})
    ]


class OperatorSampler:
    """Hands out a profiling session now and then, and reports what it saw."""

    def __init__(
        self, new_session: Callable[[onnxruntime.SessionOptions], onnxruntime.InferenceSession],
        report: Callable[[OperatorTiming], None], interval_seconds: float = 1.0,
    ) -> None:
        self._new_session = new_session
        self._report = report
        self._interval_seconds = interval_seconds
        self._ready: queue.Queue[onnxruntime.InferenceSession] = queue.Queue(maxsize=1)
        self._used: queue.Queue[onnxruntime.InferenceSession | None] = queue.Queue()
        self._folder = tempfile.TemporaryDirectory(prefix="operators-")
        self._thread = threading.Thread(target=self._run, name="operators")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._used.put(None)
        self._thread.join()
        self._folder.cleanup()

    def take(self) -> onnxruntime.InferenceSession | None:
        """A session for the next batch, when a sample is due; give it back after that batch."""
        try:
            return self._ready.get_nowait()
        except queue.Empty:
            return None

    def give_back(self, session: onnxruntime.InferenceSession) -> None:
        self._used.put(session)

    def _run(self) -> None:
        while True:
            started = time.monotonic()
            options = onnxruntime.SessionOptions()
            options.enable_profiling = True
            options.profile_file_prefix = os.path.join(self._folder.name, "profile")
            session = self._new_session(options)
            self._ready.put(session)
            used = self._used.get()
            if used is None:
                session.end_profiling()
                return
            profile = Path(used.end_profiling())
            for timing in parse_profile(profile.read_text()):
                self._report(timing)
            profile.unlink()
            try:
                rest = self._interval_seconds - (time.monotonic() - started)
                if self._used.get(timeout=max(rest, 0.01)) is None:
                    return
            except queue.Empty:
                pass
