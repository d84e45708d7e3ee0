"""TLS, client certificates, passwords and headers by Prometheus' web configuration file."""

import base64
import json
import re
import shutil
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

import pytest
from certificates import Authority, bcrypt, openssl, serial
from daemon import Daemon, Reply, eventually, run_command
from page import Page
from prometheus import Prometheus

PASSWORD = "correct horse"


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


class Site:
    """A daemon with a web configuration, and clients of it."""

    def __init__(self, start_daemon, folder: Path, configuration: dict, **options) -> None:
        self.folder = folder
        self.file = folder / "web.yml"
        self.write(configuration)
        self.daemon: Daemon = start_daemon({"web": {"config_file": str(self.file)}}, ready=False, **options)
        eventually(lambda: any("serves " in line for line in self.daemon.log), 15, "it serves")
        self.has_tls = "tls_server_config" in configuration

    def write(self, configuration: dict | str) -> None:
        """Replaces the file at once."""
        new = self.folder / "web.yml.new"
        new.write_text(configuration if isinstance(configuration, str) else json.dumps(configuration))
        new.rename(self.file)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.daemon.port}"

    def curl(self, path: str = "/-/healthy", *arguments: str, scheme: str | None = None) -> Reply:
        """What curl gets; its own code, from 1 to 99, where it got nothing."""
        url = f"{scheme or ('https' if self.has_tls else 'http')}://{self.address}{path}"
        result = subprocess.run(
            ["curl", "--silent", "--max-time", "10", "--write-out", "\n%{http_code}", "--dump-header", "/dev/stderr",
             *arguments, url], capture_output=True)
        if result.returncode:
            return Reply(result.returncode, {}, result.stdout)
        body, _, code = result.stdout.rpartition(b"\n")
        lines = [line.split(": ", 1) for line in result.stderr.decode().splitlines() if ": " in line]
        return Reply(int(code), {line[0]: line[1] for line in lines}, body)

    def served_serial(self) -> str:
        pem = ssl.get_server_certificate(("127.0.0.1", self.daemon.port))
        shown = self.folder / "shown.crt"
        shown.write_text(pem)
        return serial(shown)

    def metric(self, name: str, *arguments: str, **labels: str) -> float:
        return Page(self.curl("/metrics", *arguments).text).value(name, **labels)


@pytest.fixture
def site(start_daemon, tmp_path: Path, authority: Authority):
    """Makes a site with TLS, `tls` and `more` added to its file."""

    def make(tls: dict | None = None, **more) -> Site:
        if not (tmp_path / "server.crt").exists():
            authority.sign("server", "DNS:localhost,IP:127.0.0.1")
        base = {"tls_server_config": {"cert_file": "server.crt", "key_file": "server.key", **(tls or {})}}
        return Site(start_daemon, tmp_path, {**base, **more})

    return make


def test_tls_is_spoken_with_those_who_trust_the_authority(site, authority: Authority, tmp_path: Path) -> None:
    place = site()
    trusted = ("--cacert", str(authority.certificate))
    assert place.curl("/-/healthy", *trusted).status == 200
    assert place.curl("/-/healthy", "--cacert", str(Authority(tmp_path, "stranger").certificate)).status == 60
    assert place.curl("/-/healthy", *trusted, "--tls-max", "1.2").status == 200
    assert place.curl("/-/healthy", *trusted, "--tls-max", "1.1", "--ciphers", "DEFAULT@SECLEVEL=0").status == 35
    # HTTP/2 is offered and not taken.
    assert place.curl("/-/healthy", *trusted, "--http2").status == 200
    # A connection is kept.
    answer = subprocess.run(
        ["curl", "--silent", "--output", "/dev/null", "--output", "/dev/null", "--write-out", "%{num_connects} ",
         *trusted, f"https://{place.address}/metrics", f"https://{place.address}/-/ready"], capture_output=True)
    assert answer.stdout.split() == [b"1", b"0"]
    assert place.metric("latencyd_http_certificate_expiry_timestamp_seconds", *trusted) > time.time()
    assert place.metric("latencyd_http_refused_total", *trusted, reason="head_unfinished") == 0


