"""What the documentation tells people to do can be done."""

import re
import subprocess
from pathlib import Path

import pytest

from daemon import REPOSITORY, find_tool, run_command

PAGES = [*sorted(REPOSITORY.glob("*.md")), *sorted((REPOSITORY / "docs").glob("*.md"))]


def readme_yaml(beginning: str) -> str:
    (block,) = [
        block for block in re.findall(r"```yaml\n(.*?)```", (REPOSITORY / "README.md").read_text(), re.DOTALL)
        if block.startswith(beginning)
    ]
    return block


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_to_a_file_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!\w+:)([^)#]+)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_the_readmes_alert_rule_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "latencyd.yml"
    file.write_text(readme_yaml("alerts:"))
    result = run_command("check", "config", str(file))
    assert result.returncode == 0 and "rules: 1" in result.stdout, result.stdout + result.stderr


def test_the_readmes_scrape_configuration_is_valid(tmp_path: Path) -> None:
    file = tmp_path / "prometheus.yml"
    file.write_text(readme_yaml("scrape_configs:"))
    result = subprocess.run([find_tool("promtool"), "check", "config", str(file)], capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
