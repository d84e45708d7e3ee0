"""Model servers on this host are found, taken in by `profile: auto`, and named by `latencyd status` and `doctor`."""

import json
from pathlib import Path

import pytest
from daemon import REPOSITORY, Daemon, eventually, free_port, run_command
from page_server import PageServer, Queue

CAPTURES = REPOSITORY / "Tests/CollectorsTests/Captures/Servers"
# Of the ports that are asked, those that nobody has by default.
PORTS = range(8003, 8020)


def capture(name: str) -> str:
    return (CAPTURES / f"{name}.prom").read_text()


def on_a_usual_port(answer) -> PageServer:
    for port in PORTS:
        try:
            return PageServer(answer, port=port)
        except OSError:
            continue
    pytest.skip("every usual port of model servers is taken")


def services(daemon: Daemon) -> dict[str, str]:
    """URLs by name."""
    return {labels["service"]: labels["url"] for labels, _ in daemon.page().matching("latencyd_service_info")}


def told(daemon: Daemon, words: str) -> list[str]:
    return [entry["message"] for entry in daemon.log_entries if words in entry.get("message", "")]


AUTO = {"services": [{"profile": "auto", "interval": "1s"}]}


def test_a_server_is_found_and_read_by_itself(start_daemon) -> None:
    queue = Queue()
    queue.waiting = 4
    with on_a_usual_port(lambda request: queue.page() if request.path == "/metrics" else (404, {}, [])) as server:
        daemon = start_daemon(AUTO)
        name = f"vllm-{server.port}"
        labels = {"service": name, "profile": "vllm", "model": "chat"}
        eventually(lambda: daemon.page().value("latencyd_service_queue_length", **labels) == 4, 15, "the queue is read")
        assert services(daemon)[name] == server.url
        assert len(told(daemon, f"service {name}: found: vLLM at {server.url}")) == 1
        # A reload searches anew, and changes nothing about a server that is there.
        before = daemon.page().value("latencyd_service_scrapes_total", service=name)
        assert daemon.get("/-/reload", "POST").status == 200
        eventually(lambda: daemon.page().value("latencyd_service_scrapes_total", service=name) > before, 10, "it goes on")
        assert len(told(daemon, f"service {name}: found")) == 1


@pytest.mark.parametrize("page, profile", [
    ("vllm-0.9.2-load", "vllm"), ("vllm-0.33.0-fresh", "vllm"), ("tgi-g003eaec-load", "tgi"), ("mlserver", "mlserver"),
])
def test_real_pages_are_recognised(start_daemon, page: str, profile: str) -> None:
    with on_a_usual_port(lambda _: capture(page)) as server:
        daemon = start_daemon(AUTO)
        name = f"{profile}-{server.port}"
        eventually(lambda: daemon.page().value("latencyd_service_up", service=name) == 1, 15, f"{name} is read")


def test_a_server_with_another_path_is_found_there(start_daemon) -> None:
    def answer(request) -> object:
        path = "/monitoring/prometheus/metrics"
        return capture("tfserving-g0483edb-load") if request.path == path else (404, {"Content-Length": "0"}, [])

    with on_a_usual_port(answer) as server:
        daemon = start_daemon(AUTO)
        name = f"tfserving-{server.port}"
        eventually(lambda: daemon.page().value("latencyd_service_up", service=name) == 1, 15, f"{name} is read")
        asked = [request.path for request in server.requests]
        # Each path once in a search.
        assert asked.count("/metrics") == 1 and asked.count("/prometheus/metrics") <= 1, asked


