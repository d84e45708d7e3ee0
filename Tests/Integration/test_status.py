"""`latencyd status`: what a daemon reads and what is wrong, for people and for scripts."""

import json
import os
import pty
import signal
import subprocess
from pathlib import Path

import pytest
from daemon import Daemon, binary, eventually, free_port, run_command
from page_server import PageServer, Queue, junk

QUICK = ("--no-search",)


def status(daemon: Daemon, *arguments: str) -> subprocess.CompletedProcess:
    return run_command("status", *QUICK, "--web.listen-address", f"127.0.0.1:{daemon.port}", *arguments)


def report(daemon: Daemon) -> dict:
    result = status(daemon, "--json")
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)


@pytest.fixture
def busy(start_daemon):
    """A daemon with a service that is up, one that is down, an alert that fires, and things that were dropped."""
    queue = Queue()
    queue.waiting = 20
    rule = {"name": "QueueGrows", "signal": "latencyd_service_queue_length", "above": {"warning": 10}, "for": "0s"}
    with PageServer(queue.page) as server:
        daemon = start_daemon({
            "services": [
                {"name": "good", "profile": "vllm", "url": server.url, "interval": "1s"},
                {"name": "gone", "profile": "triton", "url": f"http://127.0.0.1:{free_port()}/metrics", "interval": "1s"},
            ],
            "alerts": {"rules": [rule], "builtin": False},
        })
        daemon.send(b"inference.latency:12|ms", b"nonsense")

        def is_busy() -> bool:
            seen = report(daemon)
            services = {service["service"]: service for service in seen["services"]}
            return (services["gone"]["failure"] == "refused" and services["good"]["up"] == 1
                    and any(alert["state"] == "firing" for alert in seen["alerts"])
                    and seen["timings_taken"] > 0 and seen["dropped"])

        eventually(is_busy, 20, "everything is seen", interval=0.5)
        daemon.server_url = server.url
        yield daemon


def test_people_see_everything_on_one_screen(busy: Daemon) -> None:
    result = status(busy)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0].startswith("latencyd ") and lines[0].endswith(f" at http://127.0.0.1:{busy.port}")
    text = result.stdout
    assert f"good (vllm) up {busy.server_url}" in text
    assert "  chat: queue_length 20.0" in text
    assert "gone (triton) down: refused" in text
    assert "warning QueueGrows since " in text
    assert "dropped: 1 " in text
    assert "\x1b" not in text, "colours are for terminals"


def test_scripts_get_one_object(busy: Daemon) -> None:
    seen = report(busy)
    assert set(seen) == {
        "address", "version", "series", "timings_taken", "dropped", "collectors", "collectors_failing", "services",
        "learning", "alerts", "ended", "found"}
    assert seen["learning"]["learned_max"] == 500 and seen["learning"]["unlearned_series"] == []
    assert seen["address"] == f"127.0.0.1:{busy.port}"
    assert seen["series"] >= 1 and seen["collectors"] > 5 and seen["found"] == []
    assert sum(seen["dropped"].values()) >= 1
    services = {service["service"]: service for service in seen["services"]}
    good, gone = services["good"], services["gone"]
    assert set(good) == set(gone) == {"service", "profile", "url", "up", "failure", "models", "missing"}
    assert (good["up"], good["failure"], good["profile"]) == (1, None, "vllm")
    assert (gone["up"], gone["failure"], gone["models"]) == (0, "refused", [])
    assert good["models"] == [{"model": "chat", "labels": {}, "signals": {"queue_length": 20}}]
    [alert] = [alert for alert in seen["alerts"] if alert["state"] == "firing"]
    assert set(alert) == {"state", "activeAt", "value", "labels", "annotations"}
    assert alert["labels"]["alertname"] == "QueueGrows" and alert["labels"]["service"] == "good"


def test_the_address_comes_from_the_configuration(busy: Daemon, tmp_path: Path) -> None:
    result = run_command("status", *QUICK, "--config.file", str(busy.configuration_file))
    assert result.returncode == 0 and f"http://127.0.0.1:{busy.port}" in result.stdout
    missing = run_command("status", *QUICK, "--config.file", str(tmp_path / "none.yml"))
    assert missing.returncode == 1 and "none.yml" in missing.stderr and not missing.stdout


