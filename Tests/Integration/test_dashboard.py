"""The dashboard's queries and the rules, in a real Prometheus beside a daemon that has something of everything to show."""

import json
import re
import threading
from pathlib import Path
from typing import Iterator

import pytest
from daemon import REPOSITORY, Daemon, eventually, run_command
from engines import FakeEngine, vector
from gpus import TWO_GPUS, GPUs
from page_server import PageServer, Queue
from prometheus import Prometheus
from test_learned_alerts import DAYS, TIMING, USUAL_SECONDS, write_history

DASHBOARD = json.loads((REPOSITORY / "dashboards/latencyd-host.json").read_text())
RULES = sorted((REPOSITORY / "rules").glob("*.yml"))
ROWS = {
    "Now", "Timings", "Queues and model servers", "GPUs", "Host", "latencyd itself",
}
# What some hosts do not have, or have only when something is wrong.
MAY_BE_EMPTY = {
    ("Temperatures", "A"), ("Temperatures", "B"), ("CPU frequency", "A"), ("CPU frequency", "B"), ("CPU frequency", "C"),
    ("CPU frequency", "D"), ("CPU throttled by heat", "A"), ("Stopped by CPU limits", "A"), ("Disks", "A"),
    ("Queues of disks", "A"), ("Pressure", "A"), ("Waiting for a CPU", "A"), ("Watched processes", "B"),
    ("Collectors", "B"), ("Errors", "C"), ("Distributions in bytes", "B"), ("Distributions without a unit", "B"),
}
SIGNALS = {
    "queue_length": 4, "queue_time": 0.1, "batch_size": 8, "batch_efficiency": 0.5, "request_time": 0.4,
    "requests": 1_000, "errors": 3, "running_requests": 6, "cache_usage": 0.5, "time_to_first_token": 0.2,
    "inter_token_time": 0.02,
}
WARNING_MS, CRITICAL_MS = 100, 1_000
JUDGED = "step_seconds"


class Host:
    """A daemon with a learned timing, GPUs and model servers, under load, and the Prometheus that scrapes it."""

    def __init__(self, daemon: Daemon, queue: Queue, prometheus: Prometheus) -> None:
        self.daemon = daemon
        self.prometheus = prometheus
        self.step_ms = 10
        self._queue = queue
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._load)
        self._thread.start()

    def _load(self) -> None:
        while not self._ended.wait(0.2):
            usual = [f"checkout.latency:{USUAL_SECONDS * 1_000 * (1 + 0.01 * number):.3f}|ms" for number in range(10)]
            judged = [f"step:{self.step_ms}|ms|#model:a", "payload_bytes:4096|h", "batch.size:8|h"]
            self.daemon.send("\n".join(usual + judged).encode())
            self._queue.durations.append(0.4)

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()

    def alerts(self, name: str, **labels: str) -> list[dict]:
        """What is up in Prometheus with these labels."""
        wanted = {"alertname": name, **labels}.items()
        return [alert for alert in self.prometheus.api("alerts")["alerts"] if wanted <= alert["labels"].items()]


def learn(daemon: Daemon) -> None:
    daemon.write_configuration(daemon.configuration)
    for seed, statistic in enumerate(["p50", "p95", "p99", "stddev"]):
        history = daemon.folder / f"{statistic}.csv"
        write_history(history, seed)
        learned = run_command(
            "learn", f"--config.file={daemon.configuration_file}", "--csv", str(history), "--timing", TIMING,
            "--statistic", statistic)
        assert learned.returncode == 0, learned.stderr


