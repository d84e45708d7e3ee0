"""TLS and passwords of the shipped unit, with files that only root may read."""

import json
import re

from booted import REPOSITORY, wait
from certificates import Authority, bcrypt


def drop_in() -> str:
    """The section [Service] of the drop-in in docs/web.md."""
    [block] = re.findall(r"```ini\n\[Service\]\n(.*?)```", (REPOSITORY / "docs/web.md").read_text(), re.S)
    return block


def test_the_drop_in_of_the_manual_hands_over_what_only_root_may_read(unit, tmp_path) -> None:
    system = unit.system
    authority = Authority(tmp_path)
    certificate, key = authority.sign("server", "DNS:localhost,IP:127.0.0.1")
    web = {"tls_server_config": {"cert_file": "web.crt", "key_file": "web.key"},
           "basic_auth_users": {"alice": bcrypt("secret")}}
    for name, text in {"web.yml": json.dumps(web), "web.crt": certificate.read_text(), "web.key": key.read_text(),
                       "ca.crt": authority.certificate.read_text()}.items():
        system.write(f"/etc/latencyd/{name}", text)
        system.run("chmod", "400", f"/etc/latencyd/{name}")

    def code(*arguments: str) -> str:
        return system.run(
            "curl", "--silent", "--output", "/dev/null", "--write-out", "%{http_code}", "--max-time", "10",
            "--cacert", "/etc/latencyd/ca.crt", *arguments, "https://localhost:9959/metrics", check=False).stdout

    unit.start(service=drop_in())
    wait(lambda: code("--user", "alice:secret") == "200", 20, "its page is shown to who has the password")
    assert code() == "401"
    assert "https://127.0.0.1:9959" in system.show(unit.unit, "StatusText")
    assert system.run("systemctl", "reload", unit.unit, check=False).returncode == 0
    assert code("--user", "alice:secret") == "200"
    # The daemon's user could not have read them.
    denied = system.run("setpriv", "--reuid=latencyd", "--clear-groups", "cat", "/etc/latencyd/web.key", check=False)
    assert denied.returncode != 0
