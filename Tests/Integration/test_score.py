"""The scorer of the labelled series, on series whose figures can be told by hand."""

import gzip
import subprocess
import sys
from pathlib import Path

from daemon import REPOSITORY

SCORE = REPOSITORY / "Tests/Labelled/score.py"


def score(folder: Path, rows: list[tuple[int, float, int]]) -> str:
    """`rows`: label, score and alarm of the second half; the first is calm."""
    labelled, results = folder / "labelled", folder / "results"
    labelled.mkdir()
    results.mkdir()
    rows = [(0, 0.0, 0)] * len(rows) + rows
    text = "timestamp,value,label\n" + "".join(f"{at * 60},1,{row[0]}\n" for at, row in enumerate(rows))
    (labelled / "a.csv.gz").write_bytes(gzip.compress(text.encode()))
    (results / "a.csv").write_text(
        "timestamp,score,alarm\n" + "".join(f"{at * 60},{row[1]},{row[2]}\n" for at, row in enumerate(rows)))
    result = subprocess.run(
        [sys.executable, str(SCORE), str(labelled), str(results)], capture_output=True, text=True, timeout=30)
    assert result.returncode == 0, result.stderr
    return result.stdout


def test_a_fault_is_found_in_its_first_eight_rows_or_not_at_all(tmp_path: Path) -> None:
    calm = [(0, 0.1, 0)] * 50
    # Found in its eighth row, found too late, and a false alarm of two rows.
    found = [(1, 0.5, 0)] * 7 + [(1, 3.0, 1)] + [(1, 0.5, 0)] * 2
    late = [(1, 0.5, 0)] * 8 + [(1, 3.0, 1)] * 2
    false = [(0, 2.0, 1), (0, 2.0, 0), (0, 2.0, 1)]
    lines = score(tmp_path, calm + found + calm + late + calm + false + calm).splitlines()
    days = (50 * 4 + 10 + 10 + 3) / 1440
    # Below 0.5 both faults are found, with three rows too many. Of 20 rows of faults 10 were found; two rows were alarmed falsely, in one alarm.
    assert lines[1].split() == ["a", "2", "1", f"{30 / days:.2f}", "7", f"{20 / (20 + 2 + 10):.3f}"]
    assert "F1 of score > 1 0.606, best F1 0.930;" in lines[3]
    assert "a month 0.500, a week 0.500" in lines[3]
    assert f"alarms: {30 / days:.2f} false a series and 30 days, 0.500 of the faults found, F1 0.625, middle delay 7" in lines[4]


def test_alarms_beside_a_fault_are_not_false_alarms_but_false_rows(tmp_path: Path) -> None:
    calm = [(0, 0.1, 0)] * 50
    fault = [(1, 3.0, 1)] * 10
    lines = score(tmp_path, calm + [(0, 3.0, 1)] * 3 + fault + [(0, 3.0, 1)] * 10 + calm).splitlines()
    assert lines[1].split() == ["a", "1", "1", "0.00", "0", f"{20 / (20 + 13):.3f}"]


def test_a_row_without_a_score_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "a.csv.gz").write_bytes(gzip.compress(b"timestamp,value,label\n0,1,0\n60,1,0\n"))
    (tmp_path / "a.csv").write_text("timestamp,score,alarm\n0,1,0\n")
    result = subprocess.run([sys.executable, str(SCORE), str(tmp_path), str(tmp_path)], capture_output=True, text=True)
    assert result.returncode == 1 and "1 rows of" in result.stderr and "the first at 60" in result.stderr
