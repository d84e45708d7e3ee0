#!/usr/bin/env python3
"""A small inference service that tells latencyd how long everything takes.

It serves a real ONNX model in batches whose size varies with the queue, under requests that arrive at random
(Poisson), each with one to four images. Timings go out through PyPI's `datadog`, as they would in your own service:
the lines that matter for that are in the class Timings.
"""

import argparse
import os
import queue
import random
import signal
import socket
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnxruntime
from datadog.dogstatsd.base import DogStatsd

from model import IMAGE_SHAPE, write_model
from operators import OperatorSampler, OperatorTiming


class Timings:
    """What the service reports, and under which names."""

    def __init__(self, socket_path: str, model: str) -> None:
        # Buffered: many timings travel in one datagram, sent every 300 ms. The short timeout lets the client wait for
        # a moment when the socket is full instead of dropping at once.
        self._statsd = DogStatsd(
            socket_path=socket_path, disable_buffering=False, socket_timeout=0.1, constant_tags=[f"model:{model}"])

    def request_done(self, latency_seconds: float) -> None:
        # `timing` takes milliseconds.
        self._statsd.timing("inference.latency", latency_seconds * 1e3, tags=["layer:business"])
        self._statsd.increment("inference.requests", tags=["outcome:ok"])

    def request_refused(self) -> None:
        self._statsd.increment("inference.requests", tags=["outcome:refused"])

    def waited(self, wait_seconds: float) -> None:
        self._statsd.timing("inference.queue.wait", wait_seconds * 1e3, tags=["layer:service"])

    def batch_formed(self, images: int, queue_depth: int) -> None:
        self._statsd.histogram("inference.batch.size", images, tags=["layer:service"])
        self._statsd.gauge("inference.queue.depth", queue_depth, tags=["layer:service"])

    def operator_ran(self, timing: OperatorTiming) -> None:
        # A distribution has no unit of its own; the suffix of its name gives it one.
        self._statsd.distribution(
            "inference.operator_us", timing.microseconds,
            tags=["layer:framework", f"operator:{timing.operator}", f"node:{timing.node}"])

    def flush(self) -> None:
        self._statsd.flush_buffered_metrics()


@dataclass(frozen=True)
class Request:
    arrived: float
    images: np.ndarray


class Service:
    """A queue, the thread that serves it in batches, and what it saw in the current second."""

    def __init__(self, model_path: Path, timings: Timings, batch_limit: int, queue_limit: int) -> None:
        self._model_path = model_path
        self._timings = timings
        self._batch_limit = batch_limit
        # Bounded: a service that cannot keep up refuses, and is well again soon after it can.
        self._queue: queue.Queue[Request] = queue.Queue(maxsize=queue_limit)
        self._session = self._new_session(onnxruntime.SessionOptions())
        self._sampler = OperatorSampler(self._new_session, timings.operator_ran)
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="serve")
        self._lock = threading.Lock()
        self._latencies: list[float] = []
        self._batches: list[int] = []
        self._refused = 0

    def _new_session(self, options: onnxruntime.SessionOptions) -> onnxruntime.InferenceSession:
        # One thread: a service that shares its host, and a demonstration that behaves alike on 2 cores and on 64.
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        return onnxruntime.InferenceSession(self._model_path, options, providers=["CPUExecutionProvider"])

    def images_per_second(self, seconds: float = 0.5) -> float:
        """How many images a second the model manages in batches of eight, measured now."""
        batch = np.zeros((8, *IMAGE_SHAPE), np.float32)
        self._session.run(None, {"image": batch})
        started = time.monotonic()
        images = 0
        while time.monotonic() - started < seconds:
            self._session.run(None, {"image": batch})
            images += len(batch)
        return images / (time.monotonic() - started)

    def start(self) -> None:
        self._sampler.start()
        self._thread.start()

    def stop(self) -> None:
        """Serves what is queued, then ends."""
        self._ending.set()
        self._thread.join()
        self._sampler.stop()
        self._timings.flush()

    def submit(self, request: Request) -> None:
        try:
            self._queue.put_nowait(request)
        except queue.Full:
            self._timings.request_refused()
            with self._lock:
                self._refused += 1

    def _serve(self) -> None:
        while True:
            try:
                batch = [self._queue.get(timeout=0.05)]
            except queue.Empty:
                if self._ending.is_set():
                    return
                continue
            while len(batch) < self._batch_limit:
                try:
                    batch.append(self._queue.get_nowait())
                except queue.Empty:
                    break
            self._run(batch)

    def _run(self, batch: list[Request]) -> None:
        taken = time.monotonic()
        images = np.concatenate([request.images for request in batch])
        self._timings.batch_formed(len(images), self._queue.qsize())
        sampling = self._sampler.take()
        (sampling or self._session).run(None, {"image": images})
        if sampling:
            self._sampler.give_back(sampling)
        done = time.monotonic()
        for request in batch:
            self._timings.waited(taken - request.arrived)
            self._timings.request_done(done - request.arrived)
        with self._lock:
            self._latencies += [done - request.arrived for request in batch]
            self._batches.append(len(images))

    def line(self, elapsed: float) -> str:
        """What happened since the last line."""
        with self._lock:
            latencies, self._latencies = self._latencies, []
            batches, self._batches = self._batches, []
            refused, self._refused = self._refused, 0
        quantiles = np.quantile(latencies, [0.5, 0.99]) * 1e3 if latencies else [float("nan")] * 2
        return (
            f"{elapsed:4.0f} s  {len(latencies):5d} requests  {np.mean(batches) if batches else 0:4.1f} images a batch  "
            f"queue {self._queue.qsize():3d}  p50 {quantiles[0]:7.2f} ms  p99 {quantiles[1]:7.2f} ms  refused {refused}")