def test_no_daemon_and_wrong_usage_are_told_apart() -> None:
    nobody = run_command("status", *QUICK, "--web.listen-address", f"127.0.0.1:{free_port()}")
    assert nobody.returncode == 1 and not nobody.stdout
    assert "start it with 'latencyd run', or name its address with --web.listen-address" in nobody.stderr
    for arguments in (["--json", "--watch"], ["--web.listen-address", "nonsense"], ["--nonsense"]):
        wrong = run_command("status", *arguments)
        assert wrong.returncode == 2 and wrong.stderr, arguments


@pytest.mark.parametrize("answer, says", [
    (lambda _: "node_load1 1\n", "another program listens there"), (junk, "another program listens there"),
    (lambda _: (404, {"Content-Length": "0"}, []), "status 404: is that latencyd?"),
    (lambda _: (302, {"Location": "/", "Content-Length": "0"}, []), "status 302: is that latencyd?"),
])
def test_another_program_on_that_port_is_no_daemon(answer, says: str) -> None:
    with PageServer(answer) as server:
        result = run_command("status", *QUICK, "--web.listen-address", f"127.0.0.1:{server.port}")
        assert result.returncode == 1 and says in result.stderr, result.stderr


def test_nothing_that_others_named_reaches_the_terminal_raw() -> None:
    evil = "x\x1b[2J\x9b31m\u202e\x07"
    labels = ",".join(f'{name}="{evil}"' for name in ("version", "service", "profile", "url", "reason", "model", "switch"))
    page = "".join(
        f"{name}{{{labels}}} 1\n" for name in ("latencyd_build_info", "latencyd_service_info", "latencyd_service_up",
                                               "latencyd_service_failure", "latencyd_service_queue_length",
                                               "latencyd_push_dropped_total"))
    page += "latencyd_series -1e300\nlatencyd_push_timings_total NaN\n"
    alert = {"labels": {"alertname": evil, "severity": evil}, "annotations": {"summary": evil}, "state": "firing",
             "activeAt": evil, "value": evil}
    alerts = json.dumps({"status": "success", "data": {"alerts": [alert]}})

    with PageServer(lambda request: page if request.path == "/metrics" else alerts) as server:
        place = ("--web.listen-address", f"127.0.0.1:{server.port}")
        text = run_command("status", *QUICK, *place)
        assert text.returncode == 0 and "x?[2J?31m??" in text.stdout, text
        machine = run_command("status", *QUICK, "--json", *place)
        assert json.loads(machine.stdout)["alerts"] == [alert]
        for output in (text.stdout, machine.stdout):
            assert not any(ord(letter) < 32 and letter != "\n" or 127 <= ord(letter) < 160 for letter in output)


def watch(daemon: Daemon, **options) -> subprocess.Popen:
    command = [str(binary()), "status", "--watch", *QUICK, "--web.listen-address", f"127.0.0.1:{daemon.port}"]
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, **options)


def test_watch_goes_on_until_it_is_interrupted(daemon: Daemon) -> None:
    process = watch(daemon, stdout=subprocess.PIPE, text=True)
    try:
        heads = 0
        while heads < 2:
            heads += process.stdout.readline().startswith("latencyd ")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
        assert "\x1b" not in process.stdout.read()
    finally:
        process.kill()


def test_watch_ends_when_nobody_reads(daemon: Daemon) -> None:
    process = watch(daemon, stdout=subprocess.PIPE)
    try:
        process.stdout.readline()
        process.stdout.close()
        assert process.wait(10) == 1
    finally:
        process.kill()


def test_watch_stays_when_the_daemon_is_gone_and_comes_back_in_place(start_daemon) -> None:
    daemon = start_daemon()
    primary, secondary = pty.openpty()
    process = watch(daemon, stdout=secondary)
    os.close(secondary)
    seen = bytearray()

    def sees(words: bytes) -> bool:
        while words not in seen:
            seen.extend(os.read(primary, 4096))
        return True

    try:
        assert sees(b"\x1b[H\x1b[2J")
        assert sees(b"collectors")
        daemon.process.terminate()
        daemon.wait_ended()
        assert sees(b"no daemon at ")
        process.send_signal(signal.SIGINT)
        assert process.wait(5) == 0
    finally:
        process.kill()
        os.close(primary)
