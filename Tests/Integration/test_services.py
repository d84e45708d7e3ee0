"""Model servers are read: signals in one vocabulary, and servers that misbehave harm nobody."""

import time
from pathlib import Path

import pytest
from daemon import Daemon, eventually, free_port
from page_server import PageServer, Queue, basic, bomb, endless, junk, make_certificate, redirecting, silent


def service(url: str, name: str = "chat", **more: object) -> dict:
    return {"name": name, "profile": "vllm", "url": url, "interval": "1s", **more}


def up(daemon: Daemon, name: str = "chat") -> float | None:
    return daemon.page().value("latencyd_service_up", service=name)


def failures(daemon: Daemon) -> dict[str, str]:
    return {labels["service"]: labels["reason"] for labels, _ in daemon.page().matching("latencyd_service_failure")}


def test_signals_of_a_server_in_one_vocabulary(start_daemon, promtool_check) -> None:
    queue = Queue()
    queue.durations = [9.0] * 1_000
    with PageServer(queue.page) as server:
        daemon = start_daemon({"services": [service(server.url)]})
        eventually(lambda: up(daemon) == 1, 5, "the service is up")
        page = daemon.page()
        labels = {"service": "chat", "profile": "vllm", "model": "chat"}
        assert page.value("latencyd_service_queue_length", **labels) == 0
        # What the server did before it was read for the first time is not the daemon's news.
        assert page.value("latencyd_service_requests_total", **labels) == 0
        assert page.value("latencyd_service_request_seconds") is None

        queue.waiting = 7
        queue.durations += [0.4] * 99 + [1.2]
        queue.failed = 3
        eventually(lambda: daemon.page().value("latencyd_service_requests_total", **labels) == 100, 5, "100 requests")
        page = daemon.page()
        assert page.value("latencyd_service_queue_length", **labels) == 7
        assert page.value("latencyd_service_errors_total", **labels) == 3
        name = "latencyd_service_request_duration_seconds"
        assert page.value(f"{name}_count", **labels) == 100
        assert page.value(f"{name}_sum", **labels) == pytest.approx(0.4 * 99 + 1.2)
        # The server's own buckets, exactly.
        assert page.value(f"{name}_bucket", le="0.5", **labels) == 99
        assert page.value(f"{name}_bucket", le="1", **labels) == 99
        assert page.value(f"{name}_bucket", le="1.5", **labels) == 100
        promtool_check(page.text)

        def quantile() -> float | None:
            return daemon.page().value("latencyd_observed_seconds", timing=name, statistic="p50", **labels)

        # Within the bucket from 0.3 s to 0.5 s.
        assert 0.3 <= eventually(quantile, 5, "quantiles over the trailing minute") <= 0.5


def test_a_restart_is_no_spike_and_a_pause_loses_nothing(start_daemon) -> None:
    queue = Queue()
    queue.durations = [0.4] * 500
    down = False

    def answer(request: object) -> object:
        return (503, {"Content-Length": "0"}, []) if down else queue.page(request)

    with PageServer(answer) as server:
        daemon = start_daemon({"services": [service(server.url)]})
        eventually(lambda: up(daemon) == 1, 5, "the service is up")
        down = True
        eventually(lambda: failures(daemon) == {"chat": "status"}, 5, "the service is down")
        assert daemon.page().value("latencyd_service_queue_length") is None
        queue.durations += [0.4] * 10
        down = False
        eventually(lambda: daemon.page().value("latencyd_service_requests_total") == 10, 5, "what came meanwhile")
        # A new process begins at zero, and has served 40 when it is read.
        queue.durations = [0.4] * 40
        eventually(lambda: len(server.requests) > 0 and server.requests.clear() is None, 1, "a moment")
        eventually(lambda: len(server.requests) >= 2, 5, "the new one is read twice")
        assert daemon.page().value("latencyd_service_requests_total") == 10
        queue.durations += [0.4] * 5
        eventually(lambda: daemon.page().value("latencyd_service_requests_total") == 15, 5, "it goes on from there")


def test_a_queue_that_grows_raises_an_alert(start_daemon) -> None:
    queue = Queue()
    rules = [
        {"name": "QueueGrows", "signal": "latencyd_service_queue_length", "above": {"warning": 10}, "for": "0s"},
        {"timing": "latencyd_service_request_duration_seconds", "statistic": "p99", "thresholds": {"critical": "1s"},
         "for": "0s"},
    ]
    with PageServer(queue.page) as server:
        daemon = start_daemon({"services": [service(server.url)], "alerts": {"rules": rules}})
        eventually(lambda: up(daemon) == 1, 5, "the service is up")
        queue.waiting = 20
        queue.durations += [1.4] * 50

        def firing() -> set[str]:
            alerts = daemon.get("/api/v1/alerts").json["data"]["alerts"]
            return {alert["labels"]["alertname"] for alert in alerts if alert["state"] == "firing"}

        eventually(lambda: firing() == {"QueueGrows", "LatencyAbnormal"}, 15, "both alerts fire")
        told = [entry for entry in daemon.log_entries if entry.get("LATENCYD_ALERT") == "QueueGrows"]
        assert told and "chat" in str(told[0]), daemon.log


