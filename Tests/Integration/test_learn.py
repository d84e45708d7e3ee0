"""`latencyd learn`: history from real engines and from files."""

import fcntl
import json
import math
import os
import pwd
import random
import sqlite3
import subprocess
import tempfile
import threading
import time
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Callable, Iterator

import pytest
from daemon import Daemon, eventually, find_tool, free_port, run_command

DAYS = 28
NOW = int(time.time()) // 60 * 60
STATISTICS = {"p50": 1.0, "p99": 3.0}


def usual(at: int, noise: random.Random) -> float:
    return 0.1 * (1 + 0.3 * math.sin(2 * math.pi * at / 86_400)) * math.exp(noise.gauss(0, 0.05))


def samples() -> Iterator[tuple[str, int, float]]:
    """What a latencyd on another host exposed: with labels, value and time of each sample."""
    noise = random.Random(3)
    for model in ["a", "b"]:
        for statistic, factor in STATISTICS.items():
            labels = (f'timing="inference_latency_seconds",statistic="{statistic}",model="{model}",'
                      'job="latencyd",instance="gpu7:9959"')
            for at in range(NOW - DAYS * 86_400 + 60, NOW + 1, 60):
                # The model b is younger, and was away for a day.
                if model == "b" and (at < NOW - 3 * 86_400 or NOW - 2 * 86_400 <= at < NOW - 86_400):
                    continue
                yield f"latencyd_observed_seconds{{{labels}}}", at, factor * usual(at, noise)


def openmetrics(folder: Path) -> Path:
    file = folder / "history.txt"
    with open(file, "w") as out:
        out.write("# TYPE latencyd_observed_seconds gauge\n")
        for name, at, value in samples():
            out.write(f"{name} {value:.5g} {at}\n")
        out.write("# EOF\n")
    return file


def prometheus(folder: Path, address: str) -> list[str]:
    subprocess.run(
        [find_tool("promtool"), "tsdb", "create-blocks-from", "openmetrics", "--max-block-duration=672h",
         str(openmetrics(folder)), str(folder / "data")],
        check=True, stdout=subprocess.DEVNULL)
    (folder / "prometheus.yml").write_text("{}")
    return [
        find_tool("prometheus"), f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/data",
        "--storage.tsdb.retention.time=60d", f"--web.listen-address={address}", "--log.level=error",
        # As little as makes long answers too much for it.
        "--query.max-samples=20000",
    ]


def victoria_metrics(folder: Path, address: str) -> list[str]:
    return [
        find_tool("victoria-metrics"), f"-storageDataPath={folder}/data", f"-httpListenAddr={address}",
        "-retentionPeriod=60d", "-loggerLevel=ERROR",
    ]


def ask(url: str, query: str) -> list[dict]:
    try:
        form = urllib.parse.urlencode({"query": query, "time": NOW})
        with urllib.request.urlopen(f"{url}/api/v1/query?{form}", timeout=10) as response:
            return json.load(response)["data"]["result"]
    except OSError:
        return []


