#!/usr/bin/env python3
"""Writes the manual pages latencyd(1) and latencyd.yml(5): the first from what the program says of its commands and
flags, the second from docs/configuration.md.

    scripts/manpages.py PROGRAM FOLDER
"""

import json
import re
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[1]

# What no flag says.
FILES = [
    ("/etc/latencyd/latencyd.yml", "The configuration; see latencyd.yml(5)."),
    ("/run/latencyd/timings.sock", "Takes timings as datagrams, in the language of DogStatsD and StatsD."),
    ("/run/latencyd/timings-stream.sock", "Takes them over connections."),
    ("/var/lib/latencyd", "What was learned, and the alerts of the last weeks."),
    ("/usr/share/latencyd", "Rules for Prometheus, dashboards for Grafana."),
    ("/usr/share/doc/latencyd/docs", "The whole manual."),
]
SEE_ALSO = ["latencyd.yml(5)", "systemctl(1)", "journalctl(1)"]


def escaped(text: str) -> str:
    """`text` as roff prints it unchanged."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga").replace("^", "\\(ha")
    text = text.replace("~", "\\(ti").replace('"', "\\(dq")
    return "\n".join("\\&" + line if line.startswith(".") else line for line in text.split("\n"))


def heading(name: str, section: int, title: str, release: str) -> list[str]:
    return [
        f'.\\" Made by scripts/manpages.py: change its sources instead.',
        f'.TH {escaped(name).upper() if section == 1 else escaped(name)} {section} "" "latencyd {release}" "latencyd"',
        ".SH NAME", f"{escaped(name)} \\- {escaped(title)}",
    ]


# latencyd(1)


def spelling(argument: dict) -> str:
    """How an argument is written on the command line."""
    names = [("--" if name["kind"] == "long" else "-") + name["name"] for name in argument.get("names", [])]
    value = f"\\fI{escaped(argument['valueName'])}\\fR"
    if argument["kind"] == "positional":
        return value
    flags = ", ".join(f"\\fB{escaped(name)}\\fR" for name in names)
    return flags if argument["kind"] == "flag" else f"{flags} {value}"


def described(argument: dict) -> str:
    text = argument.get("abstract", "")
    notes = []
    if argument.get("allValues"):
        notes.append("values: " + ", ".join(argument["allValues"]))
    if argument.get("defaultValue") and argument["kind"] != "flag":
        notes.append("default: " + argument["defaultValue"])
    return escaped(text + (f" ({'; '.join(notes)})" if notes else ""))


def discussion(text: str) -> list[str]:
    """Paragraphs; lines that are indented are commands, and stay as they are."""
    lines = []
    for paragraph in text.split("\n\n"):
        lines.append(".PP")
        shown = False
        for line in paragraph.split("\n"):
            indented = line.startswith(" ")
            if indented != shown:
                lines += [".RS 4", ".nf"] if indented else [".fi", ".RE"]
                shown = indented
            lines.append(escaped(line.strip() if not indented else line[2:]))
        if shown:
            lines += [".fi", ".RE"]
    return lines


def arguments(command: dict, common: set[str]) -> list[str]:
    lines = []
    for argument in command.get("arguments", []):
        if argument["shouldDisplay"] and argument["preferredName"]["name"] not in common if "preferredName" in argument else True:
            lines += [".TP", spelling(argument), described(argument)]
    return lines


def commands(command: dict, path: str) -> list[tuple[str, dict]]:
    """The commands that do something, by their whole name."""
    shown = [sub for sub in command.get("subcommands", []) if sub["shouldDisplay"] and sub["commandName"] != "help"]
    if not shown:
        return [(path, command)]
    return [found for sub in shown for found in commands(sub, f"{path} {sub['commandName']}")]


def command_page(program: str) -> str:
    dump = json.loads(subprocess.run([program, "--experimental-dump-help"], capture_output=True, check=True).stdout)
    root = dump["command"]
    lines = heading("latencyd", 1, root["abstract"][0].lower() + root["abstract"][1:].rstrip("."), release(program))
    all_commands = commands(root, "latencyd")
    lines.append(".SH SYNOPSIS")
    for place, (path, command) in enumerate(all_commands):
        lines += ([".br"] if place else []) + [f"\\fB{escaped(path)}\\fR [\\fIoption\\fR ...]" + "".join(
            f" {spelling(argument)}" for argument in command.get("arguments", []) if argument["kind"] == "positional")]
    lines += [".SH DESCRIPTION", *discussion(root["discussion"])]
    common = {argument["preferredName"]["name"] for argument in root["arguments"]}
    for path, command in all_commands:
        lines += [f".SH {escaped(path).upper().replace('LATENCYD ', '')} COMMAND".replace("\\E", "\\e")]
        lines += [escaped(command["abstract"]), *discussion(command.get("discussion", "")), ".PP", "Options:"]
        lines += arguments(command, common)
    lines += [".SH COMMON OPTIONS", *arguments(root, set())]
    lines.append(".SH FILES")
    for file, text in FILES:
        lines += [".TP", f"\\fI{escaped(file)}\\fR", escaped(text)]
    lines += [".SH SEE ALSO", escaped(", ".join(SEE_ALSO))]
    return "\n".join(lines) + "\n"


def release(program: str) -> str:
    version = subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"version (\S+)", version)[1]


# latencyd.yml(5)


def inline(text: str) -> str:
    """Markdown within a line: code is bold, a link to another page says which."""

    def link(found: re.Match) -> str:
        page = found[2].split("#")[0]
        return f"{found[1]} ({page})" if page.endswith(".md") and page != found[1] else found[1]

    def bold(text: str) -> str:
        return f"\\fB{escaped(text)}\\fR"

    # What stands in code is kept aside while links and emphasis around it are looked for.
    codes: list[str] = []

    def keep(found: re.Match) -> str:
        codes.append(found[2].strip().replace("\\|", "|"))
        return f"\0{len(codes) - 1}\0"

    text = re.sub(r"(`+)(.+?)\1(?!`)", keep, text)
    text = re.sub(r"\[([^\]]*)\]\(([^)]*)\)", link, text).replace("\\|", "|")
    text = "".join(
        bold(part[2:-2]) if part.startswith("**") and len(part) > 4 else escaped(part)
        for part in re.split(r"(\*\*[^*]+\*\*)", text))
    return re.sub("\0(\\d+)\0", lambda found: bold(codes[int(found[1])]), text)


def cells(row: str) -> list[str]:
    return [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]


def table(rows: list[str]) -> list[str]:
    """The first column of each row as a term, the others below it, named by their heads."""
    head, body = cells(rows[0]), [cells(row) for row in rows[2:]]
    lines = []
    for row in body:
        rest = [
            f"{inline(name)}: {inline(cell)}" if name and len(head) > 2 else inline(cell)
            for name, cell in zip(head[1:], row[1:]) if cell]
        lines += [".TP", inline(row[0]), *(part for cell in rest for part in (cell, ".br"))][:None if not rest else -1]
    return lines + [".PP"]


def file_page(markdown: str, name: str, title: str, version: str) -> str:
    lines = heading(name, 5, title, version) + [".SH DESCRIPTION"]
    blocks = markdown.split("\n")[1:]
    place = 0
    while place < len(blocks):
        line = blocks[place]
        if line.startswith("```") or line.startswith("    "):
            fenced = line.startswith("```")
            lines += [".PP", ".RS 4", ".nf"]
            place += fenced
            while place < len(blocks) and (blocks[place] != "```" if fenced else blocks[place][:4] in ("    ", "")):
                lines.append(escaped(blocks[place] if fenced else blocks[place][4:]) or "\\&")
                place += 1
            lines += [".fi", ".RE", ".PP"]
            place += fenced
            continue
        if line.startswith("|"):
            end = place
            while end < len(blocks) and blocks[end].startswith("|"):
                end += 1
            lines += table(blocks[place:end])
            place = end
            continue
        found = re.match(r"(#+) (.*)", line)
        if found:
            lines.append((".SH " if len(found[1]) == 2 else ".SS ") + inline(found[2]).replace("\\fB", "").replace("\\fR", ""))
        elif re.match(r"(-|\d+\.) ", line):
            lines += [".IP \\(bu 2", inline(re.sub(r"^(-|\d+\.) ", "", line))]
        else:
            lines.append(inline(line.strip()) if line.strip() else ".PP")
        place += 1
    lines += [".SH SEE ALSO", "latencyd(1)"]
    return "\n".join(lines) + "\n"


def main() -> None:
    program, folder = sys.argv[1], Path(sys.argv[2])
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "latencyd.1").write_text(command_page(program))
    configuration = (REPOSITORY / "docs/configuration.md").read_text()
    title = "configuration of the inference latency daemon"
    (folder / "latencyd.yml.5").write_text(file_page(configuration, "latencyd.yml", title, release(program)))


if __name__ == "__main__":
    main()