def test_broken_servers_delay_nobody_and_hold_no_memory(start_daemon) -> None:
    queues = [Queue() for _ in range(6)]
    good = [PageServer(queue.page) for queue in queues]
    bad = {"silent": PageServer(silent(30)), "junk": PageServer(junk), "endless": PageServer(endless),
           "bomb": PageServer(bomb)}
    bad["redirect"] = PageServer(redirecting(good[0].url))
    for server in [*good, *bad.values()]:
        server.__enter__()
    try:
        services = [service(server.url, f"good-{number}") for number, server in enumerate(good)]
        services += [service(server.url, name) for name, server in bad.items()]
        services.append(service(f"http://127.0.0.1:{free_port()}/metrics", "refused"))
        daemon = start_daemon({"services": services})
        # Where the machine is slow, time is up before the limit of the body is reached.
        reasons = {
            "silent": {"timeout"}, "junk": {"not_metrics"}, "endless": {"too_long", "timeout"},
            "bomb": {"too_long", "timeout"}, "redirect": {"redirect"}, "refused": {"refused"},
        }

        def has_reasons() -> bool:
            seen = failures(daemon)
            return seen.keys() == reasons.keys() and all(seen[name] in reasons[name] for name in reasons)

        eventually(has_reasons, 8, f"each has its reason: {reasons}")
        for server in good:
            server.requests.clear()
        time.sleep(6)
        page = daemon.page()
        for number, server in enumerate(good):
            assert page.value("latencyd_service_up", service=f"good-{number}") == 1
            moments = [request.seconds for request in server.requests]
            gaps = [later - earlier for earlier, later in zip(moments, moments[1:])]
            assert len(moments) >= 5 and max(gaps) < 2, f"good-{number} was read after {gaps} s"
            assert len(moments) <= 8, "the redirection was followed"
        peak = int(next(line for line in Path(f"/proc/{daemon.pid}/status").read_text().splitlines()
                        if line.startswith("VmHWM")).split()[1])
        assert peak < 100 * 1024, f"{peak} KiB"
        # Said once, though it failed again and again.
        told = [entry for entry in daemon.log_entries if "refused: down" in entry.get("message", "")]
        assert len(told) == 1, told
    finally:
        for server in [*good, *bad.values()]:
            server.__exit__()


def test_secrets_and_certificates(start_daemon, tmp_path) -> None:
    certificate, key = make_certificate(tmp_path)
    queue = Queue()

    def guarded(expected: str):
        def answer(request) -> object:
            if request.headers.get("authorization") != expected:
                return 401, {"Content-Length": "0"}, []
            return queue.page()

        return answer

    token, password = tmp_path / "token", tmp_path / "password"
    token.write_text("first\n")
    password.write_text("pw-77c\n")
    with (PageServer(guarded("Bearer tok-5d1"), certificate=(certificate, key)) as bearer,
          PageServer(guarded(basic("u", "pw-77c"))) as account):
        daemon = start_daemon({"services": [
            service(bearer.url, "token", bearer_token_file=str(token), tls={"ca_file": str(certificate)}),
            service(bearer.url, "untrusted", bearer_token_file=str(token)),
            service(bearer.url, "careless", bearer_token_file=str(token), tls={"insecure_skip_verify": True}),
            service(account.url, "account", basic_auth={"username": "u", "password_file": str(password)}),
            service(account.url, "lost", bearer_token_file=str(tmp_path / "none")),
        ]})
        expected = {"token": "status", "untrusted": "tls", "careless": "status", "lost": "credentials"}
        eventually(lambda: failures(daemon) == expected, 8, f"reasons {expected}")
        eventually(lambda: up(daemon, "account") == 1, 5, "the account is taken")
        # A new token is taken without a reload.
        token.write_text("tok-5d1\n")
        del expected["token"], expected["careless"]
        eventually(lambda: failures(daemon) == expected, 8, "the new token is used")
    assert "tok-5d1" not in "\n".join(daemon.log) and "pw-77c" not in "\n".join(daemon.log)