def test_plain_http_on_the_tls_port_and_silent_clients_are_cut_off(site, authority: Authority) -> None:
    place = site()
    trusted = ("--cacert", str(authority.certificate))
    assert place.curl("/metrics", scheme="http").status == 52
    assert place.metric("latencyd_http_refused_total", *trusted, reason="handshake") == 1
    silent = [socket.create_connection(("127.0.0.1", place.daemon.port)) for _ in range(20)]
    # One begins a handshake, and one drips it.
    hello = ssl.MemoryBIO()
    client = ssl.create_default_context().wrap_bio(ssl.MemoryBIO(), hello, server_hostname="localhost")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    first = hello.read()
    silent[0].sendall(first[:100])
    began = time.monotonic()
    for byte in first[:20]:
        silent[1].send(bytes([byte]))
        started = time.monotonic()
        assert place.curl("/-/healthy", *trusted).status == 200
        assert time.monotonic() - started < 2
    for connection in silent:
        connection.settimeout(20)
        assert connection.recv(1) == b""
    assert 5 < time.monotonic() - began < 15
    assert place.metric("latencyd_http_refused_total", *trusted, reason="head_overdue") >= 20


@pytest.mark.parametrize("kind, nobody, stranger, known", [
    ("NoClientCert", 200, 200, 200), ("RequestClientCert", 200, 200, 200), ("RequireAnyClientCert", 56, 200, 200),
    ("VerifyClientCertIfGiven", 200, 56, 200), ("RequireAndVerifyClientCert", 56, 56, 200),
])
def test_client_certificates_are_asked_for_as_configured(
    site, authority: Authority, tmp_path: Path, kind: str, nobody: int, stranger: int, known: int
) -> None:
    (tmp_path / "other").mkdir()
    authority.sign("known", "DNS:prometheus", "clientAuth")
    Authority(tmp_path / "other").sign("stranger", "DNS:prometheus", "clientAuth")
    verifies = "Verify" in kind
    place = site({"client_auth_type": kind, **({"client_ca_file": "ca.crt"} if verifies else {})})
    trusted = ("--cacert", str(authority.certificate))

    def ask(folder: Path, name: str, *more: str) -> int:
        pair = ("--cert", str(folder / f"{name}.crt"), "--key", str(folder / f"{name}.key"))
        return place.curl("/-/healthy", *trusted, *pair, *more).status

    for version in (("--tls-max", "1.2"), ()):
        # With TLS 1.2 the refusal comes during the handshake; who has no certificate is not told why.
        # A refusal that comes while curl still sends is an error of sending, 55.
        codes = {56: {35, 52, 55, 56}}
        assert place.curl("/-/healthy", *trusted, *version).status in codes.get(nobody, {nobody})
        assert ask(tmp_path / "other", "stranger", *version) in codes.get(stranger, {stranger})
        assert ask(tmp_path, "known", *version) == known
    if verifies:
        # A server's certificate is no client's.
        assert ask(tmp_path, "server") in (35, 52, 55, 56)


def test_only_clients_with_an_allowed_name_are_taken(site, authority: Authority, tmp_path: Path) -> None:
    names = {"dns": "DNS:prometheus", "ip": "IP:10.1.2.3", "mail": "email:a@example.org", "uri": "URI:spiffe://a/b",
             "other": "DNS:other,IP:10.1.2.4", "longer": "DNS:prometheus.example.org"}
    for name, san in names.items():
        authority.sign(name, san, "clientAuth")
    place = site({
        "client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "ca.crt",
        "client_allowed_sans": ["prometheus", "10.1.2.3", "a@example.org", "spiffe://a/b"]})
    trusted = ("--cacert", str(authority.certificate))
    answers = {
        name: place.curl("/-/healthy", *trusted, "--cert", str(tmp_path / f"{name}.crt"),
                         "--key", str(tmp_path / f"{name}.key")).status == 200
        for name in names}
    assert answers == {"dns": True, "ip": True, "mail": True, "uri": True, "other": False, "longer": False}
    pair = ("--cert", str(tmp_path / "dns.crt"), "--key", str(tmp_path / "dns.key"))
    assert place.metric("latencyd_http_refused_total", *trusted, *pair, reason="client_certificate") == 2


