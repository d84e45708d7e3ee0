"""Signals and timings by query: from a real Prometheus, a real VictoriaMetrics, and engines that misbehave."""

import time
from typing import Iterator

import pytest
from daemon import Daemon, eventually
from engines import Engine, FakeEngine, vector
from page_server import PageServer


def asking(url: str, queries: list[dict], name: str = "fleet", **more: object) -> dict:
    return {"name": name, "profile": "promql", "url": url, "interval": "1s", "queries": queries, **more}


def up(daemon: Daemon, name: str = "fleet") -> float | None:
    return daemon.page().value("latencyd_service_up", service=name)


class Fleet:
    """A page of model servers that answer 100 requests a second each, in 80 ms, and in 700 ms where they are slow."""

    bounds = (0.05, 0.1, 0.5, 1.0)

    def __init__(self, models: list[str]) -> None:
        self.waiting = {model: place for place, model in enumerate(models, start=2)}
        self.slow: set[str] = set()
        self._counts = {model: {0.08: 0, 0.7: 0} for model in models}
        self._last = time.monotonic()

    def page(self, _: object) -> str:
        now = time.monotonic()
        requests = round((now - self._last) * 100)
        self._last = now
        lines = []
        for model, counts in self._counts.items():
            counts[0.7 if model in self.slow else 0.08] += requests
            lines.append(f'fleet_waiting{{model="{model}",zone="a"}} {self.waiting[model]}')
            lines.append(f'fleet_requests_total{{model="{model}"}} {1_000_000 + sum(counts.values())}')
            for bound in (*self.bounds, float("inf")):
                below = sum(count for seconds, count in counts.items() if seconds <= bound)
                le = "+Inf" if bound == float("inf") else bound
                lines.append(f'fleet_latency_seconds_bucket{{model="{model}",le="{le}"}} {below}')
            lines.append(f'fleet_latency_seconds_count{{model="{model}"}} {sum(counts.values())}')
            total = sum(seconds * count for seconds, count in counts.items())
            lines.append(f'fleet_latency_seconds_sum{{model="{model}"}} {total}')
        return "\n".join(lines) + "\n"


@pytest.fixture(scope="module", params=["prometheus", "victoria-metrics"])
def engine(request, tmp_path_factory) -> Iterator[Engine]:
    """With `fleet` beside it, which it scrapes."""
    fleet = Fleet([f"model-{number}" for number in range(30)])
    with PageServer(fleet.page) as server, Engine(request.param, tmp_path_factory.mktemp("engine"), server.port) as engine:
        engine.fleet = fleet
        engine.wait_for("count(rate(fleet_requests_total[3s]) > 0) == 30")
        yield engine


def quantile(share: float) -> str:
    return f"histogram_quantile({share}, sum by (le, model) (rate(fleet_latency_seconds_bucket[3s])))"


QUERIES = [
    {"signal": "queue_length", "query": "sum by (model, zone) (fleet_waiting)"},
    {"signal": "requests", "query": "sum by (model) (fleet_requests_total)"},
    {
        "timing": "fleet_latency_seconds",
        "p50": quantile(0.5),
        "p99": quantile(0.99),
        "mean": "sum by (model) (rate(fleet_latency_seconds_sum[3s]) / rate(fleet_latency_seconds_count[3s]))",
        "rate": "sum by (model) (rate(fleet_latency_seconds_count[3s]))",
    },
    {"timing": "fleet_worst_seconds", "unit": "us", "p99": f"1e6 * max({quantile(0.99)})"},
]