class LoadGenerator:
    """Sends requests at random moments, `rate` a second on average."""

    def __init__(self, service: Service, rate: float, seed: int) -> None:
        self._service = service
        self._rate = rate
        self._random = random.Random(seed)
        values = np.random.default_rng(seed)
        self._inputs = [values.random((n, *IMAGE_SHAPE), np.float32) for n in (1, 1, 1, 2, 2, 4)]
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="load")

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._ending.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while True:
            due += self._random.expovariate(self._rate)
            if self._ending.wait(max(0, due - time.monotonic())):
                return
            # The moment when it was due counts, even when this thread comes late: a real client would have waited.
            self._service.submit(Request(due, self._random.choice(self._inputs)))


MEAN_IMAGES_PER_REQUEST = 11 / 6


def default_socket() -> str:
    """Where latencyd listens: what DD_DOGSTATSD_URL says, else the first of its default places that exists."""
    if url := os.environ.get("DD_DOGSTATSD_URL"):
        return url
    places = ["/run/latencyd/timings.sock"]
    if runtime := os.environ.get("XDG_RUNTIME_DIR"):
        places.append(f"{runtime}/latencyd/timings.sock")
    return next((place for place in places if os.path.exists(place)), places[0])


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--socket", default=default_socket(), help="latencyd's datagram socket (default: %(default)s)")
    parser.add_argument("--duration", type=float, default=0, metavar="SECONDS", help="0, the default: until Ctrl-C")
    parser.add_argument("--rate", type=float, default=0, metavar="PER_SECOND",
                        help="requests a second; 0, the default: a third of what this machine can do")
    parser.add_argument("--model", type=Path, metavar="FILE", help="keep the model here (default: a temporary file)")
    parser.add_argument("--model-name", default="small-classifier", help="the value of the tag `model`")
    parser.add_argument("--batch-limit", type=int, default=8, help="requests in one batch (default: %(default)s)")
    parser.add_argument("--queue-limit", type=int, default=128, help="requests that may wait (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="of arrivals and images (default: %(default)s)")
    return parser.parse_args()


def reachable(socket_url: str) -> bool:
    path = socket_url.split("://")[-1]
    for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM):
        with socket.socket(socket.AF_UNIX, kind) as probe:
            try:
                probe.connect(path)
                return True
            except OSError:
                continue
    return False


def main() -> int:
    arguments = parse_arguments()
    ending = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ending.set())
    if not reachable(arguments.socket):
        print(f"note: nobody listens on {arguments.socket}; timings are lost until latencyd does", file=sys.stderr)

    with tempfile.TemporaryDirectory(prefix="inference-service-") as folder:
        model_path = arguments.model or Path(folder) / "model.onnx"
        if not model_path.exists():
            write_model(model_path)
        timings = Timings(arguments.socket, arguments.model_name)
        service = Service(model_path, timings, arguments.batch_limit, arguments.queue_limit)
        rate = arguments.rate or 0.33 * service.images_per_second() / MEAN_IMAGES_PER_REQUEST
        load = LoadGenerator(service, rate, arguments.seed)
        print(f"serving {model_path.name} at {rate:.0f} requests a second, timings to {arguments.socket}", flush=True)

        service.start()
        load.start()
        started = time.monotonic()
        seconds = 0
        while not ending.wait(max(0, started + seconds + 1 - time.monotonic())):
            seconds += 1
            print(service.line(seconds), flush=True)
            if arguments.duration and seconds >= arguments.duration:
                break
        load.stop()
        service.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