def test_only_what_is_configured_is_offered(site, authority: Authority) -> None:
    place = site({
        "min_version": "TLS12", "max_version": "TLS12", "curve_preferences": ["CurveP384"],
        "cipher_suites": ["TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA"]})
    trusted = ("--cacert", str(authority.certificate))
    assert place.curl("/-/healthy", *trusted).status == 200
    assert place.curl("/-/healthy", *trusted, "--tlsv1.3").status == 35
    assert place.curl("/-/healthy", *trusted, "--curves", "X25519:P-256").status == 35
    assert place.curl("/-/healthy", *trusted, "--curves", "P-384:P-256").status == 200
    assert place.curl("/-/healthy", *trusted, "--ciphers", "ECDHE-ECDSA-AES128-GCM-SHA256").status == 35
    assert place.curl("/-/healthy", *trusted, "--ciphers", "ECDHE-ECDSA-AES256-SHA").status == 200


def test_a_renewed_certificate_is_served_without_a_restart(site, authority: Authority, tmp_path: Path) -> None:
    place = site()
    first = place.served_serial()
    assert first == serial(tmp_path / "server.crt")
    context = ssl.create_default_context(cafile=str(authority.certificate))
    kept = context.wrap_socket(
        socket.create_connection(("127.0.0.1", place.daemon.port), timeout=10), server_hostname="localhost")
    (tmp_path / "new").mkdir()
    shutil.copy(authority.certificate, tmp_path / "new")
    shutil.copy(tmp_path / "ca.key", tmp_path / "new")
    renewal = Authority.__new__(Authority)
    renewal.folder, renewal.certificate, renewal._key = tmp_path / "new", authority.certificate, tmp_path / "ca.key"
    certificate, key = renewal.sign("server", "DNS:localhost,IP:127.0.0.1")
    trusted = ("--cacert", str(authority.certificate))
    # The key comes later: until then the old pair serves.
    certificate.rename(tmp_path / "server.crt")
    eventually(lambda: place.metric("latencyd_web_config_last_load_successful", *trusted) == 0, 10, "it is noticed")
    assert place.served_serial() == first
    time.sleep(2.5)
    assert place.served_serial() == first
    assert place.metric("latencyd_web_config_load_failures_total", *trusted) == 1
    errors = [entry for entry in place.daemon.log_entries if "is not the key of the certificate" in entry["message"]]
    assert len(errors) == 1
    key.rename(tmp_path / "server.key")
    second = serial(tmp_path / "server.crt")
    assert second != first
    eventually(lambda: place.served_serial() == second, 10, "the new one is served")
    assert place.metric("latencyd_web_config_last_load_successful", *trusted) == 1
    # Who was connected stays so.
    kept.sendall(b"GET /-/healthy HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert kept.recv(100).startswith(b"HTTP/1.1 200 ")


def test_a_reload_takes_the_web_configuration_and_refuses_a_broken_one(site, authority: Authority) -> None:
    place = site()
    trusted = ("--cacert", str(authority.certificate))
    place.file.write_text("tls_server_config: {cert: 1")
    reply = place.curl("/-/reload", *trusted, "--request", "POST")
    assert reply.status == 500 and "web.yml:" in reply.text
    assert place.curl("/-/healthy", *trusted).status == 200
    place.write({"tls_server_config": {"cert_file": "server.crt", "key_file": "server.key"},
                 "basic_auth_users": {"alice": bcrypt(PASSWORD, 4)}})
    reply = place.curl("/-/reload", *trusted, "--request", "POST", "--user", f"alice:{PASSWORD}")
    assert reply.status == 200
    assert place.curl("/-/healthy", *trusted).status == 401


@pytest.fixture
def guarded(start_daemon, tmp_path: Path) -> Site:
    return Site(start_daemon, tmp_path, {"basic_auth_users": {"alice": bcrypt(PASSWORD)}})


def test_every_path_asks_for_the_password(guarded: Site) -> None:
    alice = ("--user", f"alice:{PASSWORD}")
    for path in ("/", "/metrics", "/-/healthy", "/-/ready", "/api/v1/alerts", "/nothing"):
        reply = guarded.curl(path)
        assert reply.status == 401 and reply.headers["www-authenticate"].startswith("Basic realm="), path
        assert guarded.curl(path, *alice).status == (404 if path == "/nothing" else 200)
    assert guarded.curl("/-/reload", "--request", "POST").status == 401
    for wrong in ("alice:wrong", "alice:", f"bob:{PASSWORD}", f"Alice:{PASSWORD}"):
        assert guarded.curl("/metrics", "--user", wrong).status == 401
    assert guarded.curl("/metrics", "--header", "Authorization: Bearer x").status == 401
    assert guarded.metric("latencyd_http_unauthorized_total", *alice, reason="missing") == 8
    assert guarded.metric("latencyd_http_unauthorized_total", *alice, reason="wrong") == 4


def test_who_is_removed_is_refused_on_an_open_connection(guarded: Site) -> None:
    token = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
    request = f"GET /-/healthy HTTP/1.1\r\nHost: a\r\nAuthorization: Basic {token}\r\n\r\n".encode()
    with socket.create_connection(("127.0.0.1", guarded.daemon.port), timeout=10) as connection:
        connection.sendall(request)
        assert connection.recv(4096).startswith(b"HTTP/1.1 200 ")
        guarded.write({"basic_auth_users": {"carol": bcrypt("other", 4)}})
        time.sleep(1.1)
        connection.sendall(request)
        assert connection.recv(4096).startswith(b"HTTP/1.1 401 ")
    assert guarded.curl("/-/healthy", "--user", "carol:other").status == 200


def test_a_flood_of_wrong_passwords_delays_nobody_and_takes_no_core(guarded: Site) -> None:
    alice = ("--user", f"alice:{PASSWORD}")
    assert guarded.curl("/metrics", *alice).status == 200
    ended = threading.Event()
    counts: dict[bytes, int] = {}

    def flood(number: int) -> None:
        guess = 0
        while not ended.is_set():
            guess += 1
            token = base64.b64encode(f"alice:{number}-{guess}".encode()).decode()
            try:
                with socket.create_connection(("127.0.0.1", guarded.daemon.port), timeout=5) as connection:
                    connection.sendall(
                        f"GET / HTTP/1.0\r\nAuthorization: Basic {token}\r\n\r\n".encode())
                    answer = connection.recv(12)
                    counts[answer[9:]] = counts.get(answer[9:], 0) + 1
            except OSError:
                pass
            time.sleep(0.005)

    threads = [threading.Thread(target=flood, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    try:
        token = base64.b64encode(f"alice:{PASSWORD}".encode()).decode()
        checks_before = cpu_seconds(guarded.daemon.pid, "web-passwords")
        worst = 0.0
        until = time.monotonic() + 5
        while time.monotonic() < until:
            started = time.monotonic()
            reply = guarded.daemon.get("/metrics", headers={"Authorization": f"Basic {token}"})
            worst = max(worst, time.monotonic() - started)
            assert reply.status == 200
            time.sleep(0.05)
        # Of the 5 s: five checks at once and one every two seconds, 70 ms each, and then some for slow hosts.
        assert cpu_seconds(guarded.daemon.pid, "web-passwords") - checks_before < 2
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert worst < 1.0
    assert counts.get(b"429", 0) > 10 * counts.get(b"401", 0) > 0, counts
    assert guarded.metric("latencyd_http_unauthorized_total", *alice, reason="throttled") >= counts[b"429"] * 0.9


def cpu_seconds(pid: int, thread: str) -> float:
    """What the thread has used, by /proc."""
    for task in Path(f"/proc/{pid}/task").iterdir():
        if (task / "comm").read_text().strip() == thread:
            fields = (task / "stat").read_text().rsplit(")", 1)[1].split()
            return (int(fields[11]) + int(fields[12])) / 100
    raise AssertionError(f"there is no thread {thread}")


def test_prometheus_scrapes_with_certificate_and_password(
    site, authority: Authority, tmp_path: Path, folder: Path
) -> None:
    authority.sign("prometheus", "DNS:prometheus", "clientAuth")
    place = site({"client_auth_type": "RequireAndVerifyClientCert", "client_ca_file": "ca.crt"},
                 basic_auth_users={"prometheus": bcrypt(PASSWORD)})
    tls = {"ca_file": str(authority.certificate), "cert_file": str(tmp_path / "prometheus.crt"),
           "key_file": str(tmp_path / "prometheus.key")}
    good = {"scheme": "https", "tls_config": tls, "basic_auth": {"username": "prometheus", "password": PASSWORD}}
    prometheus = Prometheus(folder, place.daemon.port, scrape=good)
    try:
        eventually(lambda: [r["value"][1] for r in prometheus.query("up")] == ["1"], 30, "it is scraped")
        # Kept connections: a scrape each second needs no further one.
        eventually(lambda: prometheus.query("count_over_time(up[1m]) > 3"), 30, "it is scraped again")
    finally:
        prometheus.stop()
    (folder / "wrong").mkdir()
    wrong = {**good, "basic_auth": {"username": "prometheus", "password": "wrong"}}
    prometheus = Prometheus(folder / "wrong", place.daemon.port, scrape=wrong)
    try:
        eventually(lambda: [r["value"][1] for r in prometheus.query("up")] == ["0"], 30, "it is refused")
        def error() -> str:
            return prometheus.api("targets")["activeTargets"][0]["lastError"]

        # A host that is busy may let the first check take longer than a scrape.
        eventually(lambda: "401" in error(), 30, "Prometheus is told why")
    finally:
        prometheus.stop()


def test_every_response_tells_browsers_to_be_careful(start_daemon, tmp_path: Path) -> None:
    place = Site(start_daemon, tmp_path, {
        "http_server_config": {"headers": {"X-Frame-Options": "sameorigin", "Strict-Transport-Security": "max-age=1"}},
        "basic_auth_users": {"alice": bcrypt(PASSWORD, 4)}})
    alice = ("--user", f"alice:{PASSWORD}")
    for path, arguments in [("/", alice), ("/metrics", alice), ("/nothing", alice), ("/metrics", ()),
                            ("/metrics", ("--data", "x")), ("/metrics", ("--request", "TRACE"))]:
        headers = place.curl(path, *arguments).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["x-frame-options"] == "sameorigin"
        assert headers["strict-transport-security"] == "max-age=1"
        assert headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in headers["content-security-policy"]


def test_no_page_of_another_site_reloads_the_daemon(daemon: Daemon) -> None:
    own = f"127.0.0.1:{daemon.port}"
    for headers in ({"Origin": "http://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"},
                    {"Origin": f"http://evil.example:{daemon.port}", "Host": f"evil.example:{daemon.port}"}):
        assert daemon.get("/-/reload", method="POST", headers=headers).status == 403, headers
    for headers in ({}, {"Origin": f"http://{own}", "Sec-Fetch-Site": "same-origin"}):
        assert daemon.get("/-/reload", method="POST", headers=headers).status == 200, headers
    assert "strict-transport-security" not in daemon.get("/").headers


@pytest.mark.parametrize("target, codes", [
    (b"/../../etc/passwd", {404}), (b"/%2e%2e/%2e%2e/etc/passwd", {404}), (b"/metrics/../-/healthy", {404}),
    (b"/..%2f..%2fetc/passwd", {404}), (b"//etc/passwd", {404}), (b"/metrics%00", {404}), (b"/\x00metrics", {400, None}),
    (b"http://other.example/-/healthy", {200}), (b"http://other.example/../x", {404}), (b"*", {400}),
    (b"other.example:443", {400}), (b"/metrics\xff", {404}), (b"file:///etc/passwd", {400}),
])
def test_no_target_leads_anywhere_else(daemon: Daemon, target: bytes, codes: set) -> None:
    with socket.create_connection(("127.0.0.1", daemon.port), timeout=10) as connection:
        connection.sendall(b"GET " + target + b" HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    code = int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else None
    assert code in codes, answer[:300]
    assert b"root:" not in answer


@pytest.mark.parametrize("headers", [
    b"Content-Length: 0\r\nContent-Length: 44\r\n", b"Content-Length : 44\r\n", b"Content-Length: 44\r\n",
    b"Content-Length:\r\n 44\r\n", b"Transfer-Encoding: chunked\r\nContent-Length: 44\r\n",
    b"Transfer-Encoding:\r\n chunked\r\n", b"Transfer-Encoding : chunked\r\n", b"Transfer-Encoding: identity\r\n",
    b"X: a\x00b\r\n",
])
def test_nothing_is_smuggled_past_the_password(guarded: Site, headers: bytes) -> None:
    # The second request has no password; an answer of 200 to it would be one to a smuggled request.
    token = base64.b64encode(f"alice:{PASSWORD}".encode())
    smuggled = b"GET /-/healthy HTTP/1.1\r\nHost: a\r\n\r\n"
    with socket.create_connection(("127.0.0.1", guarded.daemon.port), timeout=10) as connection:
        connection.sendall(
            b"GET /metrics HTTP/1.1\r\nHost: a\r\nAuthorization: Basic " + token + b"\r\n" + headers + b"\r\n" + smuggled)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        try:
            while piece := connection.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
    assert b" 200 " not in answer.split(b"\r\n", 1)[0] and b"latencyd is healthy" not in answer, answer[:300]


def test_status_knows_the_daemon_by_its_configuration_or_its_flags(
    site, authority: Authority, tmp_path: Path
) -> None:
    place = site(basic_auth_users={"alice": bcrypt(PASSWORD, 4)})
    secret = tmp_path / "password"
    secret.write_text(PASSWORD + "\n")
    user = ("--user", "alice", "--password-file", str(secret))
    url = ("--url", f"https://localhost:{place.daemon.port}")

    def status(*arguments: str) -> subprocess.CompletedProcess:
        return run_command("status", "--no-search", *arguments)

    ours = ("--config.file", str(place.daemon.configuration_file))
    by_file = status(*ours, *user)
    assert by_file.returncode == 0 and f"at https://{place.address}" in by_file.stdout, by_file.stderr
    by_flag = status(*url, "--ca-file", str(authority.certificate), *user)
    assert by_flag.returncode == 0, by_flag.stderr
    assert "asks for a password: name --user and --password-file" in status(*ours).stderr
    assert "name the authority that signed its certificate by --ca-file" in status(*url, *user).stderr
    assert "name it by --url https://" in status("--web.listen-address", place.address).stderr
    secret.write_text("wrong")
    assert "does not take the user or the password" in status(*ours, *user).stderr
    assert status("--user", "alice").returncode == 2
    assert status("--url", "gpu-7").returncode == 2


def test_the_file_is_checked_before_the_daemon_takes_it(site, authority: Authority, tmp_path: Path) -> None:
    place = site(basic_auth_users={"alice": bcrypt(PASSWORD, 4)})
    good = run_command("check", "web-config", str(place.file))
    assert good.returncode == 0 and "users: 1" in good.stdout, good.stderr
    # Zeros before it may be written or not.
    named = re.search(r"tls: certificate ([0-9A-F]+)", good.stdout)
    assert named and int(named[1], 16) == int(serial(tmp_path / "server.crt"), 16), good.stdout
    whole = run_command("check", "config", str(place.daemon.configuration_file))
    assert whole.returncode == 0 and "tls: certificate" in whole.stdout
    authority.sign("old", "DNS:localhost", days=-1)
    place.write({"tls_server_config": {"cert_file": "old.crt", "key_file": "old.key"}})
    old = run_command("check", "web-config", str(place.file))
    assert old.returncode == 1 and "has expired at" in old.stdout
    # What would have to be renewed must not keep a reload from mending something else.
    assert run_command("check", "config", str(place.daemon.configuration_file)).returncode == 0
    place.write({"tls_server_config": {"cert_file": "old.crt", "key_file": "server.key"}})
    for command in (("check", "web-config", str(place.file)), ("check", "config", str(place.daemon.configuration_file))):
        wrong = run_command(*command)
        assert wrong.returncode == 1 and "is not the key of the certificate" in wrong.stderr, wrong
    doctor = run_command("doctor", "--no-probe", "--json", f"--config.file={place.daemon.configuration_file}")
    assert "is not the key of the certificate" in doctor.stdout


def test_the_start_says_what_others_can_do(start_daemon, tmp_path: Path) -> None:
    daemon = Daemon({"web": {"listen_address": ":0"}})
    daemon.start(ready=False)
    try:
        eventually(lambda: any("can be reached from other hosts" in line for line in daemon.log), 15, "it is said")
    finally:
        daemon.stop()
    broken = tmp_path / "web.yml"
    broken.write_text("basic_auth_users: {alice: hunter2}\n")
    refused = Daemon(arguments=(f"--web.config.file={broken}",))
    refused.start(ready=False)
    try:
        assert refused.wait_ended() == 1
        eventually(lambda: any("web.yml:1:27: basic_auth_users.alice" in line for line in refused.log), 5, "it is said")
        assert not any("hunter2" in line for line in refused.log)
    finally:
        refused.discard()
