#!/usr/bin/env python3
"""CPU of a scrape of the release binary: 20,000 gauges that change between scrapes, 1,000 histograms, and how it grows.

usage: scrape.py [--rounds N]      LATENCYD_BIN names another binary than .build/release/latencyd
"""

import argparse
import statistics
import time

import peers
from measure import (ALL_SERIES, REQUESTS, Latencyd, gauges, table, timings, verdict)

GAUGES = 20_000
HISTOGRAMS = 1_000
TIMINGS_EACH = 100
GAUGE_REQUESTS = ("text", "OpenMetrics", "OpenMetrics, gzip")
HISTOGRAM_REQUESTS = ("text", "protobuf", "OpenMetrics", "OpenMetrics, gzip", "protobuf, gzip")
TARGETS = {
    ("gauges", "text"): 20, ("gauges", "OpenMetrics"): 20, ("gauges", "OpenMetrics, gzip"): 40,
    ("histograms", "text"): 20, ("histograms", "protobuf"): 5,
}


def figures(server, renew, requests, rounds):
    """For each kind of request the scrapes of `rounds` rounds, in turns; `renew` gives all series new values before each."""
    found = {request: [] for request in requests}
    for number in range(rounds):
        for request in requests:
            renew(number)
            found[request].append(server.scrape_seconds(REQUESTS[request]))
    return found


def milliseconds(scrapes):
    return statistics.median(scrape.seconds for scrape in scrapes) * 1e3


def row(name, request, scrapes, samples, own=None, target=None):
    cost = milliseconds(scrapes)
    answer = scrapes[0].kind + (", gzip" if scrapes[0].is_gzip else "")
    per_sample = cost * 1e6 / samples
    return (f"{name}, asked for {request}", answer, f"{samples:,}", f"{scrapes[0].bytes / 1e3:,.0f}", f"{cost:.2f}",
            f"{per_sample:,.0f}", f"{per_sample / own:.1f}" if own else "", verdict(cost, target) if target else "")


HEAD = ("CPU of a scrape, median", "answer", "samples", "kB", "ms", "ns a sample", "× latencyd's", "target")


def compare(kind, ours, others, rounds, requests):
    """Rows of latencyd and of each peer: pairs of a server and what renews its values."""
    rows, per_sample = [], {}
    for name, server, renew in [("latencyd", *ours), *others]:
        samples = server.samples()
        for request, scrapes in figures(server, renew, requests, rounds).items():
            if name == "latencyd":
                per_sample[request] = milliseconds(scrapes) * 1e6 / samples
                rows.append(row(name, request, scrapes, samples, target=TARGETS.get((kind, request))))
            else:
                rows.append(row(name, request, scrapes, samples, per_sample[request]))
    table(rows, HEAD)


def of_gauges(rounds):
    print(f"scrape of {GAUGES:,} gauges, all changed before each scrape")
    with Latencyd(ALL_SERIES) as daemon:
        renew = lambda number: daemon.push(gauges(GAUGES, number))
        renew(0)
        _, page = daemon.scrape(REQUESTS["text"])
        others = []
        if host := peers.node_exporter():
            others.append(("node_exporter, its own", host, lambda _: None))
        only = b"".join(line + b"\n" for line in page.splitlines() if b"bench_gauge" in line)
        if file := host and peers.node_exporter(only):
            others.append(("node_exporter, the gauges from a file", file, lambda _: None))
        if client := peers.go_client():
            others.append(("Go client", client, lambda _: client.make(f"gauges {GAUGES}")))
            client.make(f"gauges {GAUGES}")
        try:
            compare("gauges", (daemon, renew), others, rounds, GAUGE_REQUESTS)
        finally:
            for _, server, _ in others:
                server.stop()


def of_histograms(rounds):
    print(f"scrape of {HISTOGRAMS:,} histograms with the default classic buckets, {TIMINGS_EACH} timings each before the first"
          " and one more before each scrape")
    with Latencyd(ALL_SERIES) as daemon:
        daemon.push(timings(HISTOGRAMS, TIMINGS_EACH, 1))
        renew = lambda number: daemon.push(timings(HISTOGRAMS, 1, number))
        others = []
        if client := peers.go_client():
            client.make(f"histograms {HISTOGRAMS} {TIMINGS_EACH}")
            others.append(("Go client", client, lambda _: client.make(f"histograms {HISTOGRAMS} 1")))
        try:
            compare("histograms", (daemon, renew), others, rounds, HISTOGRAM_REQUESTS)
        finally:
            for _, server, _ in others:
                server.stop()
    python_histograms(rounds)


def python_histograms(rounds):
    """What Prometheus' Python client takes for the same page, in this process: it has no protobuf."""
    client = peers.python_client()
    if client is None:
        return
    registry = client.CollectorRegistry()
    bounds = (.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60)
    histogram = client.Histogram("bench_latency_seconds", "A timing.", ["model", "stage"], registry=registry, buckets=bounds)
    for line in timings(HISTOGRAMS, TIMINGS_EACH, 1):
        value, _, labels = line.split(b":", 1)[1].decode().partition("|ms|#model:")
        histogram.labels(*labels.split(",stage:")).observe(float(value) / 1e3)
    costs = []
    for _ in range(max(3, rounds // 4)):
        start = time.process_time()
        client.generate_latest(registry)
        costs.append(time.process_time() - start)
    print(f"  Python client, text, in its own process: {statistics.median(costs) * 1e3:.0f} ms")


def growth(rounds):
    print("growth: text, CPU of a scrape by the number of gauges; what the page has without any is taken off")
    rows, base = [], None
    for count in (0, 10, 100, 1_000, 5_000, 10_000, GAUGES):
        with Latencyd(ALL_SERIES) as daemon:
            renew = lambda number: daemon.push(gauges(count, number))
            cost = milliseconds(figures(daemon, renew, ("text",), rounds + 2)["text"][2:])
        base = cost if base is None else base
        each = f"{(cost - base) * 1e6 / count:,.0f}" if count >= 100 else ""
        rows.append((f"{count:,}", f"{cost:.3f}", each))
    table(rows, ("gauges", "ms", "ns a gauge"))


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--rounds", type=int, default=9)
    options.add_argument("--only", choices=("gauges", "histograms", "growth"))
    options = options.parse_args()
    for name, part in (("gauges", of_gauges), ("histograms", of_histograms), ("growth", growth)):
        if options.only in (None, name):
            part(options.rounds)


if __name__ == "__main__":
    main()