@pytest.fixture(scope="module")
def host(gpu_library, tmp_path_factory) -> Iterator[Host]:
    folder = tmp_path_factory.mktemp("host")
    gpus = GPUs(folder, gpu_library).write(TWO_GPUS)
    queue = Queue()
    answers = {signal: vector([({"model": "m"}, value)]) for signal, value in SIGNALS.items()}
    with FakeEngine(answers) as engine, PageServer(queue.page) as server:
        queries = [{"signal": signal, "query": signal} for signal in SIGNALS]
        daemon = Daemon(
            {
                "detection": {"window": "1s", "timezone": "UTC"},
                "hardware": {
                    "collectors": {
                        "nvidia": {"library": str(gpus.library), "interval": "1s"}, "process": {"interval": "1s"},
                        "interrupts": {"interval": "1s"}, "vmstat": {"interval": "1s"}, "memory": {"interval": "1s"},
                    }
                },
                "services": [
                    {"name": "fleet", "profile": "promql", "url": engine.url, "interval": "1s", "queries": queries},
                    {"name": "chat", "profile": "vllm", "url": server.url, "interval": "1s"},
                ],
                "alerts": {
                    "rules": [
                        {
                            "timing": JUDGED, "statistic": "p99", "for": "0s",
                            "thresholds": {"warning": f"{WARNING_MS}ms", "critical": f"{CRITICAL_MS}ms"},
                        }
                    ]
                },
            },
            environment=gpus.environment)
        learn(daemon)
        daemon.start()
        prometheus = Prometheus(folder, daemon.port, RULES)
        host = Host(daemon, queue, prometheus)
        try:
            eventually(lambda: prometheus.query("count_over_time(up[1m]) > 20"), 60, "twenty scrapes")
            yield host
        finally:
            host.stop()
            prometheus.stop()
            daemon.discard()


def filled_in(expression: str, host: Host, labels: str = "") -> str:
    """What Grafana makes of an expression with all timings, model servers and GPUs chosen; one timing where it repeats."""
    values = {
        "$instance": f"127.0.0.1:{host.daemon.port}", '"$timing"': f'"{TIMING}"', "$statistic": "p99", "$service": ".*",
        "$gpu": ".*", "$__rate_interval": "15s", "${labels:raw}": labels,
    }
    expression = expression.replace('=~"$timing"', '=~".*"')
    for name, value in values.items():
        expression = expression.replace(name, value)
    assert "$" not in expression, expression
    return expression


def panels() -> list[dict]:
    return [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]


QUERIES = [
    pytest.param(panel["title"], target["refId"], target["expr"], id=f"{panel['title']} {target['refId']}")
    for panel in panels() for target in panel["targets"]
]


@pytest.mark.parametrize(("title", "reference", "expression"), QUERIES)
def test_a_panels_query_gives_data(host: Host, title: str, reference: str, expression: str) -> None:
    # With matchers of the reader's own it has to be valid as well.
    assert host.prometheus.api("query", query=filled_in(expression, host, 'model="a"')) is not None
    if (title, reference) in MAY_BE_EMPTY:
        assert host.prometheus.api("query", query=filled_in(expression, host)) is not None
    else:
        eventually(
            lambda: host.prometheus.query(filled_in(expression, host)), 20, f"{title} has data: {expression}", interval=0.5)


def test_what_marks_the_time_axis_can_be_asked_for(host: Host) -> None:
    for annotation in DASHBOARD["annotations"]["list"]:
        assert host.prometheus.api("query", query=filled_in(annotation["expr"], host)) is not None


@pytest.mark.parametrize(
    ("variable", "expected"),
    [("instance", None), ("timing", TIMING), ("service", "chat"), ("gpu", "1")])
def test_a_variable_offers_what_there_is(host: Host, variable: str, expected: str | None) -> None:
    query = next(v for v in DASHBOARD["templating"]["list"] if v["name"] == variable)["query"]["query"]
    selector, label = filled_in(query, host).removeprefix("label_values(").removesuffix(")").rsplit(", ", 1)
    values = host.prometheus.api(f"label/{label}/values", **{"match[]": selector})
    assert (expected or f"127.0.0.1:{host.daemon.port}") in values


