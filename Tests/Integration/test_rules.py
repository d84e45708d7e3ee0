"""The rules for Prometheus: promtool takes them, each fires when it should and only then, and they name what there is."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml
from daemon import REPOSITORY, find_tool

RULES = REPOSITORY / "rules"
FILES = sorted(RULES.glob("*.yml"))
# What Prometheus makes of our families, and what our rules record.
OF_A_HISTOGRAM = ("_bucket", "_count", "_sum")
RECORDED = re.compile(r"\w+:latencyd_\w+:\w+")


def rules(file: Path) -> list[dict]:
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def alerts(file: Path) -> list[dict]:
    return [rule for rule in rules(file) if "alert" in rule]


def test_file(file: Path) -> Path:
    return RULES / "tests" / (file.stem.removeprefix("latencyd-") + "_test.yml")


test_file.__test__ = False


def promtool(*arguments: object) -> subprocess.CompletedProcess:
    command = [find_tool("promtool"), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_promtool_takes_the_rules_and_their_tests_pass(file: Path) -> None:
    for arguments in [("check", "rules", file), ("test", "rules", test_file(file))]:
        result = promtool(*arguments)
        assert result.returncode == 0, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("file", "place"), [(file, place) for file in FILES for place in range(len(alerts(file)))],
    ids=lambda value: value.stem if isinstance(value, Path) else str(value))
def test_the_tests_notice_an_alert_that_fires_when_it_should_not(tmp_path: Path, file: Path, place: int) -> None:
    shutil.copytree(RULES, tmp_path / "rules")
    content = yaml.safe_load(file.read_text())
    alert = [rule for group in content["groups"] for rule in group["rules"] if "alert" in rule][place]
    alert["expr"] = f"({alert['expr']}) or vector(1)"
    alert.pop("for", None)
    (tmp_path / "rules" / file.name).write_text(yaml.safe_dump(content))
    assert promtool("test", "rules", tmp_path / "rules/tests" / test_file(file).name).returncode != 0, alert


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_the_tests_expect_each_alert_with_its_severity(file: Path) -> None:
    expected = set()
    for test in yaml.safe_load(test_file(file).read_text())["tests"]:
        for case in test.get("promql_expr_test", []):
            for sample in case["exp_samples"]:
                labels = dict(re.findall(r'(\w+)="(\w*)"', sample["labels"]))
                expected.add((labels.get("alertname"), labels.get("severity")))
        for case in test.get("alert_rule_test", []):
            expected |= {(case["alertname"], found["exp_labels"]["severity"]) for found in case["exp_alerts"]}
    assert {(alert["alert"], alert["labels"]["severity"]) for alert in alerts(file)} <= expected


def described() -> set[str]:
    text = (REPOSITORY / "docs/metrics.md").read_text()
    names = set()
    for name, kind in re.findall(r"^\| `(latencyd_\w+)` \| (\w+) \|", text, re.MULTILINE):
        names |= {name, *(name + suffix for suffix in OF_A_HISTOGRAM)} if kind == "histogram" else {name}
    return names


@pytest.mark.parametrize("file", [*FILES, *map(test_file, FILES)], ids=lambda file: file.stem)
def test_rules_and_their_words_name_metrics_that_there_are(file: Path) -> None:
    named = set(re.findall(r"\blatencyd_\w+", RECORDED.sub("", file.read_text())))
    assert named and named <= described(), named - described()


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_rules_read_nothing_recorded_that_no_rule_records(file: Path) -> None:
    recorded = {rule["record"] for rule in rules(file) if "record" in rule}
    assert set(RECORDED.findall(" ".join(rule["expr"] for rule in rules(file)))) <= recorded


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_alert_says_how_bad_it_is_what_is_wrong_and_what_to_do(file: Path) -> None:
    for alert in alerts(file):
        assert alert["labels"]["severity"] in ("info", "warning", "critical"), alert
        assert set(alert["annotations"]) == {"summary", "description"}, alert
        assert "$labels.instance" in alert["annotations"]["summary"], alert
