#!/usr/bin/env python3
"""One collection of a big host's /sys and /proc: latencyd beside node_exporter, turn by turn in one run.

usage: collect.py COLLECT_BENCHMARK [NODE_EXPORTER]
"""

import json
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROUNDS = 5
SCRAPES = 30
ADDRESS = "127.0.0.1:19100"


def cpu_seconds(pid):
    """CPU of all threads of a process so far, to the nanosecond."""
    tasks = pathlib.Path(f"/proc/{pid}/task").iterdir()
    return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9


def scrape():
    with urllib.request.urlopen(f"http://{ADDRESS}/metrics", timeout=30) as page:
        return sum(1 for line in page if not line.startswith(b"#"))


class NodeExporter:
    """node_exporter with its default collectors, on the tree."""

    def __init__(self, binary, tree):
        self.process = subprocess.Popen(
            [binary, f"--path.sysfs={tree}/sys", f"--path.procfs={tree}/proc", f"--web.listen-address={ADDRESS}"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        while True:
            try:
                self.samples = scrape()
                return
            except OSError:
                if time.monotonic() > deadline:
                    self.process.kill()
                    raise
                time.sleep(0.05)

    def microseconds(self):
        begin = cpu_seconds(self.process.pid)
        for _ in range(SCRAPES):
            scrape()
        return (cpu_seconds(self.process.pid) - begin) / SCRAPES * 1e6


def ours(binary, tree):
    return json.loads(subprocess.run([binary, tree, "--json"], check=True, capture_output=True, text=True).stdout)


def report(benchmark, exporter, tree):
    peer = NodeExporter(exporter, tree) if exporter else None
    runs, peers, ratios = [], [], []
    for _ in range(ROUNDS):
        run = ours(benchmark, tree)
        runs.append(run)
        if peer:
            cost = peer.microseconds()
            peers.append(cost)
            with_page = run["later_microseconds"] + run["page_microseconds"]
            ratios.append((with_page / run["samples"]) / (cost / peer.samples))
    middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
    print(f"collection of 128 CPUs, 8 thermal zones, 40 hwmon sensors, 8 disks, 8 GPUs, a process of 200 threads: median of {ROUNDS} runs")
    print(f"  latencyd       {middle['samples']:.0f} samples  {middle['later_microseconds'] / 1e3:.2f} ms a collection"
          f"  ({middle['first_microseconds'] / 1e3:.1f} ms the first),"
          f"  {middle['page_microseconds'] / 1e3:.2f} ms a text page")
    print(f"  at the default intervals: {middle['average_microseconds_per_second'] / 1e4:.3f} % of a core")
    if peer:
        peer.process.kill()
        print(f"  node_exporter  {peer.samples} samples  {statistics.median(peers) / 1e3:.2f} ms a scrape")
        print(f"  per sample, collected and written: latencyd takes {statistics.median(ratios):.3f} of node_exporter's"
              f" ({min(ratios):.3f} … {max(ratios):.3f})")
    else:
        print("  node_exporter is not installed: nothing to compare with (apt-get install prometheus-node-exporter)")


def main():
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__.strip())
    exporter = sys.argv[2] if len(sys.argv) == 3 else shutil.which("prometheus-node-exporter")
    memory = pathlib.Path("/dev/shm")
    # In memory, as the kernel's own files are.
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as tree:
        generate = pathlib.Path(__file__).parent / "big-host" / "generate.py"
        subprocess.run([sys.executable, generate, tree], check=True)
        subprocess.run([sys.argv[1], tree], check=True)
        report(sys.argv[1], exporter, tree)


if __name__ == "__main__":
    main()