def test_every_panel_asks_the_chosen_data_source_and_says_what_it_shows() -> None:
    assert {panel["title"] for panel in DASHBOARD["panels"] if panel["type"] == "row"} == ROWS
    # A crosshair that all panels share.
    assert DASHBOARD["graphTooltip"] == 1
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    for panel in panels():
        assert panel["title"] and panel["fieldConfig"]["defaults"]["unit"]
        for asking in (panel, *panel["targets"]):
            assert asking["datasource"] == {"type": "prometheus", "uid": "${datasource}"}, panel["title"]
    assert {title for title, _ in MAY_BE_EMPTY} <= {panel["title"] for panel in panels()}


def test_panels_do_not_lie_on_each_other() -> None:
    taken: dict[tuple[int, int], str] = {}
    for panel in DASHBOARD["panels"]:
        place = panel["gridPos"]
        assert place["x"] + place["w"] <= 24
        for x in range(place["x"], place["x"] + place["w"]):
            for y in range(place["y"], place["y"] + place["h"]):
                assert (x, y) not in taken, (panel["title"], taken[x, y])
                taken[x, y] = panel["title"]


def test_every_rule_is_evaluated_without_an_error(host: Host) -> None:
    def groups() -> list[dict] | None:
        found = host.prometheus.api("rules")["groups"]
        return found if all(rule["health"] != "unknown" for group in found for rule in group["rules"]) else None

    found = eventually(groups, 90, "every rule was evaluated")
    assert {Path(group["file"]) for group in found} == set(RULES)
    errors = {rule["name"]: rule["lastError"] for group in found for rule in group["rules"] if rule["health"] != "ok"}
    assert errors == {}


def test_what_is_learned_stands_under_the_names_of_grafanas_framework(host: Host) -> None:
    name = f"{TIMING}:p99"
    level, lower, upper = (
        eventually(lambda: host.prometheus.query(f'anomaly:{kind}{{anomaly_name="{name}"}}'), 20, kind)[0]
        for kind in ("level", "lower_band", "upper_band"))
    for series in (level, lower, upper):
        wanted = {"anomaly_type": "latency", "anomaly_strategy": "latencyd", "anomaly_select": "1"}
        assert wanted.items() <= series["metric"].items()
    assert float(lower["value"][1]) < float(level["value"][1]) < float(upper["value"][1])


def test_one_alert_moves_from_warning_to_critical_and_ends(host: Host) -> None:
    seen = []

    def becomes(wanted: list[tuple[str, str]]) -> bool:
        alerts = host.alerts("LatencyAbnormal", timing=JUDGED, model="a")
        seen.append([(alert["labels"]["severity"], alert["state"]) for alert in alerts])
        return seen[-1] == wanted

    eventually(lambda: becomes([]), 20, "all is well")
    host.step_ms = 3 * WARNING_MS
    eventually(lambda: becomes([("warning", "firing")]), 30, "the warning")
    host.step_ms = 3 * CRITICAL_MS
    eventually(lambda: becomes([("critical", "firing")]), 30, "the critical alert")
    alert, = host.alerts("LatencyAbnormal", timing=JUDGED)
    # Where enough was learned by now, the other statistics are off as well, with what was expected of them.
    description = alert["annotations"]["description"]
    seconds = re.search(r"\bp99 is off: ([\d.]+)s\b", description)
    assert seconds, description
    assert float(seconds[1]) == pytest.approx(3 * CRITICAL_MS / 1_000, rel=0.02)
    host.step_ms = 10
    # The trailing minute has to pass.
    eventually(lambda: becomes([]), 100, "all is well again")
    assert max(map(len, seen)) == 1


def test_a_daemon_that_is_gone_is_noticed(host: Host) -> None:
    host.stop()
    host.daemon.process.kill()
    eventually(lambda: host.alerts("LatencydDown", job="latencyd", severity="critical"), 30, "the alert is pending")