def test_a_real_engine_gives_signals_timings_and_alerts(start_daemon, engine, promtool_check) -> None:
    fleet = engine.fleet
    rule = {
        "name": "FleetSlow", "timing": "fleet_latency_*", "labels": {"service": "fleet"}, "statistic": "p99",
        "thresholds": {"warning": "300ms"}, "for": "0s", "min_count": 1_000,
    }
    daemon = start_daemon({"services": [asking(engine.url, QUERIES)], "alerts": {"rules": [rule]}})
    eventually(lambda: up(daemon) == 1, 10, "the engine is asked")
    page = daemon.page()
    own = {"service": "fleet", "profile": "promql"}
    waiting = page.matching("latencyd_service_queue_length")
    assert len(waiting) == 30
    assert ({"model": "model-3", "zone": "a", **own}, 5) in waiting
    # A counter that was there before says nothing of the past.
    assert page.value("latencyd_service_requests_total", model="model-3", **own) == 0

    def observed(statistic: str, timing: str = "fleet_latency_seconds", **labels: str) -> float | None:
        return daemon.page().value(
            "latencyd_observed_seconds", timing=timing, statistic=statistic, **own, **labels)

    eventually(lambda: observed("p99", model="model-3"), 5, "the timing is on the page")
    # Within the bucket from 50 ms to 100 ms, and exactly in between where nothing else is known.
    assert observed("p50", model="model-3") == pytest.approx(0.075)
    assert observed("p99", model="model-3") == pytest.approx(0.0995)
    assert observed("mean", model="model-3") == pytest.approx(0.08)
    assert observed("p99", "fleet_worst_seconds") == pytest.approx(0.0995)

    def rate() -> float | None:
        return daemon.page().value("latencyd_rate", timing="fleet_latency_seconds", model="model-3")

    eventually(lambda: rate() == pytest.approx(100, rel=0.2), 15, "100 requests a second")
    assert daemon.page().matching("latencyd_rate", timing="fleet_worst_seconds") == []
    eventually(
        lambda: daemon.page().value("latencyd_service_requests_total", model="model-3", **own) >= 100, 10,
        "requests are counted")
    promtool_check(daemon.page().text)

    fleet.waiting["model-3"] = 40
    fleet.slow.add("model-3")
    eventually(
        lambda: daemon.page().value("latencyd_service_queue_length", model="model-3") == 40, 10, "the queue grew")

    def firing() -> list[tuple[str, str]]:
        alerts = daemon.get("/api/v1/alerts").json["data"]["alerts"]
        return [(alert["labels"]["alertname"], alert["labels"]["model"]) for alert in alerts]

    assert eventually(firing, 20, "the alert rises") == [("FleetSlow", "model-3")]
    assert observed("p99", model="model-3") > 0.5
    assert observed("p99", "fleet_worst_seconds") > 0.5


def test_two_shards_have_every_series_once(start_daemon, engine) -> None:
    daemons = [start_daemon({"services": [asking(engine.url, QUERIES, shard=f"{part}/2")]}) for part in (1, 2)]
    models = []
    for daemon in daemons:
        eventually(
            lambda: daemon.page().matching("latencyd_observed_seconds", timing="fleet_latency_seconds"), 10,
            "timings are on the page")
        page = daemon.page()
        timings = page.matching("latencyd_observed_seconds", timing="fleet_latency_seconds", statistic="p99")
        models.append({labels["model"] for labels, _ in timings})
        # The queue has a label more: it is another series, which may be the other daemon's.
        counted = {labels["model"] for labels, _ in page.matching("latencyd_service_requests_total")}
        assert counted == models[-1]
    assert models[0] | models[1] == {f"model-{number}" for number in range(30)}
    assert not models[0] & models[1]
    assert min(map(len, models)) > 5
    queues = [
        {labels["model"] for labels, _ in daemon.page().matching("latencyd_service_queue_length")}
        for daemon in daemons
    ]
    assert len(queues[0]) + len(queues[1]) == len(queues[0] | queues[1]) == 30


def test_a_query_that_is_wrong_is_named_and_the_others_go_on(start_daemon, engine) -> None:
    queries = [QUERIES[0], {"timing": "broken_seconds", "p99": "sum("}, {"signal": "errors", "query": "fleet_waiting[5s]"}]
    daemon = start_daemon({"services": [asking(engine.url, queries)]})
    eventually(lambda: up(daemon) == 0, 10, "the engine was asked")
    page = daemon.page()
    assert [labels["reason"] for labels, _ in page.matching("latencyd_service_failure")] == ["query"]
    assert len(page.matching("latencyd_service_queue_length")) == 30
    line = next(entry["message"] for entry in daemon.log_entries if "service fleet: down" in entry["message"])
    assert "more of the queries failed" in line
    assert "query errors: it gives a matrix" in line or "query broken_seconds p99: " in line


