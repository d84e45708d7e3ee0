#!/usr/bin/env python3
"""Writes the labelled series of this folder anew: four weeks each, with faults in both halves.

usage: make_series.py [FOLDER]

The same numbers come out every time and everywhere: Python's generator with a fixed seed. Each file has
`timestamp,value,label` (label 1: a fault), gzip-compressed.
"""

import gzip
import io
import math
import random
import sys
from pathlib import Path
from typing import Callable, Iterator

MONDAY = 1_767_571_200  # 2026-01-05 00:00 UTC
DAY = 86_400
DAYS = 28


class Fault:
    """Multiplies the values of `minutes` from day `day`, hour `hour` on."""

    def __init__(self, day: int, hour: float, minutes: int, factor: float, *, ramps: bool = False) -> None:
        self.start = MONDAY + day * DAY + round(hour * 3600)
        self.end = self.start + minutes * 60
        self.factor = factor
        self.ramps = ramps

    def at(self, time: int) -> float | None:
        if not self.start <= time < self.end:
            return None
        share = (time - self.start) / (self.end - self.start) if self.ramps else 1.0
        return 1 + (self.factor - 1) * share


def daily(time: int, depth: float) -> float:
    """One peak a day, at 15 o'clock."""
    return 1 + depth * math.cos(2 * math.pi * ((time % DAY) / DAY - 15 / 24))


def weekly(time: int, depth: float) -> float:
    day = (time - MONDAY) // DAY % 7
    return daily(time, depth if day < 5 else depth / 4) * (1 if day < 5 else 0.7)


def constant(time: int, noise: random.Random) -> float:
    return 20.0


def office(time: int, noise: random.Random) -> float:
    return 40 * weekly(time, 0.45) * math.exp(noise.gauss(0, 0.05))


def chat(time: int, noise: random.Random) -> float:
    """A tail: now and then a single minute is far above its neighbours, and means nothing."""
    peak = noise.uniform(1.2, 1.6) if noise.random() < 0.002 else 1
    return 180 * daily(time, 0.3) * math.exp(noise.gauss(0, 0.08)) * peak


def deployed(time: int, noise: random.Random) -> float:
    """Another level from day 18 on, which is no fault."""
    return (75 if time >= MONDAY + 18 * DAY else 50) * daily(time, 0.2) * math.exp(noise.gauss(0, 0.04))


def jobs(time: int, noise: random.Random) -> float:
    """Ten busy minutes after each full hour, up to three minutes late."""
    minute = time % 3600 // 60 - (time // 3600 * 7919 % 4)
    return (9 if 0 <= minute < 10 else 4) * math.exp(noise.gauss(0, 0.06))


def queue(time: int, noise: random.Random) -> float:
    """Often zero."""
    return max(0.0, round(noise.gauss(1.2, 1.5) * daily(time, 0.6), 1))


SPIKES = [Fault(5, 11, 15, 2.0), Fault(16, 3.5, 20, 1.8), Fault(19, 14.2, 12, 2.5), Fault(22, 21, 25, 1.8),
          Fault(25, 9.7, 20, 1.8)]
SLOW = [Fault(4, 2, 60, 1.7), Fault(15, 13, 90, 1.6, ramps=True), Fault(20, 4, 45, 1.5), Fault(24, 18, 120, 1.5)]
DIPS = [Fault(6, 12, 20, 0.4), Fault(17, 15, 25, 0.4), Fault(21, 10, 15, 2.2), Fault(26, 6, 30, 0.3)]

# Name, seconds between rows, the value without faults, faults, hours without rows.
SERIES: list[tuple[str, int, Callable[[int, random.Random], float], list[Fault], list[tuple[int, int]]]] = [
    ("constant", 60, constant, SPIKES, []),
    ("office-week", 60, office, SPIKES, []),
    ("chat-tail", 60, chat, SLOW, [(9 * 24 + 5, 9 * 24 + 11)]),
    ("deployed", 300, deployed, SPIKES + SLOW, []),
    ("hourly-jobs", 60, jobs, DIPS, []),
    ("queue", 300, queue, [Fault(8, 3, 60, 6), Fault(16, 15, 60, 6), Fault(23, 12, 45, 8)], [(11 * 24, 13 * 24)]),
]


def rows(name: str, step: int, value: Callable[[int, random.Random], float], faults: list[Fault],
         gaps: list[tuple[int, int]]) -> Iterator[tuple[int, float, int]]:
    noise = random.Random(f"latencyd {name}")
    for time in range(MONDAY, MONDAY + DAYS * DAY, step):
        usual = value(time, noise)
        factors = [factor for fault in faults if (factor := fault.at(time)) is not None]
        if any(start <= (time - MONDAY) / 3600 < end for start, end in gaps):
            continue
        yield time, float(f"{usual * math.prod(factors):.3g}"), int(bool(factors))


def text(name: str) -> str:
    (series,) = [series for series in SERIES if series[0] == name]
    lines = [f"{time},{value:g},{label}" for time, value, label in rows(*series)]
    return "timestamp,value,label\n" + "\n".join(lines) + "\n"


def main(folder: Path) -> None:
    for name, *_ in SERIES:
        buffer = io.BytesIO()
        with gzip.GzipFile(fileobj=buffer, mode="wb", mtime=0, filename="") as file:
            file.write(text(name).encode())
        (folder / f"{name}.csv.gz").write_bytes(buffer.getvalue())


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent)
