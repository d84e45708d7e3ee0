"""What the measuring programs share: the daemon and its peers on ports and sockets of their own, their CPU and memory
from the kernel, scrapes with the headers of a real Prometheus, and a plain table."""

import contextlib
import http.client
import json
import os
import pathlib
import random
import shutil
import socket
import subprocess
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools/bench"
DAEMON = pathlib.Path(os.environ.get("LATENCYD_BIN", ROOT / ".build/release/latencyd")).resolve()

# What a Prometheus 2.42 asks for, by default and with native histograms turned on.
OPENMETRICS = ("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
               "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
PROTOBUF = ("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited,"
            "application/openmetrics-text;version=1.0.0;q=0.8,application/openmetrics-text;version=0.0.1;q=0.75,"
            "text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
TEXT = "text/plain;version=0.0.4"
# How each row of a table asks. Prometheus always takes gzip; the first rows show what that costs.
REQUESTS = {
    "text": {"Accept": TEXT},
    "OpenMetrics": {"Accept": OPENMETRICS},
    "OpenMetrics, gzip": {"Accept": OPENMETRICS, "Accept-Encoding": "gzip"},
    "protobuf": {"Accept": PROTOBUF},
    "protobuf, gzip": {"Accept": PROTOBUF, "Accept-Encoding": "gzip"},
}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Process:
    """A running program: what it has used so far, as the kernel counts it."""

    def __init__(self, command, pipe=False):
        """With `pipe` it is spoken to by its standard input and output."""
        self.log = tempfile.TemporaryFile()
        ours, its = (subprocess.PIPE, subprocess.PIPE) if pipe else (subprocess.DEVNULL, self.log)
        self.child = subprocess.Popen([str(part) for part in command], stdin=ours, stdout=its, stderr=self.log)

    @property
    def pid(self):
        return self.child.pid

    def cpu_seconds(self):
        """CPU of all threads, those that ended included, to the nanosecond: the process's own clock."""
        return time.clock_gettime((~self.pid << 3) | 2)

    def cpu_of_threads(self):
        """CPU seconds by the names of the threads that live."""
        seconds = {}
        for task in pathlib.Path(f"/proc/{self.pid}/task").iterdir():
            name = (task / "comm").read_text().strip()
            seconds[name] = seconds.get(name, 0) + int((task / "schedstat").read_text().split()[0]) / 1e9
        return seconds

    def memory(self):
        """Bytes by the names of /proc/PID/status, with the proportional share of what is mapped as `Pss`."""
        status = pathlib.Path(f"/proc/{self.pid}/status").read_text() + \
            pathlib.Path(f"/proc/{self.pid}/smaps_rollup").read_text()
        found = {}
        for line in status.splitlines():
            name, _, rest = line.partition(":")
            if rest.endswith(" kB"):
                found[name] = int(rest.split()[0]) * 1024
        return found

    def wait_quiet(self, seconds=0.02, timeout=10):
        """Waits until it uses next to no CPU any more: what was asked of it is done."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            before = self.cpu_seconds()
            time.sleep(seconds)
            if self.cpu_seconds() - before < seconds / 20:
                return

    def wait_for(self, condition, what, timeout=30):
        deadline = time.monotonic() + timeout
        while True:
            with contextlib.suppress(OSError, http.client.HTTPException):
                if result := condition():
                    return result
            if self.child.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"not within {timeout} s: {what}; it said\n{self.said()}")
            time.sleep(0.05)

    def said(self):
        self.log.seek(0)
        return self.log.read()[-4000:].decode(errors="replace")

    def stop(self):
        if self.child.poll() is None:
            self.child.terminate()
            try:
                self.child.wait(20)
            except subprocess.TimeoutExpired:
                self.child.kill()
                self.child.wait()
        self.log.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()


class Server(Process):
    """A program that serves a page of metrics on a port of this host."""

    def __init__(self, command, port, path="/metrics", pipe=False):
        super().__init__(command, pipe)
        self.port, self.path, self.connection = port, path, None

    def scrape(self, headers):
        """One request on a kept connection, as Prometheus makes it. The response's headers, its body as it came."""
        try:
            response, body = self.request(headers)
        except http.client.RemoteDisconnected:
            # It was idle for too long.
            response, body = self.request(headers)
        if response.status != 200:
            raise OSError(f"{self.path} answered {response.status}")
        return {name.lower(): value for name, value in response.getheaders()}, body

    def request(self, headers):
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            self.connection.request("GET", self.path, headers=headers)
            response = self.connection.getresponse()
            return response, response.read()
        except (OSError, http.client.HTTPException):
            self.connection = None
            raise

    def wait_ready(self):
        self.wait_for(lambda: self.scrape({"Accept": TEXT}), f"a page on port {self.port}")
        return self

    def samples(self):
        """The samples on the page, counted in its text."""
        _, body = self.scrape({"Accept": TEXT})
        return sum(1 for line in body.splitlines() if line and not line.startswith(b"#"))

    def scrape_seconds(self, headers):
        """CPU seconds of one scrape, with the response's content type and length."""
        before = self.cpu_seconds()
        answer, body = self.scrape(headers)
        self.wait_settled()
        return Scrape(self.cpu_seconds() - before, answer, body)

    def wait_settled(self):
        """The last of a response may be sent, and its memory freed, after the client has all of it."""
        time.sleep(0.003)


class Scrape:
    def __init__(self, seconds, headers, body):
        self.seconds, self.bytes = seconds, len(body)
        self.is_gzip = headers.get("content-encoding") == "gzip"
        self.kind = headers.get("content-type", "").split(";")[0].split("/")[-1]


class Latencyd(Server):
    """The release binary with sockets, state and port of its own; `configuration` is laid over its defaults."""

    def __init__(self, configuration=None, folder=None, arguments=()):
        self.owned = tempfile.mkdtemp(prefix="latencyd-bench-") if folder is None else None
        self.folder = pathlib.Path(folder or self.owned)
        self.datagrams = self.folder / "timings.sock"
        port = free_port()
        settings = {
            "web": {"listen_address": f"127.0.0.1:{port}"},
            "storage": {"path": str(self.folder / "state")},
            "push": {"datagram_socket": str(self.datagrams), "stream_socket": str(self.folder / "stream.sock")},
        }
        for section, values in (configuration or {}).items():
            settings.setdefault(section, {}).update(values)
        self.configuration = self.folder / "latencyd.yml"
        self.configuration.write_text(json.dumps(settings))
        super().__init__([DAEMON, "run", f"--config.file={self.configuration}", *arguments], port)
        self.wait_ready()

    def push(self, lines, datagram_bytes=1_400):
        """Sends lines of bytes, packed into datagrams, and waits until they are taken."""
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
            sender.connect(str(self.datagrams))
            packed, used = [], 0
            for line in lines:
                if used + len(line) + 1 > datagram_bytes and packed:
                    sender.send(b"\n".join(packed))
                    packed, used = [], 0
                packed.append(line)
                used += len(line) + 1
            if packed:
                sender.send(b"\n".join(packed))
        self.wait_quiet()

    def value(self, name):
        """The sum of the samples `name` on the page."""
        _, body = self.scrape({"Accept": TEXT})
        marks = (name.encode() + b" ", name.encode() + b"{")
        return sum(float(line.rsplit(b" ", 1)[1]) for line in body.splitlines() if line.startswith(marks))

    def stop(self):
        super().stop()
        if self.owned:
            shutil.rmtree(self.owned, ignore_errors=True)


# Pushing takes both of one process's series limits up to all of them.
ALL_SERIES = {"push": {"max_series_per_metric": 20_000, "max_series_per_sender": 20_000}}


def gauges(count, seed):
    """Lines that set `count` gauges to values of 6 digits, other ones for each seed."""
    values = random.Random(seed)
    return [b"bench.gauge:%.3f|g|#model:m%d,stage:s%d" % (values.uniform(100, 999), i // 8, i % 8) for i in range(count)]


def timings(count, each, seed, sigma=1.0):
    """Lines of `each` timings of `count` series in turn: lognormal around 20 ms, of that spread."""
    values = random.Random(seed)
    return [b"bench.latency:%.3f|ms|#model:m%d,stage:s%d" % (values.lognormvariate(3, sigma), i // 8, i % 8)
            for _ in range(each) for i in range(count)]


def program(name):
    """A small C program of Benchmarks/programs, compiled when it has changed. None without a compiler."""
    source = pathlib.Path(__file__).parent / "programs" / f"{name}.c"
    built = TOOLS / "programs" / name
    if built.exists() and built.stat().st_mtime > source.stat().st_mtime:
        return built
    compiler = next((c for c in ("cc", "gcc", "clang") if shutil.which(c)), None)
    if compiler is None:
        return skip(f"{name}: no C compiler (apt-get install gcc)")
    built.parent.mkdir(parents=True, exist_ok=True)
    subprocess.run([compiler, "-O2", "-Wall", "-pthread", "-o", built, source], check=True)
    return built


def find(*names):
    """A program of the machine under any of these names; None where there is none."""
    for name in names:
        for folder in (None, "/usr/sbin", "/usr/local/bin"):
            if found := shutil.which(name, path=folder):
                return found
    return None


def skip(what):
    print(f"  skipped: {what}")


def table(rows, head):
    """Columns as wide as they must be; the first to the left, numbers to the right."""
    rows = [head, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  " + str(row[0]).ljust(widths[0]) + "".join(
            "   " + str(cell).rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)))


def verdict(value, target):
    return "met" if value <= target else f"{value / target:.2f} × the target"
