"""The hot paths take no more instructions and allocations than agreed (thresholds.json)."""

import pytest

import counts


@pytest.mark.parametrize("path", counts.thresholds())
def test_a_hot_path_takes_no_more_than_agreed(path):
    agreed = counts.thresholds()[path]
    found = counts.measure(path, agreed["times"])
    remedy = "make it cheaper, or where that is the price of something, agree on more: Tests/Counts/counts.py --write"
    assert found.instructions > 0, "nothing was counted"
    assert found.instructions <= agreed["instructions"], (
        f"{path}: {found.instructions:.1f} instructions a {agreed['unit']}, at most {agreed['instructions']} are agreed; {remedy}")
    assert found.allocations <= agreed["allocations"], (
        f"{path}: {found.allocations:.3f} allocations a {agreed['unit']}, at most {agreed['allocations']} are agreed; {remedy}")
