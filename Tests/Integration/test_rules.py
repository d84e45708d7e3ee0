"""The rules for Prometheus: promtool takes them, they fire when they should, and they name what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RULES = REPOSITORY / "rules"


def promtool(*arguments: str, folder: Path = RULES) -> subprocess.CompletedProcess:
    return subprocess.run(["promtool", *arguments], cwd=folder, capture_output=True, text=True, timeout=60)


def test_promtool_takes_the_rules_and_they_fire() -> None:
    for arguments in [("check", "rules", "latencyd.yml"), ("test", "rules", "latencyd_test.yml")]:
        result = promtool(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("right", "wrong"), [("(latencyd_alert_level) == 3", "(latencyd_alert_level) == 2"), ("latencyd_gpu_lost == 1", "latencyd_gpu_lost == 0")])
def test_the_tests_fail_with_a_broken_rule(tmp_path: Path, right: str, wrong: str) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    text = (RULES / "latencyd.yml").read_text()
    assert right in text
    (tmp_path / "rules/latencyd.yml").write_text(text.replace(right, wrong))
    assert promtool("test", "rules", "latencyd_test.yml", folder=tmp_path / "rules").returncode != 0


def test_rules_and_their_words_name_metrics_that_there_are() -> None:
    described = set(re.findall(r"^\| `(latencyd_\w+)`", (REPOSITORY / "docs/metrics.md").read_text(), re.MULTILINE))
    named = set(re.findall(r"\blatencyd_\w+", (RULES / "latencyd.yml").read_text()))
    assert len(named) > 10 and named <= described, named - described


def test_every_alert_has_a_severity_and_says_what_to_do() -> None:
    text = (RULES / "latencyd.yml").read_text()
    alerts = text.count("- alert:")
    assert alerts >= 10
    assert len(re.findall(r"severity: (info|warning|critical)", text)) == alerts
    assert len(re.findall(r"annotations:", text)) == alerts
