"""A real Alertmanager learns what fires, as one alert an incident, and misses nothing that happened while it was away."""

import http.server
import json
import ssl
import subprocess
import threading
import time

import pytest

from alertmanager import Alertmanager
from daemon import Daemon, eventually

RULE = {
    "timing": "checkout_latency_seconds", "statistic": "p50",
    "thresholds": {"warning": "50ms", "critical": "500ms"}, "for": "2s",
}

# bcrypt of "secret".
SECRET_HASH = "$2b$04$abcdefghijklmnopqrstuu2r9OfJnfCsdneAXAGHnS4UpFFP8WIrW"


class Load:
    """Pushes a latency all the time; the trailing minute follows within seconds, for later ones are far more."""

    def __init__(self, daemon: Daemon) -> None:
        self.daemon = daemon
        self.milliseconds = 10.0
        self.count = 1
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def becomes(self, milliseconds: float) -> None:
        self.milliseconds = milliseconds
        self.count *= 20

    def _run(self) -> None:
        while not self._ended.wait(0.2):
            line = f"checkout.latency:{self.milliseconds:g}|ms|#model:a".encode()
            self.daemon.send(*[b"\n".join([line] * 100)] * max(self.count // 100, 1))

    def stop(self) -> None:
        self._ended.set()
        self._thread.join()


def configuration(*urls: str, **more: object) -> dict:
    return {
        "alerts": {"rules": [RULE]},
        "notify": {"alertmanagers": [{"url": url, **more} for url in urls]},
    }


def severities(alertmanager: Alertmanager) -> list[str] | None:
    alerts = alertmanager.alerts()
    return None if alerts is None else [alert["labels"]["severity"] for alert in alerts]


def counter(daemon: Daemon, name: str, **labels: str) -> float:
    return daemon.page().value(f"latencyd_notification{name}", **labels) or 0


def test_one_incident_is_never_more_than_one_active_alert(start_daemon, alertmanager) -> None:
    daemon = start_daemon(configuration(alertmanager.url))
    seen: list[list[str]] = []
    ended = threading.Event()

    def watch() -> None:
        while not ended.wait(0.1):
            seen.append(severities(alertmanager) or [])

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    load = Load(daemon)
    try:
        load.becomes(100)
        eventually(lambda: severities(alertmanager) == ["warning"], 30, "the warning is there")
        (warning,) = alertmanager.alerts()
        assert warning["labels"] == {
            "alertname": "LatencyAbnormal", "severity": "warning", "timing": "checkout_latency_seconds",
            "statistic": "p50", "model": "a",
        }
        assert "the warning threshold is 50 ms" in warning["annotations"]["summary"]
        load.becomes(1_000)
        eventually(lambda: severities(alertmanager) == ["critical"], 30, "the critical alert is there")
        (critical,) = alertmanager.alerts()
        assert critical["startsAt"] == warning["startsAt"], "it is one incident"
        load.becomes(10)
        eventually(lambda: severities(alertmanager) == [], 90, "it has ended")
    finally:
        load.stop()
        ended.set()
        thread.join()
    assert max(map(len, seen)) == 1
    assert counter(daemon, "s_total", alertmanager=alertmanager.url) >= 4
    assert daemon.page().value("latencyd_notifications_waiting", alertmanager=alertmanager.url) == 0


def test_what_happens_while_it_is_away_is_told_when_it_is_back(start_daemon, alertmanager) -> None:
    gone = "http://127.0.0.1:9"
    daemon = start_daemon(configuration(alertmanager.url, gone))
    load = Load(daemon)
    try:
        load.becomes(100)
        eventually(lambda: severities(alertmanager) == ["warning"], 30, "the warning is there")
        alertmanager.stop()
        load.becomes(1_000)
        eventually(
            lambda: counter(daemon, "_errors_total", alertmanager=alertmanager.url, reason="connection") > 1, 60,
            "it is tried again")
        waiting = daemon.page().value("latencyd_notifications_waiting", alertmanager=alertmanager.url)
        assert waiting == 2, "the end of the warning, and the critical alert"
        alertmanager.start()
        eventually(lambda: severities(alertmanager) == ["critical"], 90, "it knows the present")
    finally:
        load.stop()
    assert counter(daemon, "_errors_total", alertmanager=gone, reason="connection") > 1
    # One line for each, not one for each try.
    lines = [line for line in daemon.log if "takes no alerts" in line]
    assert len(lines) == 2
    eventually(lambda: any("takes alerts again" in line for line in daemon.log), 5, "the log says so")


def test_it_is_reached_over_tls_with_a_password(start_daemon, tmp_path) -> None:
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
            "-addext", "subjectAltName=DNS:localhost", "-keyout", tmp_path / "key.pem", "-out", tmp_path / "cert.pem",
        ],
        check=True, capture_output=True)
    (tmp_path / "password").write_text("secret\n")
    web = {
        "tls_server_config": {"cert_file": str(tmp_path / "cert.pem"), "key_file": str(tmp_path / "key.pem")},
        "basic_auth_users": {"latencyd": SECRET_HASH},
    }
    alertmanager = Alertmanager(tmp_path, web=web).start()
    try:
        daemon = start_daemon(
            configuration(
                alertmanager.url, tls={"ca_file": str(tmp_path / "cert.pem")},
                basic_auth={"username": "latencyd", "password_file": str(tmp_path / "password")}))
        load = Load(daemon)
        try:
            load.becomes(100)
            eventually(
                lambda: counter(daemon, "s_total", alertmanager=alertmanager.url) > 0, 60, "it took the alert")
            (tmp_path / "password").write_text("wrong\n")
            load.becomes(1_000)
            eventually(
                lambda: counter(daemon, "_errors_total", alertmanager=alertmanager.url, reason="credentials") > 0, 60,
                "a wrong password is told")
        finally:
            load.stop()
    finally:
        alertmanager.stop()


