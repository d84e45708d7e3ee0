"""What latencyd is measured beside. Each is skipped, with a line that says why, where the machine does not have it."""

import os
import pathlib
import random
import socket
import subprocess
import tempfile
import time

from measure import TOOLS, Server, find, free_port, skip


def node_exporter(text_page=None):
    """node_exporter with its default collectors; or only with a page of text that it reads and serves anew."""
    binary = find("prometheus-node-exporter", "node_exporter")
    if binary is None:
        return skip("node_exporter is not installed (apt-get install prometheus-node-exporter)")
    port = free_port()
    command = [binary, f"--web.listen-address=127.0.0.1:{port}"]
    if text_page is not None:
        folder = tempfile.mkdtemp(prefix="node-exporter-")
        pathlib.Path(folder, "page.prom").write_bytes(text_page)
        command += ["--collector.disable-defaults", "--collector.textfile", f"--collector.textfile.directory={folder}"]
    return Server(command, port).wait_ready()


class GoClient(Server):
    """A Go program that serves gauges and histograms by Prometheus' own client library."""

    def __init__(self, binary):
        port = free_port()
        super().__init__([binary, f"127.0.0.1:{port}"], port, pipe=True)
        self.wait_ready()

    def make(self, what):
        """Gives all series new values: `gauges COUNT` or `histograms COUNT TIMINGS`."""
        self.child.stdin.write(what.encode() + b"\n")
        self.child.stdin.flush()
        if self.child.stdout.readline() != b"done\n":
            raise RuntimeError(f"the Go client ended: {self.said()}")
        self.wait_quiet()


def go_client():
    source = pathlib.Path(__file__).parent / "peers/client.go"
    built = TOOLS / "go-client"
    if not built.exists() or built.stat().st_mtime < source.stat().st_mtime:
        go, library = find("go"), pathlib.Path("/usr/share/gocode/src/github.com/prometheus/client_golang")
        if go is None or not library.exists():
            return skip("Prometheus' Go client (apt-get install golang-go golang-github-prometheus-client-golang-dev)")
        built.parent.mkdir(parents=True, exist_ok=True)
        environment = {**os.environ, "GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": "",
                       "GOCACHE": str(TOOLS / "go-cache")}
        subprocess.run([go, "build", "-o", built, source], check=True, env=environment)
    return GoClient(built)


def python_client():
    """The functions of prometheus_client that make a page, None where it is not installed."""
    try:
        import prometheus_client
        import prometheus_client.openmetrics.exposition
    except ImportError:
        return skip("Prometheus' Python client (pip install prometheus_client)")
    return prometheus_client


def netdata():
    """Netdata as it comes, without its cloud connection and its machine learning of other hosts."""
    binary = find("netdata")
    if binary is None:
        return skip("Netdata is not installed (apt-get install --no-install-recommends netdata-core)")
    port = free_port()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="netdata-"))
    for name in ("cache", "lib", "log"):
        (folder / name).mkdir()
    settings = folder / "netdata.conf"
    settings.write_text(
        f"[global]\n  run as user = {os.environ.get('USER', 'root')}\n"
        f"[directories]\n  cache = {folder}/cache\n  lib = {folder}/lib\n  log = {folder}/log\n"
        f"[web]\n  bind to = 127.0.0.1:{port}\n[statsd]\n  enabled = no\n")
    return Server([binary, "-D", "-c", settings, "-P", folder / "pid"], port,
                  path="/api/v1/allmetrics?format=prometheus").wait_ready()


def statsd_exporter():
    binary = find("statsd_exporter", "prometheus-statsd-exporter")
    if binary is None:
        return skip("statsd_exporter is not on the PATH (https://github.com/prometheus/statsd_exporter)")
    port = free_port()
    folder = tempfile.mkdtemp(prefix="statsd-exporter-")
    server = Server([binary, f"--web.listen-address=127.0.0.1:{port}", "--statsd.listen-udp=", "--statsd.listen-tcp=",
                     f"--statsd.listen-unixgram={folder}/statsd.sock"], port)
    server.datagrams = pathlib.Path(folder, "statsd.sock")
    return server.wait_ready()


class Collectd(Server):
    """collectd with its plugins statsd, over UDP, and write_prometheus."""

    def __init__(self, binary):
        port, self.udp_port = free_port(), free_port()
        folder = tempfile.mkdtemp(prefix="collectd-")
        settings = pathlib.Path(folder, "collectd.conf")
        settings.write_text(
            f'BaseDir "{folder}"\nPIDFile "{folder}/pid"\nTypesDB "/usr/share/collectd/types.db"\nInterval 10\n'
            f'LoadPlugin statsd\nLoadPlugin write_prometheus\n'
            f'<Plugin statsd>\nHost "127.0.0.1"\nPort "{self.udp_port}"\n'
            f'TimerPercentile 50\nTimerPercentile 95\nTimerPercentile 99\n</Plugin>\n'
            f'<Plugin write_prometheus>\nHost "127.0.0.1"\nPort "{port}"\n</Plugin>\n')
        super().__init__([binary, "-f", "-C", settings], port)
        self.wait_ready()

    def feed(self, series):
        """A timing of each series, as StatsD without tags writes it."""
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.connect(("127.0.0.1", self.udp_port))
            for number in range(series):
                sender.send(b"bench.latency.m%d.s%d:%.3f|ms" % (number // 8, number % 8, random.lognormvariate(3, 1)))
                # A full UDP socket drops.
                if number % 20 == 0:
                    time.sleep(0.002)


def collectd():
    binary = find("collectd")
    if binary is None:
        return skip("collectd is not installed (apt-get install --no-install-recommends collectd-core)")
    return Collectd(binary)
