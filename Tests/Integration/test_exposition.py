"""The page in every format, judged by programs that others wrote."""

import gzip

import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as openmetrics_families

from daemon import Daemon, eventually

OPENMETRICS = "application/openmetrics-text"
PROTOBUF = "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"


@pytest.fixture
def filled(daemon: Daemon) -> Daemon:
    """A daemon that has something of every kind to show."""
    daemon.send(
        *[f"inference.latency:{ms}|ms|#model:a,layer:business".encode() for ms in range(1, 200)],
        b'quoted:1|g|#path:C:\\dir "x"', b"inference.requests:5|c|#model:a", b"inference.batch.size:4|h",
        b"payload_bytes:700|d", b"inference.users:a|s", b"_e{5,4}:title|text", b"_sc|check|0",
        b"broken", b"latencyd_own:1|c")
    eventually(
        lambda: daemon.page().value("latencyd_observed_seconds", statistic="p99", timing="inference_latency_seconds"),
        10, "a window has passed")
    return daemon


def test_promtool_has_no_complaint(filled: Daemon, promtool_check) -> None:
    page = filled.page()
    promtool_check(page.text)
    assert page.value("latencyd_build_info") == 1
    assert page.sum("latencyd_push_ignored_total", kind="event") == 1
    assert page.sum("latencyd_push_ignored_total", kind="service_check") == 1
    assert page.malformed()["no_value"] == 1
    assert page.dropped()["reserved_name"] == 1
    assert page.value("quoted") == 1 and page.matching("quoted")[0][0]["path"] == 'C:\\dir "x"'


def test_prometheus_clients_parser_takes_the_whole_openmetrics_page(filled: Daemon) -> None:
    reply = filled.get("/metrics", headers={"Accept": f"{OPENMETRICS};version=1.0.0"})
    assert reply.headers["content-type"].startswith(f"{OPENMETRICS}; version=1.0.0")
    assert reply.text.endswith("# EOF\n")
    families = {family.name: family for family in openmetrics_families(reply.text)}
    latency = families["inference_latency_seconds"]
    assert (latency.type, latency.unit) == ("histogram", "seconds")
    assert {"_bucket", "_count", "_sum", "_created"} <= {
        sample.name.removeprefix("inference_latency_seconds") for sample in latency.samples}
    assert families["inference_requests"].type == "counter"
    text_names = {family.name for family in filled.page().families}
    missing = text_names - {name for name in families}
    assert not missing, f"in the text format only: {missing}"


@pytest.mark.parametrize(
    ("accept", "answer"),
    [
        (None, "text/plain; version=0.0.4"),
        ("*/*", "text/plain; version=0.0.4"),
        ("text/html", "text/plain; version=0.0.4"),
        ("text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "text/plain; version=0.0.4"),
        (f"{OPENMETRICS};version=1.0.0,text/plain;version=0.0.4;q=0.5", f"{OPENMETRICS}; version=1.0.0"),
        (f"{OPENMETRICS};version=1.0.0;q=0.2,text/plain;version=0.0.4;q=0.5", "text/plain; version=0.0.4"),
        (f"{PROTOBUF};q=0.9,text/plain;q=0.8", "application/vnd.google.protobuf"),
        (f"{PROTOBUF};q=0,text/plain;version=0.0.4", "text/plain; version=0.0.4"),
    ])
def test_the_format_is_the_one_that_accept_prefers(daemon: Daemon, accept: str | None, answer: str) -> None:
    reply = daemon.get("/metrics", headers={"Accept": accept} if accept else {})
    assert reply.status == 200
    assert reply.headers["content-type"].startswith(answer)


def test_the_page_is_compressed_only_when_asked(filled: Daemon) -> None:
    plain = filled.get("/metrics")
    assert "content-encoding" not in plain.headers
    zipped = filled.get("/metrics", headers={"Accept-Encoding": "gzip"})
    assert zipped.headers["content-encoding"] == "gzip"
    assert b"inference_latency_seconds_bucket" in gzip.decompress(zipped.body)
    refused = filled.get("/metrics", headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers


def test_every_route_answers(daemon: Daemon) -> None:
    assert daemon.get("/-/healthy").status == 200
    assert daemon.get("/-/ready").status == 200
    landing = daemon.get("/")
    assert landing.status == 200 and "text/html" in landing.headers["content-type"]
    assert 'href="/metrics"' in landing.text or 'href="metrics"' in landing.text
    build = daemon.get("/api/v1/status/buildinfo").json
    assert build["status"] == "success" and build["data"]["version"]
    assert daemon.get("/nothing-here").status == 404
    assert daemon.get("/-/reload").status == 405
    assert daemon.get("/metrics", method="DELETE").status == 405