def test_a_token_from_a_file_and_a_tenant(start_daemon, tmp_path) -> None:
    token = tmp_path / "token"
    token.write_text("stale\n")
    with FakeEngine({"q": vector([({}, 4)])}, token="fresh") as engine:
        service = asking(
            engine.url + "/prometheus", [{"signal": "queue_length", "query": "q"}], bearer_token_file=str(token),
            tenant="team-a")
        daemon = start_daemon({"services": [service]})
        eventually(lambda: up(daemon) == 0, 10, "the engine was asked")
        assert daemon.page().matching("latencyd_service_failure")[0][0]["reason"] == "status"
        token.write_text("fresh\n")
        eventually(lambda: up(daemon) == 1, 10, "the new token is used")
        assert daemon.page().value("latencyd_service_queue_length") == 4
        path, form, headers = engine.requests[-1]
        assert path == "/prometheus/api/v1/query"
        assert form == {"query": ["q"], "timeout": ["1.0"]}
        assert headers["X-Scope-OrgID"] == "team-a"
        assert headers["Accept"] == "application/json"
        assert headers["Content-Type"] == "application/x-www-form-urlencoded"


def test_of_too_many_series_always_the_same_are_taken(start_daemon) -> None:
    names = [f"{number:05}" for number in range(3_000)]
    answers = {
        "q": vector(({"model": name}, 1) for name in reversed(names)),
        "p": vector(({"model": name}, 0.5) for name in names),
    }
    with FakeEngine(answers) as engine:
        queries = [{"signal": "queue_length", "query": "q"}, {"timing": "t_seconds", "p99": "p"}]
        daemon = start_daemon({"services": [asking(engine.url, queries, limit=200)]})
        eventually(lambda: daemon.page().matching("latencyd_observed_seconds"), 10, "the timing is on the page")
        page = daemon.page()
        for name in ("latencyd_service_queue_length", "latencyd_observed_seconds"):
            assert sorted(labels["model"] for labels, _ in page.matching(name)) == names[:200]
        assert page.value("latencyd_service_samples", service="fleet") == 6_000
        assert page.value("latencyd_service_dropped_series_total", service="fleet") % 5_600 == 0


@pytest.mark.parametrize(
    "answer",
    [
        (200, ""), (200, "<html>"), (200, "[" * 1_000_000), (200, '{"data":' * 200_000), (500, "oops"),
        (200, '{"status":"success","data":{"resultType":"vector","result":[{"metric":{"a":"b"},"value":[1,2]}]}}'),
        (200, '{"status":"success","data":{"resultType":"vector","result":[' + "[1]," * 4_000_000),
        (200, " " * (17 << 20)),
    ],
    ids=["empty", "another page", "deep", "deep objects", "an error", "numbers", "long junk", "too long"])
def test_an_engine_that_lies_harms_nobody(start_daemon, answer) -> None:
    good = vector([({"model": "m"}, 4)])
    with FakeEngine({"q": answer}) as liar, FakeEngine({"q": good}) as honest:
        queries = [{"signal": "queue_length", "query": "q"}]
        daemon = start_daemon(
            {"services": [asking(liar.url, queries, "liar"), asking(honest.url, queries, "honest")]})
        eventually(lambda: up(daemon, "liar") == 0, 15, "the liar is down")
        eventually(lambda: up(daemon, "honest") == 1, 15, "the other is up")
        assert daemon.page().value("latencyd_service_queue_length") == 4
        assert daemon.resident_bytes() < 120 << 20
        liar.answers["q"] = good
        eventually(lambda: up(daemon, "liar") == 1, 15, "what is right again is read")


def test_long_answers_are_not_held_all_at_once(start_daemon) -> None:
    signals = ["queue_length", "running_requests", "batch_size", "cache_usage", "queue_time", "request_time"]
    # What is long is passed over: whatever is held is the text itself.
    long = '{"status":"success","warnings":["' + "x" * (15 << 20) + '"],"data":' + '{"resultType":"scalar","result":[1,"2"]}}'
    with FakeEngine({f"q{place}": (200, long) for place in range(len(signals))}) as engine:
        queries = [{"signal": signal, "query": f"q{place}"} for place, signal in enumerate(signals)]
        daemon = start_daemon({"services": [asking(engine.url, queries, interval="5s", timeout="20s")]})
        eventually(lambda: up(daemon) == 1, 30, "every answer was read")
        assert daemon.page().value("latencyd_service_samples", service="fleet") == len(signals)
        asked = len(engine.requests)
        eventually(lambda: len(engine.requests) >= asked + 2 * len(signals), 40, "it is read twice more")
        assert daemon.peak_bytes() < 70 << 20
