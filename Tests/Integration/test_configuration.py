"""A bad configuration is refused with the place, the key and what would be right."""

import re
from pathlib import Path

import pytest

from daemon import REPOSITORY, run_command

RULE = "timing: a, statistic: p99"
LEVELS = "thresholds: {warning: 1ms}"

# What is wrong, the file, the line and column of the fault, and words that the message must have.
BAD: list[tuple[str, str, tuple[int, int], list[str]]] = [
    ("an unknown top-level key", "wbe: {}\n", (1, 1), ["wbe", "web"]),
    ("a misspelt key", "push:\n  max_serie: 5\n", (2, 3), ["max_serie", "max_series"]),
    ("an unknown key in a rule", f"alerts:\n  rules:\n    - {{{RULE}, {LEVELS}, fro: 5s}}\n", (3, 63),
     ["fro", "for"]),
    ("a text for a number", "push:\n  max_series: many\n", (2, 15), ["max_series", "many"]),
    ("a negative number", "push:\n  max_series: -5\n", (2, 15), ["max_series", "-5"]),
    ("a number without unit for a duration", "detection:\n  window: 10\n", (2, 11), ["window", "10"]),
    ("an unknown unit", "detection:\n  window: 10x\n", (2, 11), ["window", "10x"]),
    ("a window that does not divide a minute", "detection:\n  window: 7s\n", (2, 11), ["window", "7s"]),
    ("a list for a map", "push: [1, 2]\n", (1, 7), ["push"]),
    ("a map for a list", "alerts:\n  rules: {a: b}\n", (2, 10), ["rules"]),
    ("a port that cannot be", "web:\n  listen_address: 127.0.0.1:99999\n", (2, 19), ["listen_address", "99999"]),
    ("an address without port", "web:\n  listen_address: localhost\n", (2, 19), ["listen_address", "localhost"]),
    ("a mode that is not octal", 'push:\n  socket_mode: "0999"\n', (2, 16), ["socket_mode", "0999"]),
    ("buckets that do not rise", "push:\n  buckets: [5ms, 1ms]\n", (2, 18), ["buckets"]),
    ("a socket path that is too long", f"push:\n  datagram_socket: /{'d' * 150}\n", (2, 20), ["datagram_socket"]),
    ("an unknown statistic", f"alerts:\n  rules:\n    - timing: a\n      statistic: p42\n      {LEVELS}\n", (4, 18),
     ["p42", "p99"]),
    ("an unknown level", "alerts:\n  rules:\n    - {timing: a, statistic: p99, thresholds: {fatal: 1ms}}\n",
     (3, 48), ["fatal", "critical"]),
    ("a duplicate key", "push:\n  max_series: 5\n  max_series: 6\n", (3, 3), ["max_series"]),
    ("a document that is no map", "- a\n- b\n", (1, 1), []),
    ("broken YAML", "push: {max_series: 5\nweb: }\n", (2, 1), []),
    ("a tab for indentation", "push:\n\tmax_series: 5\n", (2, 1), []),
]


@pytest.mark.parametrize(("text", "place", "words"), [case[1:] for case in BAD], ids=[case[0] for case in BAD])
def test_a_bad_file_is_refused(tmp_path: Path, text: str, place: tuple[int, int], words: list[str]) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text(text)
    result = run_command("check", "config", str(file))
    said = result.stdout + result.stderr
    assert result.returncode == 1, said
    line, column = place
    messages = [found for found in said.splitlines() if found.startswith(f"{file}:{line}:")]
    assert len(messages) == 1, f"not one message for line {line} in {said!r}"
    for word in words:
        assert word in messages[0]
    if words:
        assert messages[0].startswith(f"{file}:{line}:{column}: ")
    others = [found for found in said.splitlines() if found and found not in messages]
    assert not others, "one fault, more than one message"


def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text("wbe: {}\npush:\n  max_serie: 5\n  max_series: many\n")
    result = run_command("check", "config", str(file))
    said = result.stdout + result.stderr
    assert result.returncode == 1
    assert {int(line) for line in re.findall(re.escape(str(file)) + r":(\d+):", said)} == {1, 3, 4}, said


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    result = run_command("check", "config", str(tmp_path / "none.yml"))
    assert result.returncode == 1
    assert "none.yml" in result.stdout + result.stderr


@pytest.mark.parametrize("text", ["", "# only a comment\n", "web: {listen_address: \"127.0.0.1:9959\"}\n"])
def test_a_good_file_passes(tmp_path: Path, text: str) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text(text)
    result = run_command("check", "config", str(file))
    assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize("shipped", ["systemd/latencyd.yml", "examples/latencyd.yml"])
def test_a_shipped_configuration_passes(shipped: str) -> None:
    result = run_command("check", "config", str(REPOSITORY / shipped))
    assert result.returncode == 0, result.stdout + result.stderr


def test_the_example_rule_of_the_installed_configuration_passes(tmp_path: Path) -> None:
    settings, rule = (REPOSITORY / "systemd/latencyd.yml").read_text().split("\n#alerts:\n")
    file = tmp_path / "latencyd.yml"
    file.write_text(settings + "\nalerts:\n" + rule.replace("#", "", rule.count("\n")))
    result = run_command("check", "config", str(file))
    assert result.returncode == 0, result.stdout + result.stderr


def test_run_refuses_a_bad_file(tmp_path: Path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text("wbe: {}\n")
    result = run_command("run", f"--config.file={file}")
    assert result.returncode == 1
    assert f"{file}:1:1" in result.stdout + result.stderr


@pytest.mark.parametrize(
    "arguments", [["run", "--no-such-flag"], ["no-such-command"], ["check", "config"], ["run", "--log.format=xml"]])
def test_wrong_usage_ends_with_2(arguments: list[str]) -> None:
    result = run_command(*arguments)
    assert result.returncode == 2
    assert result.stderr


@pytest.mark.parametrize("arguments", [["--version"], ["--help"], ["run", "--help"], ["check", "config", "--help"]])
def test_help_and_version_end_with_0(arguments: list[str]) -> None:
    result = run_command(*arguments)
    assert result.returncode == 0
    assert result.stdout