@pytest.fixture(scope="module", params=[prometheus, victoria_metrics], ids=["prometheus", "victoria-metrics"])
def engine(request, tmp_path_factory) -> Iterator[str]:
    """An engine that has four weeks of history; its URL."""
    folder = tmp_path_factory.mktemp("engine")
    address = f"127.0.0.1:{free_port()}"
    url = f"http://{address}"
    process = subprocess.Popen(request.param(folder, address), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        if request.param is victoria_metrics:
            body = "\n".join(f"{name} {value:.5g} {at * 1000}" for name, at, value in samples()).encode()
            imported = urllib.request.Request(f"{url}/api/v1/import/prometheus", data=body)

            def is_imported() -> bool:
                try:
                    return urllib.request.urlopen(imported, timeout=30).status == 204
                except OSError:
                    return False

            eventually(is_imported, 30, "the engine takes the history", interval=0.2)
        eventually(lambda: len(ask(url, "latencyd_observed_seconds")) == 4, 60, "the engine has the history", interval=0.5)
        yield url
    finally:
        process.terminate()
        process.wait(15)


def learn(*arguments: str, timeout: float = 120) -> subprocess.CompletedProcess:
    return run_command("learn", "--dry-run", *arguments, timeout=timeout)


def learned(result: subprocess.CompletedProcess) -> dict[str, tuple[int, float, str]]:
    """Minutes, days and state by series."""
    assert result.returncode == 0, result.stderr
    lines = [line.rsplit(maxsplit=3) for line in result.stdout.splitlines()[1:]]
    return {name: (int(minutes), float(days), state) for name, minutes, days, state in lines}


def test_what_a_daemon_exposed_is_learned_with_its_labels(engine: str) -> None:
    found = learned(learn("--prometheus", engine, "--query", "latencyd_observed_seconds"))
    assert set(found) == {f'inference_latency_seconds{{model="{model}"}} {statistic}'
                          for model in "ab" for statistic in STATISTICS}
    for name, (minutes, days, state) in found.items():
        if 'model="a"' in name:
            assert abs(minutes - DAYS * 1440) <= 10 and abs(days - DAYS) < 0.1 and state == "weekly"
        else:
            # An engine shows a value for up to five minutes more.
            assert abs(minutes - 2 * 1440) <= 20 and abs(days - 3) < 0.1 and state in ("level", "daily")


def test_since_says_how_far_back(engine: str) -> None:
    found = learned(learn(
        "--prometheus", engine, "--query", 'latencyd_observed_seconds{model="a",statistic="p99"}', "--since", "90m"))
    ((minutes, _, _),) = found.values()
    # The history ends when the tests began.
    late = (time.time() - NOW) / 60
    assert 85 - late <= minutes <= 91


def test_expressions_get_the_name_that_is_given(engine: str) -> None:
    query = 'max by (model) (latencyd_observed_seconds{statistic="p99"}) * 1000'
    arguments = ("--prometheus", engine, "--query", query, "--since", "1d")
    nameless = learn(*arguments)
    assert nameless.returncode == 1 and "has no name, as those of expressions: say with --timing" in nameless.stderr
    found = learned(learn(
        *arguments, "--timing", "gateway_seconds", "--statistic", "p95", "--label", "service=fleet", "--scale", "0.001"))
    assert set(found) == {f'gateway_seconds{{model="{model}",service="fleet"}} p95' for model in "ab"}


def test_an_engine_says_what_is_wrong_with_a_query(engine: str) -> None:
    result = learn("--prometheus", engine, "--query", "sum(")
    assert result.returncode == 1 and result.stderr.startswith(engine + ": "), result.stderr
    assert "parse error" in result.stderr or "unparsed data" in result.stderr
    result = learn("--prometheus", engine, "--query", "nothing_of_that_name")
    assert result.returncode == 1 and "gives no values" in result.stderr


class Answers:
    """An engine that answers range queries as `answer` says: status, text. It keeps what it was asked."""

    def __init__(self, answer: Callable[[int, int], tuple[int, str]]) -> None:
        outer = self
        self.asked: list[tuple[int, int]] = []
        self.headers: list[dict[str, str]] = []

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
                assert self.path == "/api/v1/query_range" and form["step"] == ["60"]
                span = int(form["start"][0]), int(form["end"][0])
                outer.asked.append(span)
                outer.headers.append(dict(self.headers))
                status, text = answer(*span)
                try:
                    self.send_response(status)
                    self.send_header("Content-Length", str(len(text)))
                    self.end_headers()
                    self.wfile.write(text.encode())
                except (BrokenPipeError, ConnectionResetError):
                    self.close_connection = True

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> "Answers":
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def matrix(start: int, end: int, *, series: int = 1) -> str:
    values = [[at, "0.1"] for at in range(start, end + 1, 60)]
    result = [{"metric": {"__name__": "x_seconds", "model": f"m{number:05}"}, "values": values} for number in range(series)]
    return json.dumps({"status": "success", "data": {"resultType": "matrix", "result": result}})


def test_every_minute_is_asked_for_once_within_what_engines_allow() -> None:
    with Answers(lambda start, end: (200, matrix(start, end))) as engine:
        found = learned(learn("--prometheus", engine.url + "/", "--query", "x_seconds"))
        ((minutes, _, _),) = found.values()
        # One more where it is a full minute right now.
        assert minutes in (DAYS * 1440, DAYS * 1440 + 1)
        assert all((end - start) // 60 < 11_000 for start, end in engine.asked)
        assert [start for start, _ in engine.asked[1:]] == [end + 60 for _, end in engine.asked[:-1]]
        assert len(engine.asked) <= 8


def test_a_moment_of_trouble_costs_nothing() -> None:
    troubles = [(503, "busy"), (429, "slow down"), (502, "<html>bad gateway</html>")]

    def answer(start: int, end: int) -> tuple[int, str]:
        return troubles.pop() if troubles else (200, matrix(start, end))

    with Answers(answer) as engine:
        found = learned(learn("--prometheus", engine.url, "--query", "x_seconds", "--since", "2d"))
    ((minutes, _, _),) = found.values()
    assert not troubles and minutes in (2880, 2881)


def test_series_beyond_the_limit_are_counted() -> None:
    with Answers(lambda start, end: (200, matrix(start, end, series=2_100))) as engine:
        result = learn("--prometheus", engine.url, "--query", "x_seconds", "--since", "1h")
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "and 1960 more"
    assert result.stderr.startswith("100 more series were left out: at most 2000 are read at once;")


@pytest.mark.parametrize(
    "status, text, complaint",
    [
        (200, "<html>", "the answer is none of Prometheus' API"),
        (200, '{"status":"success","data":{"resultType":"matrix","result":[{"metric":1}]}}', "none of Prometheus' API"),
        (200, '{"status":"success","data":{"resultType":"vector","result":[]}}', "is a vector"),
        (401, "", "the server refuses us (status 401)"),
        (404, "", "there is no such page (status 404)"),
        (302, "", "the server sends elsewhere (status 302)"),
    ],
)
def test_an_engine_that_is_none_is_told(status: int, text: str, complaint: str) -> None:
    with Answers(lambda *_: (status, text)) as engine:
        result = learn("--prometheus", engine.url, "--query", "x")
        assert len(engine.asked) == 1
    assert result.returncode == 1 and complaint in result.stderr and result.stdout == ""


def test_tokens_accounts_and_tenants_are_sent_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("secret-1\n")
    with Answers(lambda start, end: (200, matrix(start, end))) as engine:
        arguments = ("--prometheus", engine.url, "--query", "x", "--since", "1h")
        learned(learn(*arguments, "--bearer-token-file", str(tmp_path / "token"), "--tenant", "team"))
        assert engine.headers[-1]["Authorization"] == "Bearer secret-1" and engine.headers[-1]["X-Scope-OrgID"] == "team"
        learned(learn(*arguments, "--username", "me", "--password-file", str(tmp_path / "token")))
        assert engine.headers[-1]["Authorization"] == "Basic bWU6c2VjcmV0LTE="
        missing = learn(*arguments, "--bearer-token-file", str(tmp_path / "none"))
        assert missing.returncode == 1 and "none cannot be read" in missing.stderr


def history(folder: Path, days: int = 28, step: int = 60) -> Path:
    noise = random.Random(5)
    file = folder / "history.csv"
    rows = (f"{at},{1000 * usual(at, noise):.5g}\n" for at in range(NOW - days * 86_400, NOW, step))
    file.write_text("timestamp,value\n" + "".join(rows))
    return file


@pytest.mark.parametrize("step, minutes", [(60, 28 * 1440), (10, 28 * 1440), (300, 28 * 288)])
def test_a_file_of_any_interval_is_learned_by_minutes(tmp_path: Path, step: int, minutes: int) -> None:
    found = learned(learn(
        "--csv", str(history(tmp_path, step=step)), "--timing", "inference_latency_seconds", "--label", "model=a", "--scale",
        "0.001"))
    assert found == {'inference_latency_seconds{model="a"} p99': (minutes, 28.0, "weekly")}


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("timestamp,value\n60,x\n")
    result = learn("--csv", str(tmp_path / "a.csv"), "--timing", "a_seconds")
    assert result.returncode == 1 and "a.csv:2: the value 'x' is no number" in result.stderr
    (tmp_path / "a.csv").write_text("timestamp,value\n60,\n")
    result = learn("--csv", str(tmp_path / "a.csv"), "--timing", "a_seconds")
    assert result.returncode == 1 and "a.csv: it has no values" in result.stderr


@pytest.mark.parametrize(
    "arguments, complaint",
    [
        ([], "name one source: --prometheus with --query, or --csv with --timing"),
        (["--prometheus", "http://a", "--csv", "b"], "name one source"),
        (["--prometheus", "http://a"], "--query: say what the engine is asked"),
        (["--prometheus", "a:9090", "--query", "x"], "--prometheus: 'a:9090' is not the URL of an HTTP server; write"),
        (["--prometheus", "http://a", "--query", "x", "--since", "28"], "--since: '28' has no unit; write"),
        (["--prometheus", "http://a", "--query", "x", "--since", "5y"], "--since: '5y' is not a duration; write"),
        (["--csv", "a.csv"], "--timing: a file does not say which timing it is about"),
        (["--csv", "a.csv", "--timing", "a", "--query", "x"], "--query: a file is not asked"),
        (["--csv", "a.csv", "--timing", "a", "--statistic", "p98"], "'p98' is no statistic; write one of p50"),
        (["--csv", "a.csv", "--timing", "a", "--label", "model"], "--label: 'model' is no label; write NAME=VALUE"),
        (["--csv", "a.csv", "--timing", "a", "--scale", "0"], "--scale: '0.0' is no factor"),
        (["--prometheus", "http://a", "--query", "x", "--username", "u"], "belong together"),
    ],
)
def test_wrong_usage_is_told(arguments: list[str], complaint: str) -> None:
    result = learn(*arguments)
    assert result.returncode == 2 and complaint in result.stderr, result.stderr


# What is kept

def stored(folder: Path) -> dict[tuple[str, str, str], int]:
    """The last minute learned from, by name, labels and statistic."""
    with sqlite3.connect(f"file:{folder}/state.db?mode=ro", uri=True) as database:
        return {
            (name, labels, statistic): minute
            for name, labels, statistic, minute, state in database.execute(
                "SELECT name, labels, statistic, as_of_minute, state FROM baselines JOIN series ON series.id = series")
            if state
        }


def keep(folder: Path, *arguments: str, **options) -> subprocess.CompletedProcess:
    return run_command("learn", "--storage.path", str(folder), *arguments, timeout=120, **options)


def test_what_an_engine_gave_is_kept_with_its_minutes(engine: str, tmp_path: Path) -> None:
    result = keep(tmp_path / "state", "--prometheus", engine, "--query", "latencyd_observed_seconds")
    assert result.returncode == 0 and result.stderr == "", result.stderr
    found = stored(tmp_path / "state")
    assert set(found) == {("inference_latency_seconds", f'model="{model}"', statistic)
                          for model in "ab" for statistic in STATISTICS}
    assert all(abs(minute - NOW // 60) <= 6 for minute in found.values())
    with sqlite3.connect(tmp_path / "state/state.db") as database:
        hours = dict(database.execute(
            "SELECT labels, count(*) FROM hours JOIN series ON series.id = hours.key & 0xFFFFFFFF GROUP BY labels"))
    # A run of minutes begins and ends within an hour, and an engine shows a value for up to five minutes more.
    assert 0 <= hours['model="a"'] - DAYS * 24 <= 2 and 0 <= hours['model="b"'] - 2 * 24 <= 2 * 2
    for path in (tmp_path / "state").iterdir():
        assert path.stat().st_mode & 0o007 == 0, f"{path.name} is open to all"
    # The daemon can use it.
    daemon = Daemon({"storage": {"path": str(tmp_path / "state")}}, folder=None)
    try:
        daemon.start()
        daemon.stop()
    finally:
        daemon.discard()
    # What it learned of the host meanwhile stands beside it.
    timings = {key for key in stored(tmp_path / "state") if not key[0].startswith("signal ")}
    assert timings == set(found)


def test_what_is_known_already_is_left_unless_it_is_to_be_replaced(tmp_path: Path) -> None:
    arguments = ("--csv", str(history(tmp_path, days=3)), "--timing", "x_seconds")
    assert keep(tmp_path / "state", *arguments).returncode == 0
    first = stored(tmp_path / "state")
    # A shorter one, which ends a day earlier.
    text = (tmp_path / "history.csv").read_text().splitlines()
    (tmp_path / "history.csv").write_text("\n".join(text[:2 * 1440]) + "\n")
    again = keep(tmp_path / "state", *arguments)
    assert again.returncode == 0 and "x_seconds p99" in again.stdout and "left as it is: known already" in again.stdout
    assert stored(tmp_path / "state") == first
    assert keep(tmp_path / "state", *arguments, "--statistic", "p50").returncode == 0
    assert keep(tmp_path / "state", *arguments, "--replace").returncode == 0
    found = stored(tmp_path / "state")
    assert set(found) == {("x_seconds", "", "p50"), ("x_seconds", "", "p99")}
    assert found[("x_seconds", "", "p99")] < first[("x_seconds", "", "p99")]


def test_a_folder_that_is_in_use_is_left_alone(tmp_path: Path) -> None:
    state = tmp_path / "state"
    arguments = ("--csv", str(history(tmp_path, days=1)), "--timing", "x_seconds")
    assert keep(state, *arguments).returncode == 0
    before = stored(state)
    with open(state / "latencyd.lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        result = keep(state, *arguments, "--statistic", "p50")
        assert result.returncode == 1 and result.stdout == ""
        assert "the daemon" in result.stderr and "stop it first" in result.stderr and "--dry-run" in result.stderr
        assert keep(state, *arguments, "--dry-run").returncode == 0
    assert stored(state) == before


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can act as another user")
def test_root_keeps_it_as_the_daemons_user(tmp_path: Path) -> None:
    user = pwd.getpwnam("nobody")
    with tempfile.TemporaryDirectory(prefix="latencyd-") as name:
        state = Path(name) / "state"
        state.mkdir()
        os.chmod(name, 0o755)
        os.chown(state, user.pw_uid, user.pw_gid)
        # The file may be root's alone.
        file = history(tmp_path, days=1)
        os.chmod(file, 0o600)
        assert keep(state, "--csv", str(file), "--timing", "x_seconds").returncode == 0
        assert {path.name: path.stat().st_uid for path in state.iterdir()} == {
            "state.db": user.pw_uid, "latencyd.lock": user.pw_uid}
        assert len(stored(state)) == 1


def test_a_folder_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    result = keep(tmp_path / "file/state", "--csv", str(history(tmp_path, days=1)), "--timing", "x_seconds")
    assert result.returncode == 1 and "cannot be used" in result.stderr and "Not a directory" in result.stderr
    assert result.stdout == ""


def test_nothing_is_kept_of_a_history_that_breaks_off(tmp_path: Path) -> None:
    def answer(start: int, end: int) -> tuple[int, str]:
        return (200, matrix(start, end)) if end < NOW - 86_400 else (400, json.dumps(
            {"status": "error", "errorType": "bad_data", "error": "gone"}))

    with Answers(answer) as engine:
        result = keep(tmp_path / "state", "--prometheus", engine.url, "--query", "x_seconds", "--since", "4d")
    assert result.returncode == 1 and "bad_data: gone" in result.stderr and result.stdout == ""
    assert stored(tmp_path / "state") == {}
