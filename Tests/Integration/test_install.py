"""What `make install` lays down, and what the manual pages among it say."""

import gzip
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from daemon import REPOSITORY, binary, run_command

COMMANDS = [("run",), ("status",), ("doctor",), ("check", "config"), ("backtest",), ("learn",)]


def install(root: Path, *arguments: str) -> None:
    subprocess.run(
        ["scripts/install.sh", *arguments], cwd=REPOSITORY, check=True, capture_output=True,
        env={**os.environ, "DESTDIR": str(root), "PREFIX": "/usr", "LATENCYD_BIN": str(binary())})


def files(root: Path) -> set[str]:
    return {str(file.relative_to(root)) for file in root.rglob("*") if file.is_file()}


@pytest.fixture(scope="module")
def installed(tmp_path_factory) -> Path:
    root = tmp_path_factory.mktemp("root")
    install(root)
    return root


def page(installed: Path, name: str) -> str:
    """A manual page as it is read: without the marks of its form."""
    text = gzip.decompress((installed / f"usr/share/man/man{name[-1]}/{name}.gz").read_bytes()).decode()
    text = re.sub(r"\\f[BIR]", "", text)
    for mark, character in {"\\-": "-", "\\(aq": "'", "\\(ga": "`", "\\(dq": '"', "\\(ti": "~", "\\(ha": "^", "\\&": ""}.items():
        text = text.replace(mark, character)
    return text.replace("\\e", "\\")


def test_removing_takes_back_all_but_the_configuration(tmp_path: Path, installed: Path) -> None:
    shutil.copytree(installed, tmp_path / "root")
    install(tmp_path / "root", "--remove")
    assert files(tmp_path / "root") == {"etc/latencyd/latencyd.yml"}


def test_a_configuration_is_never_overwritten(tmp_path: Path) -> None:
    configuration = tmp_path / "etc/latencyd/latencyd.yml"
    configuration.parent.mkdir(parents=True)
    configuration.write_text("# ours\n")
    install(tmp_path)
    assert configuration.read_text() == "# ours\n"


def test_all_rules_and_dashboards_are_there_without_their_tests(installed: Path) -> None:
    shared = {name.removeprefix("usr/share/latencyd/") for name in files(installed) if "share/latencyd/" in name}
    wanted = {
        f"{kind}/{file.name}" for kind, ending in (("rules", "yml"), ("dashboards", "json"))
        for file in (REPOSITORY / kind).glob(f"*.{ending}") if not file.name.endswith("_test.yml")
    }
    assert shared == wanted and wanted


def test_the_installation_page_names_each_folder(installed: Path) -> None:
    text = (REPOSITORY / "docs/install.md").read_text()
    named = re.findall(r"`(/(?:usr|etc)/[\w./-]+)`", text)
    missing = [
        file for file in files(installed)
        if not any(("/" + file).startswith(folder) for folder in named) and not re.search(r"share/(zsh|fish)/", file)
    ]
    assert missing == []
    assert [folder for folder in named if not (installed / folder.lstrip("/")).exists()] == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_latencyd_1_has_every_flag_with_its_words(installed: Path, command: tuple[str, ...]) -> None:
    text = page(installed, "latencyd.1")
    beginning = text.index(f".SH {' '.join(command).upper()} COMMAND")
    section = text[beginning:text.index(".SH ", beginning + 4)]
    shown = run_command(*command, "--help").stdout
    flags = set(re.findall(r"^  (--[\w.-]+)", shown, re.MULTILINE)) - {"--version", "--help"}
    assert flags or command == ("check", "config")
    assert {flag for flag in flags if not re.search(rf"^{re.escape(flag)}\b", section, re.MULTILINE)} == set()
    # What --help says, in one line, is there word for word.
    words = " ".join(section.split())
    said = re.sub(r"\s+", " ", shown.split("OPTIONS:")[1].split("--version")[0])
    for sentence in re.split(r"--[\w.-]+ (?:<[^>]*> )?", said):
        assert sentence.strip() in words, sentence


def test_latencyd_1_has_every_command(installed: Path) -> None:
    listed = re.findall(r"^  ([a-z]\w*) ", run_command("--help").stdout.split("SUBCOMMANDS:")[1], re.MULTILINE)
    assert set(listed) == {command[0] for command in COMMANDS}


def test_latencyd_yml_5_has_every_key(installed: Path) -> None:
    manual = (REPOSITORY / "docs/configuration.md").read_text()
    keys = {code for row in re.findall(r"^\| (`[^|]*) \|", manual, re.MULTILINE) for code in re.findall(r"`([^`]+)`", row)}
    assert len(keys) > 60
    text = page(installed, "latencyd.yml.5")
    assert {key for key in keys if key not in text} == set()


@pytest.mark.skipif(not shutil.which("man"), reason="man is not installed")
@pytest.mark.parametrize("name", ["latencyd.1", "latencyd.yml.5"])
def test_manual_pages_are_sound(installed: Path, name: str) -> None:
    file = installed / f"usr/share/man/man{name[-1]}/{name}.gz"
    result = subprocess.run(
        ["man", "--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", str(file)], capture_output=True, text=True,
        env={**os.environ, "LC_ALL": "C.UTF-8", "MANROFFSEQ": "", "MANWIDTH": "100"})
    assert result.returncode == 0 and result.stderr == ""
    lines = gzip.decompress(file.read_bytes()).decode().splitlines()
    assert not [line for line in lines if re.search(r"`|\*\*|\]\(", line)], "no Markdown is left"


def test_completions_name_the_commands(installed: Path) -> None:
    for name in ("bash-completion/completions/latencyd", "zsh/vendor-completions/_latencyd", "fish/vendor_completions.d/latencyd.fish"):
        text = (installed / "usr/share" / name).read_text()
        assert "doctor" in text and "backtest" in text, name
    subprocess.run(["bash", "-n", installed / "usr/share/bash-completion/completions/latencyd"], check=True)
