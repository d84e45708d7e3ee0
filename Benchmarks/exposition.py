#!/usr/bin/env python3
"""Reading pages of metrics: our parser beside memchr (ExpositionBenchmark), and prometheus_client's for scale.

usage: exposition.py EXPOSITION_BENCHMARK
"""

import pathlib
import subprocess
import sys
import time

CAPTURES = pathlib.Path(__file__).parent.parent / "Tests/CollectorsTests/Captures/Servers"
# Enough for a steady figure; all of the page would take it half a minute.
PYTHON_BYTES = 1_000_000


def pages():
    servers = ("bentoml", "llamacpp", "mlserver", "prometheus-2.42", "torchserve", "triton")
    return [CAPTURES / "prometheus-2.42.pb", *(CAPTURES / f"{server}.prom" for server in servers)]


def main():
    binary = sys.argv[1]
    subprocess.run([binary, *pages()], check=True)
    try:
        from prometheus_client.parser import text_string_to_metric_families
    except ImportError:
        print("exposition: prometheus_client is not installed (make test-deps, .venv), so it was not measured")
        return
    page = subprocess.check_output([binary, *pages(), "--page"])[:PYTHON_BYTES]
    text = page[: page.rindex(b"\n") + 1].decode()
    start = time.process_time()
    samples = sum(len(family.samples) for family in text_string_to_metric_families(text))
    rate = len(text) / (time.process_time() - start) / 1e6
    print(f"prometheus_client, all names {rate:3.1f} MB/s, {samples} samples of {len(text) / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
