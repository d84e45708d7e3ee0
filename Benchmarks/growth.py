#!/usr/bin/env python3
"""How the cost of ingest and of detection grows with the number of series. How a scrape grows says scrape.py.

usage: growth.py [DETECTION_BENCHMARK]      LATENCYD_BIN names another binary than .build/release/latencyd
"""

import re
import statistics
import subprocess
import sys

from measure import ALL_SERIES, Latencyd, program, table, verdict

SERIES = (10, 100, 1_000, 10_000, 20_000)
TIMINGS = 600_000
DATAGRAM_BYTES = 1_400
RUNS = 5
LEARNED = (100, 200, 500, 1_000)
# The dearest may cost so many times what the cheapest does.
FLAT = 2.0


def send(daemon, series, count):
    command = [program("send"), daemon.datagrams, series, DATAGRAM_BYTES, count, 0]
    subprocess.run([str(part) for part in command], check=True, capture_output=True)
    daemon.wait_quiet()


def nanoseconds_a_timing(series):
    """CPU of the thread that receives, and of the whole daemon, a timing; the median of some runs."""
    pushing, whole = [], []
    with Latencyd(ALL_SERIES) as daemon:
        # Each series is made, and its histograms have their widths.
        send(daemon, series, max(TIMINGS, 10 * series))
        for _ in range(RUNS):
            threads, all_threads = daemon.cpu_of_threads()["push"], daemon.cpu_seconds()
            send(daemon, series, TIMINGS)
            pushing.append((daemon.cpu_of_threads()["push"] - threads) / TIMINGS * 1e9)
            whole.append((daemon.cpu_seconds() - all_threads) / TIMINGS * 1e9)
        found = round(daemon.value("latencyd_series"))
        if found != series:
            print(f"  {found} series instead of {series}")
    return statistics.median(pushing), statistics.median(whole)


def ingest():
    print(f"ingest by the release binary: {TIMINGS:,} timings in {DATAGRAM_BYTES:,}-byte datagrams, median of {RUNS} runs")
    found = [(series, *nanoseconds_a_timing(series)) for series in SERIES]
    table([(f"{series:,}", f"{push:.0f}", f"{whole:.0f}") for series, push, whole in found],
          ("series", "ns a timing, receiving", "whole daemon"))
    costs = [push for _, push, _ in found]
    print(f"  the dearest takes {max(costs) / min(costs):.2f} times the cheapest: {verdict(max(costs) / min(costs), FLAT)} ({FLAT:g})")


def detection(benchmark):
    print("detection: CPU a minute by the number of learned series, five statistics each")
    rows = []
    for series in LEARNED:
        said = subprocess.run([benchmark, str(series)], check=True, capture_output=True, text=True).stdout
        milliseconds, each = re.search(r"statistics: ([\d.,]+) ms.* a series ([\d.,]+) µs", said).groups()
        rows.append((f"{series:,}", milliseconds, each))
    table(rows, ("series", "ms a minute", "µs a series"))


def main():
    if program("send"):
        ingest()
    if len(sys.argv) > 1:
        detection(sys.argv[1])


if __name__ == "__main__":
    main()
