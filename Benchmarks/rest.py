#!/usr/bin/env python3
"""What the release binary takes when little or much is going on: memory and CPU, beside peers.

  rest      the default configuration, nothing pushed, scraped every 5 s
  learned   1,000 pushed series, all learned, each with the baselines of its statistics full of three weeks
  pushed    20,000 pushed series, 100 of them learned

usage: rest.py [--seconds N] [--only rest|learned|pushed]
"""

import argparse
import contextlib
import math
import pathlib
import random
import sqlite3
import subprocess
import tempfile
import threading
import time

import peers
from measure import (ALL_SERIES, DAEMON, REQUESTS, Latencyd, Process, program, table, timings, verdict)

# How often is scraped: at rest, and where there is much.
SCRAPE_SECONDS = 5
LARGE_SCRAPE_SECONDS = 15
# The first minutes of a daemon are those in which it finds out what there is.
SETTLE_SECONDS = 20
LEARNED = 1_000
LEARNED_DAYS = 21
PUSHED = 20_000
# What the sender's timings come to, 10 to 100 ms and all equally likely, one a second: nothing is out of the usual.
STATISTICS = {"p50": 0.055, "p95": 0.0955, "p99": 0.0991, "stddev": 0.026, "rate": 1.0}
MIB = 1 << 20


class Watch:
    """Scrapes servers every so often, as Prometheus does by default, and says what share of a core each took meanwhile."""

    def __init__(self, servers, seconds, interval=SCRAPE_SECONDS):
        scrapes = max(1, round(seconds / interval))
        begin, before = time.monotonic(), [server.cpu_seconds() for server in servers]
        threads = servers[0].cpu_of_threads()
        for number in range(scrapes):
            time.sleep(max(0, begin + (number + 0.5) * interval - time.monotonic()))
            for server in servers:
                server.scrape(REQUESTS["OpenMetrics, gzip"])
        time.sleep(max(0, begin + scrapes * interval - time.monotonic()))
        took = time.monotonic() - begin
        self.shares = [(server.cpu_seconds() - used) / took for server, used in zip(servers, before, strict=True)]
        after = servers[0].cpu_of_threads()
        # Of the first server, by the names of its threads.
        self.threads = {name: (used - threads.get(name, 0)) / took for name, used in after.items()}

    @property
    def of_threads(self):
        largest = sorted(self.threads.items(), key=lambda pair: -pair[1])
        return "of a core by thread: " + ", ".join(f"{name} {share * 100:.2f} %" for name, share in largest if share >= 5e-5)


def row(name, server, share):
    memory = server.memory()
    return (name, f"{server.samples():,}", f"{memory['RssAnon'] / MIB:.1f}", f"{memory['VmRSS'] / MIB:.1f}",
            f"{memory['Pss'] / MIB:.1f}", f"{memory['VmHWM'] / MIB:.1f}", f"{share * 100:.3f} %")


HEAD = ("", "samples", "RssAnon MiB", "VmRSS MiB", "Pss MiB", "peak MiB", "of a core")


def at_rest(seconds):
    print(f"at rest: default configuration, scraped every {SCRAPE_SECONDS} s for {seconds} s after {SETTLE_SECONDS} s")
    with contextlib.ExitStack() as stack:
        running = [("latencyd", stack.enter_context(Latencyd()))]
        for name, peer in (("node_exporter", peers.node_exporter()), ("Netdata", peers.netdata())):
            if peer:
                running.append((name, stack.enter_context(peer)))
        servers = [server for _, server in running]
        Watch(servers, SETTLE_SECONDS)
        shares = Watch(servers, seconds).shares
        table([row(name, server, share) for (name, server), share in zip(running, shares, strict=True)], HEAD)
        ours = servers[0].memory()
        print(f"  latencyd's share of a core: {verdict(shares[0], 0.002)} (0.2 %)")
        if len(servers) > 1 and running[1][0] == "node_exporter":
            its = servers[1].memory()
            for what, target in (("RssAnon", 1.0), ("VmRSS", 1.5)):
                ratio = ours[what] / its[what]
                print(f"  {what}: {ratio:.2f} of node_exporter's; {verdict(ratio, target)} ({target:g})")


def labels(number):
    return f'model="m{number // 8}",stage="s{number % 8}"'


def learned_state(folder, configuration):
    """A state in which 1,000 series have baselines of three weeks: `latencyd learn` makes those of one, the others get copies."""
    values, now = random.Random(1), int(time.time()) // 60 * 60
    for statistic, level in STATISTICS.items():
        rows = ["timestamp,value"]
        for minute in range(LEARNED_DAYS * 1_440):
            at = now - (LEARNED_DAYS * 1_440 - minute) * 60
            # A slight wave a day and the noise of a minute's 60 values.
            rows.append(f"{at},{level * math.exp(0.02 * math.sin(at / 86_400 * 2 * math.pi) + 0.08 * values.gauss(0, 1)):.6f}")
        history = pathlib.Path(folder, "history.csv")
        history.write_text("\n".join(rows))
        subprocess.run(
            [DAEMON, "learn", "--config.file", configuration, "--csv", history, "--timing", "bench_latency_seconds",
             "--statistic", statistic, "--label", "model=m0", "--label", "stage=s0"], check=True, capture_output=True)
    with contextlib.closing(sqlite3.connect(pathlib.Path(folder, "state", "state.db"))) as state, state:
        first, name, unit, begin, last = state.execute(
            "SELECT id, name, unit, first_minute, last_minute FROM series WHERE labels = ?", (labels(0),)).fetchone()
        for number in range(1, LEARNED):
            copied = state.execute("INSERT INTO series (name, labels, unit, first_minute, last_minute) VALUES (?, ?, ?, ?, ?)",
                                   (name, labels(number), unit, begin, last)).lastrowid
            state.execute("INSERT INTO baselines SELECT ?, statistic, as_of_minute, state FROM baselines WHERE series = ?",
                          (copied, first))
        assert state.execute("SELECT count(*) FROM baselines").fetchone()[0] == LEARNED * len(STATISTICS)