class Hostile(http.server.BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        self.server.bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
        self.server.answer(self)

    def log_message(self, *_: object) -> None:
        pass


def refuse(request: Hostile) -> None:
    request.send_error(400, "bad\x1b[31m alert")


def fail(request: Hostile) -> None:
    request.send_error(500)


def redirect(request: Hostile) -> None:
    request.send_response(302)
    request.send_header("Location", "http://127.0.0.1:9/")
    request.end_headers()


def garbage(request: Hostile) -> None:
    request.wfile.write(b"\x00\xff" * 2_000)


def endless(request: Hostile) -> None:
    request.send_response(200)
    request.end_headers()
    try:
        while True:
            request.wfile.write(b"x" * 10_000)
    except OSError:
        pass


def silent(_: Hostile) -> None:
    time.sleep(20)


@pytest.mark.parametrize("answer, reason", [
    (refuse, "refused"), (fail, "status"), (redirect, "status"), (garbage, "connection"), (endless, "connection"),
    (silent, "timeout"),
])
def test_a_hostile_one_is_counted_and_harms_nothing(start_daemon, answer, reason: str) -> None:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hostile)
    server.daemon_threads = True
    server.bodies, server.answer = [], answer
    threading.Thread(target=server.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{server.server_port}"
    daemon = start_daemon(configuration(url, timeout="1s"))
    load = Load(daemon)
    try:
        load.becomes(100)
        eventually(lambda: counter(daemon, "_errors_total", alertmanager=url, reason=reason) > 0, 40, "it is counted")
    finally:
        load.stop()
        server.shutdown()
    (alert,) = json.loads(server.bodies[0])
    assert alert["labels"]["severity"] == "warning"
    assert not any("\x1b" in line for line in daemon.log)
    assert daemon.get("/-/healthy").status == 200


def test_a_reload_brings_and_takes_them(start_daemon, alertmanager) -> None:
    daemon = start_daemon({"alerts": {"rules": [RULE]}})
    load = Load(daemon)
    try:
        load.becomes(100)
        eventually(
            lambda: daemon.page().value(
                "latencyd_alert_level", timing="checkout_latency_seconds", statistic="p50") == 2, 30, "it fires")
        assert alertmanager.alerts() == []
        daemon.write_configuration(configuration(alertmanager.url))
        assert daemon.get("/-/reload", method="POST").status == 200
        eventually(lambda: severities(alertmanager) == ["warning"], 20, "what fires already is told")
    finally:
        load.stop()
