#!/usr/bin/env python3
"""A real inference loop: ONNX Runtime on one thread with the model of the example service, 2 ms between two requests.

usage: inference.py SECONDS      prints the number of requests, and their P50, P95 and P99 in microseconds
"""

import pathlib
import sys
import tempfile
import time

import numpy
import onnxruntime

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "examples/inference-service"))
import model

WARM_UP = 200
PAUSE = 0.002


def main():
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "model.onnx")
        model.write_model(path)
        session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    request = {session.get_inputs()[0].name: numpy.ones((1, *model.IMAGE_SHAPE), numpy.float32)}
    for _ in range(WARM_UP):
        session.run(None, request)
    took = []
    end = time.monotonic() + float(sys.argv[1])
    while time.monotonic() < end:
        start = time.perf_counter_ns()
        session.run(None, request)
        took.append(time.perf_counter_ns() - start)
        time.sleep(PAUSE)
    p50, p95, p99 = numpy.percentile(took, [50, 95, 99]) / 1e3
    print(len(took), f"{p50:.1f} {p95:.1f} {p99:.1f}")


if __name__ == "__main__":
    main()