@contextlib.contextmanager
def configured(configuration):
    """A daemon's folder and, in it, its configuration, before the daemon is there."""
    with tempfile.TemporaryDirectory(prefix="latencyd-bench-") as folder:
        daemon = Latencyd(configuration, folder)
        daemon.stop()
        yield folder, daemon.configuration


def learned(seconds):
    print(f"{LEARNED:,} pushed series, all learned, {len(STATISTICS)} statistics each with {LEARNED_DAYS} days behind them;"
          f" each gets a timing a second; scraped every {LARGE_SCRAPE_SECONDS} s")
    limits = {**ALL_SERIES, "detection": {"max_learned_series": LEARNED}}
    with configured(limits) as (folder, file), contextlib.ExitStack() as stack:
        learned_state(folder, file)
        daemon = stack.enter_context(Latencyd(limits, folder))
        # The sender's series have the names and labels that were learned.
        stack.enter_context(Process(
            [program("send"), daemon.datagrams, LEARNED, 1_400, LEARNED * 3_600, LEARNED, "bench.latency"]))
        running = [("latencyd", daemon)]
        if exporter := peers.statsd_exporter():
            running.append(("statsd_exporter", stack.enter_context(exporter)))
            stack.enter_context(Process(
                [program("send"), exporter.datagrams, LEARNED, 1_400, LEARNED * 3_600, LEARNED, "bench.latency"]))
        if other := peers.collectd():
            running.append(("collectd's statsd", stack.enter_context(other)))
            stack.enter_context(feeding(other))
        if client := peers.go_client():
            client.make(f"histograms {LEARNED} 1000")
            running.append(("Go client, no ingest", stack.enter_context(client)))
        servers = [server for _, server in running]
        # Two minutes have ended by then, and each learned what was pushed in them.
        Watch(servers, 135, LARGE_SCRAPE_SECONDS)
        watched = Watch(servers, seconds, LARGE_SCRAPE_SECONDS)
        shares = watched.shares
        found = daemon.value("latencyd_learned_series")
        print(f"  {found:,.0f} series are learned, {scored(daemon):,} statistics judged,"
              f" {daemon.value('latencyd_alerts'):,.0f} alerts")
        table([row(name, server, share) for (name, server), share in zip(running, shares, strict=True)], HEAD)
        print(f"  latencyd resident: {verdict(daemon.memory()['VmRSS'], 200 * MIB)} (200 MiB); of a core: {verdict(shares[0], 0.01)} (1 %)")
        print(f"  latencyd {watched.of_threads}")


@contextlib.contextmanager
def feeding(server):
    """A timing a second of each series, by a thread."""
    ended = threading.Event()

    def feed():
        while not ended.wait(1):
            server.feed(LEARNED)

    feeder = threading.Thread(target=feed)
    feeder.start()
    try:
        yield
    finally:
        ended.set()
        feeder.join()


def scored(daemon):
    _, body = daemon.scrape(REQUESTS["text"])
    return sum(line.startswith(b"latencyd_anomaly_score{") for line in body.splitlines())


def pushed(seconds):
    print(f"{PUSHED:,} pushed series of 50 timings each, then one every 10 s; 100 learned; scraped every {LARGE_SCRAPE_SECONDS} s")
    # The spread of a service's own latencies, and of one whose slow requests take a hundred times what its fast ones do.
    for sigma, target in ((0.5, 150), (1.0, None)):
        print(f"  the timings of a series: lognormal, sigma {sigma:g}")
        with Latencyd({**ALL_SERIES, "detection": {"max_learned_series": 100}}) as daemon, contextlib.ExitStack() as stack:
            rows = []
            for number in range(50):
                daemon.push(timings(PUSHED, 1, number, sigma))
                if number in (0, 9, 49):
                    rows.append((f"after {number + 1} of each", *memory_only(daemon)))
            stack.enter_context(Process(
                [program("send"), daemon.datagrams, PUSHED, 1_400, PUSHED * 360, PUSHED // 10, "bench.latency"]))
            # Until what was pushed first has left the trailing minute.
            watched = Watch([daemon], max(seconds, 90), LARGE_SCRAPE_SECONDS)
            rows.append(("after scrapes", *memory_only(daemon)))
            table(rows, ("", "RssAnon MiB", "VmRSS MiB", "peak MiB"))
            print(f"  {daemon.value('latencyd_series'):,.0f} series, {daemon.value('latencyd_learned_series'):,.0f} learned;"
                  f" {daemon.samples():,} samples on the page; {watched.of_threads}")
            if target:
                print(f"  resident: {verdict(daemon.memory()['VmRSS'], target * MIB)} ({target} MiB)")


def memory_only(server):
    memory = server.memory()
    return [f"{memory[name] / MIB:.1f}" for name in ("RssAnon", "VmRSS", "VmHWM")]


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=int, default=60)
    options.add_argument("--only", choices=("rest", "learned", "pushed"))
    options = options.parse_args()
    for name, part in (("rest", at_rest), ("learned", learned), ("pushed", pushed)):
        if options.only in (None, name):
            part(options.seconds)


if __name__ == "__main__":
    main()
