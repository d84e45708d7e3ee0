"""What docs/permissions.md says, as far as it can be tried."""

import re

from booted import REPOSITORY

PAGE = (REPOSITORY / "docs/permissions.md").read_text()


def section(heading: str) -> str:
    """The text below a heading; what stands above the first one for an empty heading."""
    if not heading:
        return PAGE.split("\n## ")[0]
    found = re.search(rf"^## {re.escape(heading)}\n(.*?)(?=^## |\Z)", PAGE, re.MULTILINE | re.DOTALL)
    assert found, f"docs/permissions.md has no section {heading}"
    return found[1]


def lost_families() -> set[str]:
    """What the table at the beginning says is not on the page of the unit, without `_total`."""
    rows = [line.split("|") for line in section("What the unit loses").splitlines() if line.startswith("|")]
    names = [name for row in rows for name in re.findall(r"`(latencyd_\w+)`", row[1])]
    assert names, "the table names no metric"
    return {name.removesuffix("_total") for name in names}


def drop_in(heading: str) -> str:
    """The lines of the one drop-in for [Service] that a section shows."""
    blocks = re.findall(r"^```ini\n(.*?)^```", section(heading), re.MULTILINE | re.DOTALL)
    assert len(blocks) == 1, f"{heading}: {len(blocks)} drop-ins"
    return blocks[0].split("[Service]\n")[1]


def exposure(heading: str) -> float:
    """The exposure that a section says its drop-in has."""
    found = re.search(r"exposure[^.]*? (\d+\.\d)", section(heading))
    assert found, f"{heading}: no exposure"
    return float(found[1])
