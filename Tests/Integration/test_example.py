"""The example service works as its documentation says."""

import signal
import subprocess
import sys

from daemon import REPOSITORY, Daemon, eventually

SERVICE = REPOSITORY / "examples/inference-service/service.py"


def test_the_inference_service_pushes_timings_of_every_layer(daemon: Daemon, promtool_check) -> None:
    service = subprocess.Popen(
        [sys.executable, str(SERVICE), "--socket", str(daemon.datagram_socket), "--rate", "100"],
        stdout=subprocess.PIPE, text=True)
    try:
        eventually(
            lambda: (daemon.page().value("inference_latency_seconds_count") or 0) > 200, 30, "requests are served")
        eventually(lambda: daemon.page().sum("inference_operator_seconds_count") > 20, 15, "operators are sampled")
    finally:
        service.send_signal(signal.SIGINT)
        said, _ = service.communicate(timeout=20)
    assert service.returncode == 0
    lines = said.splitlines()
    assert lines[0].startswith("serving model.onnx at 100 requests a second")
    assert all("p99" in line for line in lines[1:])

    eventually(lambda: daemon.page().value("inference_requests_total", outcome="ok") > 200, 5, "the last are in")
    page = daemon.page()
    model = {"model": "small-classifier"}
    assert page.value("inference_latency_seconds_count", layer="business", **model) == page.value(
        "inference_requests_total", outcome="ok", **model)
    assert page.value("inference_queue_wait_seconds_count", layer="service", **model)
    assert page.value("inference_batch_size_count", layer="service", **model)
    assert page.value("inference_queue_depth", layer="service", **model) is not None
    # ONNX Runtime renames nodes as it fuses them, on each kind of CPU in its own way; the operator stays.
    operators = {"layer": "framework", "operator": "Conv", **model}
    assert len(page.matching("inference_operator_seconds_count", **operators)) == 2, "the model has two convolutions"
    convolutions = page.sum("inference_operator_seconds_sum", **operators)
    assert 0 < convolutions < page.value("inference_latency_seconds_sum")
    assert sum(page.malformed().values()) == 0
    promtool_check(page.text)
