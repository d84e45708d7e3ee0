#!/usr/bin/env python3
"""Writes Fixtures/*.csv: series, and what statsmodels' STL and MSTL make of them. Needs Benchmarks/requirements.txt.

usage: statsmodels_fixtures.py
"""

import math
import pathlib
import random

import numpy
from statsmodels.tsa.seasonal import MSTL, STL

DAY = 24
WEEK = 168
WEEKS = 5
# Hours and what is added to them.
OUTLIERS = {50: 9.0, 51: 7.0, 300: -8.0, 444: 12.0, 445: 12.0, 446: 12.0, 700: 6.0}


def series(outliers):
    noise = random.Random(11)
    values = []
    for hour in range(WEEKS * WEEK):
        day = math.sin(2 * math.pi * hour / DAY) + 0.4 * math.sin(4 * math.pi * hour / DAY + 1)
        week = 0.8 * math.sin(2 * math.pi * hour / WEEK) - 0.3 * math.cos(4 * math.pi * hour / WEEK)
        level = 20 + hour / 200 + 0.5 * math.sin(hour / 150)
        value = level + 1.5 * day + week + 0.2 * noise.gauss(0, 1)
        values.append(value + (outliers.get(hour, 0)))
    return numpy.array(values)


def write(name, values, result):
    seasons = numpy.asarray(result.seasonal)
    columns = [values, result.trend, *(seasons.T if seasons.ndim == 2 else [seasons])]
    path = pathlib.Path(__file__).parent / "Fixtures" / f"{name}.csv"
    path.write_text("".join(",".join(f"{number:.5f}" for number in row) + "\n" for row in zip(*columns)))


def main():
    for robust in (False, True):
        values = series(OUTLIERS if robust else {})
        kind = "robust" if robust else "plain"
        write(f"stl-{kind}", values, STL(values, period=DAY, seasonal=11, robust=robust).fit())
        write(f"mstl-{kind}", values, MSTL(values, periods=(DAY, WEEK), stl_kwargs={"robust": robust}).fit())


if __name__ == "__main__":
    main()
