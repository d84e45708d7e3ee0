#!/usr/bin/env python3
"""How well scores and alarms meet the labels of series.

usage: score.py LABELLED_FOLDER RESULT_FOLDER

LABELLED_FOLDER has NAME.csv.gz with `timestamp,value,label`; RESULT_FOLDER what `latencyd backtest` made of each:
NAME.csv with `timestamp`, `score` and `alarm`. The first half of a series is for learning and not looked at.

A fault is a run of rows with the label 1. It is found when an alarm falls on one of its first 8 rows. A false alarm is
a run of alarms, 10 rows or less between one and the next, that has nothing to do with a fault: it lies 3 rows before any and
10 behind it.

  F1          a fault that is found counts with all its rows as found, else with all as missed; an alarm's row outside
              of faults is one false positive
  score > 1   F1 of that alarm
  best        F1 of `score > t` with the one t for all series that makes it largest
  month, week share of faults found with the lowest t that makes one false alarm a series and month or week at the most
  alarms      of the column `alarm`: false alarms a series and 30 days, share of faults found, F1, middle delay in rows
"""

import bisect
import csv
import gzip
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Iterable, Iterator

FIRST_ROWS = 8
ROWS_BEFORE, ROWS_BEHIND, ROWS_BETWEEN = 3, 10, 10
DAY = 86_400


@dataclass
class Series:
    """The second half of a series."""

    name: str
    labels: list[bool]
    scores: list[float]
    alarms: list[bool]
    days: float
    faults: list[range] = field(init=False)
    #: Rows that have nothing to do with a fault.
    quiet: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.faults = [range(run[0], run[-1] + 1) for run in runs((i for i, on in enumerate(self.labels) if on), 1)]
        near = [False] * len(self.labels)
        for fault in self.faults:
            for row in range(max(0, fault.start - ROWS_BEFORE), min(len(near), fault.stop + ROWS_BEHIND)):
                near[row] = True
        self.quiet = [row for row, is_near in enumerate(near) if not is_near]


def runs(rows: Iterable[int], apart: int) -> Iterator[list[int]]:
    """Groups of rising numbers that are `apart` at the most."""
    run: list[int] = []
    for row in rows:
        if run and row - run[-1] > apart:
            yield run
            run = []
        run.append(row)
    if run:
        yield run


@dataclass
class Figures:
    found_rows: int = 0
    missed_rows: int = 0
    false_rows: int = 0
    faults: int = 0
    found: int = 0
    false_alarms: int = 0
    days: float = 0
    delays: list[int] = field(default_factory=list)

    @property
    def f1(self) -> float:
        return 2 * self.found_rows / max(1, 2 * self.found_rows + self.false_rows + self.missed_rows)

    @property
    def recall(self) -> float:
        return self.found / max(1, self.faults)

    @property
    def false_alarms_per_month(self) -> float:
        return self.false_alarms / self.days * 30 if self.days else 0

    @property
    def delay(self) -> float:
        ordered = sorted(self.delays)
        middle = len(ordered) // 2
        if not ordered:
            return float("nan")
        return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2

    def add(self, series: Series, alarms: list[bool]) -> None:
        for fault in series.faults:
            hit = next((row - fault.start for row in fault[:FIRST_ROWS] if alarms[row]), None)
            self.faults += 1
            if hit is None:
                self.missed_rows += len(fault)
            else:
                self.found += 1
                self.found_rows += len(fault)
                self.delays.append(hit)
        self.false_rows += sum(alarm and not label for alarm, label in zip(alarms, series.labels))
        self.false_alarms += sum(1 for _ in runs((row for row in series.quiet if alarms[row]), ROWS_BETWEEN))
        self.days += series.days


class Sweep:
    """The figures of `score > t` of many series, for rising t, at the cost of the rows that are still above."""

    def __init__(self, all_series: list[Series]) -> None:
        self.days = sum(series.days for series in all_series)
        self.count = len(all_series)
        #: Length and highest score of the first rows of each fault.
        self.faults = [
            (len(fault), max(series.scores[row] for row in fault[:FIRST_ROWS]))
            for series in all_series for fault in series.faults
        ]
        self.outside = sorted(
            score for series in all_series for score, label in zip(series.scores, series.labels) if not label)
        self.above = [[(row, series.scores[row]) for row in series.quiet] for series in all_series]

    def figures(self, threshold: float) -> Figures:
        self.above = [[pair for pair in rows if pair[1] > threshold] for rows in self.above]
        found = [length for length, score in self.faults if score > threshold]
        return Figures(
            found_rows=sum(found), missed_rows=sum(length for length, _ in self.faults) - sum(found),
            false_rows=len(self.outside) - bisect.bisect_right(self.outside, threshold), faults=len(self.faults),
            found=len(found), days=self.days,
            false_alarms=sum(sum(1 for _ in runs((row for row, _ in rows), ROWS_BETWEEN)) for rows in self.above))