def test_what_is_named_is_not_asked_twice_and_strangers_are_let_be(start_daemon) -> None:
    queue = Queue()
    with on_a_usual_port(lambda _: "node_load1 1\n") as stranger, on_a_usual_port(queue.page) as named:
        mine = {"name": "mine", "profile": "vllm", "url": f"http://localhost:{named.port}/mine", "interval": "1s"}
        daemon = start_daemon({"services": [mine, *AUTO["services"]]})
        eventually(lambda: stranger.requests, 10, "the search comes by")
        eventually(lambda: daemon.page().value("latencyd_service_up", service="mine") == 1, 10, "the named one is read")
        names = services(daemon)
        assert not {f"vllm-{stranger.port}", f"vllm-{named.port}"} & set(names), names
        assert {request.path for request in named.requests} == {"/mine"}


def test_a_daemon_on_a_usual_port_does_not_ask_itself(start_daemon) -> None:
    with on_a_usual_port(Queue().page) as placeholder:
        port = placeholder.port
    daemon = Daemon({**AUTO, "web": {"listen_address": f"127.0.0.1:{port}"}})
    daemon.port = port
    try:
        daemon.start()
        eventually(lambda: daemon.page().value("latencyd_http_requests_total", code="200") is not None
                   or daemon.page().text, 5, "it serves")
        assert not [name for name in services(daemon) if name.endswith(f"-{port}")]
        assert not told(daemon, f"127.0.0.1:{port}/prometheus")
    finally:
        daemon.stop()


def test_status_and_doctor_name_it_with_lines_that_a_configuration_takes(start_daemon, tmp_path: Path) -> None:
    with on_a_usual_port(lambda _: capture("vllm-0.33.0-load")) as server:
        daemon = start_daemon()
        place = ("--web.listen-address", f"127.0.0.1:{daemon.port}")
        text = run_command("status", *place).stdout
        line = next(line for line in text.splitlines() if f":{server.port}/" in line)
        assert line == f'  - {{name: vllm-{server.port}, profile: vllm, url: "{server.url}"}}'

        found = json.loads(run_command("status", "--json", *place).stdout)["found"]
        [mine] = [entry for entry in found if entry["port"] == server.port]
        assert (mine["profile"], mine["url"], mine["configuration"]) == ("vllm", server.url, line)
        assert f":{server.port}/" not in run_command("status", "--no-search", *place).stdout

        report = json.loads(run_command("doctor", "--json", "--no-probe", timeout=60).stdout)
        [check] = [check for check in report["checks"] if check["id"] == "model_servers"]
        assert any(line in finding["remedy"] for finding in check["findings"])

        # As people would: the lines go below the rest of the file.
        lines = f"services:\n{line}\n"
        file = tmp_path / "latencyd.yml"
        file.write_text(lines)
        checked = run_command("check", "config", str(file))
        assert checked.returncode == 0 and f"services: 1 (vllm-{server.port})" in checked.stdout, checked.stderr
        report = json.loads(run_command("doctor", "--json", "--no-probe", "--config.file", str(file), timeout=60).stdout)
        [check] = [check for check in report["checks"] if check["id"] == "model_servers"]
        assert not any(server.url in str(finding) for finding in check["findings"])

        service = {"name": f"vllm-{server.port}", "profile": "vllm", "url": server.url}
        daemon.write_configuration({**daemon.configuration, "services": [service]})
        assert daemon.get("/-/reload", "POST").status == 200
        eventually(lambda: services(daemon) == {service["name"]: server.url}, 5, "it is configured")
        assert "to be added" not in run_command("status", *place).stdout or \
            line not in run_command("status", *place).stdout


def test_the_doctor_leaves_what_is_taken_in_by_itself(tmp_path: Path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text("services: [{profile: auto}]\n")
    checked = run_command("check", "config", str(file))
    assert checked.returncode == 0 and "services: those found on this host" in checked.stdout
    with on_a_usual_port(lambda _: capture("vllm-0.9.2-load")) as server:
        report = json.loads(run_command("doctor", "--json", "--no-probe", "--config.file", str(file), timeout=60).stdout)
        [check] = [check for check in report["checks"] if check["id"] == "model_servers"]
        assert check["findings"] == []
        assert f"vLLM on port {server.port} is taken in by itself" in check["notes"]