def test_what_is_wrong_with_tls_is_named_with_what_to_do(start_daemon, tmp_path) -> None:
    certificate, key = make_certificate(tmp_path)
    none, empty = tmp_path / "none.pem", tmp_path / "empty.pem"
    empty.touch()
    with PageServer(Queue().page, certificate=(certificate, key)) as secure, PageServer(Queue().page) as plain:
        daemon = start_daemon({"services": [
            service(secure.url, "good", tls={"ca_file": str(certificate)}),
            service(secure.url, "untrusted"),
            service(secure.url.replace("127.0.0.1", "localhost"), "other-host", tls={"ca_file": str(certificate)}),
            service(secure.url, "no-file", tls={"ca_file": str(none)}),
            service(secure.url, "empty-file", tls={"ca_file": str(empty)}),
            service(secure.url, "no-key", tls={"cert_file": str(certificate), "key_file": str(none),
                                               "ca_file": str(certificate)}),
            service(plain.url.replace("http://", "https://"), "plain"),
            service(secure.url.replace("https://", "http://"), "secure"),
        ]})
        expected = {
            "untrusted": ["self-signed certificate", "set tls.ca_file"], "other-host": ["'localhost'", "host in url"],
            "no-file": [str(none), "set tls.ca_file"], "empty-file": [str(empty), "set tls.ca_file"],
            "no-key": [str(none), "set tls.cert_file and tls.key_file"], "plain": ["wrong version", "wants http://"],
            "secure": ["a port with TLS wants https://"],
        }
        eventually(lambda: failures(daemon).keys() == expected.keys(), 8, f"down: {expected.keys()}")
        assert up(daemon, "good") == 1
        messages = [entry.get("message", "") for entry in daemon.log_entries]
        for name, parts in expected.items():
            (told,) = [message for message in messages if message.startswith(f"service {name}: down")]
            assert all(part in told for part in parts), told


def test_services_come_and_go_with_the_configuration(start_daemon) -> None:
    first, second = Queue(), Queue()
    with PageServer(first.page) as one, PageServer(second.page) as two:
        daemon = start_daemon({"services": [service(one.url, "one")]})
        eventually(lambda: up(daemon, "one") == 1, 5, "the first is up")
        first.durations += [0.4] * 9
        eventually(lambda: daemon.page().value("latencyd_service_requests_total", service="one") == 9, 5, "9 requests")
        daemon.write_configuration(
            {**daemon.configuration, "services": [service(one.url, "one"), service(two.url, "two")]})
        assert daemon.get("/-/reload", "POST").status == 200
        eventually(lambda: up(daemon, "two") == 1, 5, "the second is up")
        assert daemon.page().value("latencyd_service_requests_total", service="one") == 9, "it was begun anew"
        daemon.write_configuration({**daemon.configuration, "services": [service(two.url, "two")]})
        assert daemon.get("/-/reload", "POST").status == 200
        eventually(lambda: up(daemon, "one") is None, 5, "the first is gone")
        one.requests.clear()
        time.sleep(2)
        assert not one.requests


def test_a_profile_written_in_the_configuration(start_daemon) -> None:
    page = 'ours_waiting{m="a"} 3\nours_ms_sum{m="a",status="ok"} 0\nours_ms_count{m="a",status="ok"} 0\n'
    state = {"page": page}
    signals = {
        "queue_length": [{"metric": "newer_name", "kind": "gauge"}, {"metric": "ours_waiting", "kind": "gauge"}],
        "request_time": {"metric": "ours_ms_sum", "per": "ours_ms_count", "kind": "mean", "unit": "ms",
                         "where": {"status": "ok"}},
    }
    with PageServer(lambda _: state["page"]) as server:
        daemon = start_daemon({"services": [{
            "name": "ours", "profile": "prometheus", "url": server.url, "interval": "1s", "model_labels": ["m"],
            "signals": signals}]})
        labels = {"service": "ours", "profile": "prometheus", "model": "a"}
        eventually(lambda: daemon.page().value("latencyd_service_queue_length", **labels) == 3, 5, "the queue")
        state["page"] = page.replace('_sum{m="a",status="ok"} 0', '_sum{m="a",status="ok"} 500').replace(
            '_count{m="a",status="ok"} 0', '_count{m="a",status="ok"} 10')
        seen = eventually(
            lambda: daemon.page().value("latencyd_service_request_seconds", **labels), 5, "the mean of the interval",
            interval=0.2)
        assert seen == pytest.approx(0.05)


def test_a_stopped_daemon_does_not_wait_for_a_silent_server(start_daemon) -> None:
    with PageServer(silent(30)) as server:
        daemon = start_daemon({"services": [service(server.url, interval="60s", timeout="60s")]})
        time.sleep(0.5)
        begin = time.monotonic()
        daemon.process.terminate()
        assert daemon.wait_ended(5) == 0
        assert time.monotonic() - begin < 4