def quantile(ordered: list[float], share: float) -> float:
    """Between two values as far as the share stands between them (type 7)."""
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    part, step = place - low, ordered[high] - ordered[low]
    return ordered[low] + step * part if part < 0.5 else ordered[high] - step * (1 - part)


def thresholds(all_series: list[Series]) -> list[float]:
    """120 of them, from the middle score to the highest but one in a million, closer together the higher they are."""
    positive = sorted(score for series in all_series for score in series.scores if score > 0)
    if not positive:
        return [1.0]
    powers = [-0.3 - 5.7 * place / 119 for place in range(120)]
    return sorted({quantile(positive, 1 - 10**power) for power in powers})


def read(labelled: Path, result: Path) -> Series:
    with gzip.open(labelled, "rt", newline="") as file:
        wanted = [(int(row["timestamp"]), row["label"] == "1") for row in csv.DictReader(file)]
    with open(result, newline="") as file:
        given = {round(float(row["timestamp"])): (float(row["score"]), row["alarm"] == "1") for row in csv.DictReader(file)}
    if missing := [time for time, _ in wanted if time not in given]:
        sys.exit(f"{result}: {len(missing)} rows of {labelled} are missing, the first at {missing[0]}")
    half = len(wanted) // 2
    steps = sorted(second[0] - first[0] for first, second in zip(wanted, wanted[1:]))
    middle = len(steps) // 2
    step = steps[middle] if len(steps) % 2 else int((steps[middle - 1] + steps[middle]) / 2)
    rows = wanted[half:]
    return Series(
        name=result.name.removesuffix(".csv"), labels=[label for _, label in rows],
        scores=[given[time][0] for time, _ in rows], alarms=[given[time][1] for time, _ in rows],
        days=len(rows) * step / DAY)


def pooled(all_series: list[Series]) -> dict[str, float]:
    own, above = Figures(), Figures()
    for series in all_series:
        own.add(series, series.alarms)
        above.add(series, [score > 1 for score in series.scores])
    best, month, week = 0.0, None, None
    sweep = Sweep(all_series)
    for threshold in thresholds(all_series):
        figures = sweep.figures(threshold)
        best = max(best, figures.f1)
        if week is None and figures.false_alarms_per_month <= 30 / 7:
            week = figures.recall
        if month is None and figures.false_alarms_per_month <= 1:
            month = figures.recall
    return {
        "series": len(all_series), "score > 1": above.f1, "best": best, "month": month or 0.0, "week": week or 0.0,
        "false": own.false_alarms_per_month, "found": own.recall, "F1": own.f1, "delay": own.delay,
    }


def report(all_series: list[Series]) -> str:
    width = max(len("series"), *(len(series.name) for series in all_series))
    lines = [f"{'series':{width}}  faults  found  false alarms/30d  delay   F1"]
    for series in all_series:
        own = Figures()
        own.add(series, series.alarms)
        lines.append(
            f"{series.name:{width}}  {own.faults:6}  {own.found:5}  {own.false_alarms_per_month:16.2f}  {own.delay:5.0f}"
            f"  {own.f1:.3f}")
    all_ = pooled(all_series)
    lines += [
        "",
        f"all {all_['series']} series: F1 of score > 1 {all_['score > 1']:.3f}, best F1 {all_['best']:.3f}; faults found at "
        f"one false alarm a month {all_['month']:.3f}, a week {all_['week']:.3f}",
        f"alarms: {all_['false']:.2f} false a series and 30 days, {all_['found']:.3f} of the faults found, F1 "
        f"{all_['F1']:.3f}, middle delay {all_['delay']:.0f} rows",
    ]
    return "\n".join(lines)


def main(labelled: Path, results: Path) -> None:
    files = sorted(labelled.glob("*.csv.gz"))
    if not files:
        sys.exit(f"{labelled}: no labelled series, NAME.csv.gz")
    print(report([read(file, results / file.name.removesuffix(".gz")) for file in files]))


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
