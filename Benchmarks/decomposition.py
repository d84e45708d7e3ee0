#!/usr/bin/env python3
"""Batch decomposition of 28 days: ours beside statsmodels' STL and MSTL on the same series.

usage: decomposition.py DECOMPOSITION_BENCHMARK [--quick]
  --quick leaves out what takes statsmodels minutes
"""

import importlib.util
import math
import random
import subprocess
import sys
import time

DAYS = 28
NOISE = 0.05
RUNS = 7


def series(points_per_day, noise=NOISE):
    """A slow trend, two waves a day, a weekend, normal noise."""
    generator = random.Random(7)
    values = []
    for index in range(DAYS * points_per_day):
        day = index / points_per_day
        daily = math.sin(2 * math.pi * (day - 0.375)) + 0.4 * math.sin(4 * math.pi * (day - 0.125))
        weekly = -0.5 if int(day) % 7 >= 5 else 0.1 * math.sin(2 * math.pi * day / 7)
        trend = 3 + 0.02 * day + 0.1 * math.sin(day / 9)
        values.append(trend + 0.3 * daily + 0.3 * weekly + noise * generator.gauss(0, 1))
    return values


def ours(binary, values, periods, *flags):
    """CPU seconds, and the columns trend, seasons, residual, weight."""
    text = "\n".join(map(repr, values))
    command = [binary, "--runs", str(RUNS), *flags, *map(str, periods)]
    lines = subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout.splitlines()
    seconds = float(lines.pop().split()[-1])
    return seconds, list(zip(*(map(float, line.split(",")) for line in lines)))


def theirs(values, periods, robust):
    """CPU seconds, and the columns trend and seasons."""
    import numpy
    from statsmodels.tsa.seasonal import MSTL, STL

    start = time.process_time()
    if len(periods) == 1:
        result = STL(numpy.array(values), period=periods[0], seasonal=11, robust=robust).fit()
        columns = [result.trend, result.seasonal]
    else:
        result = MSTL(numpy.array(values), periods=periods, stl_kwargs={"robust": robust}).fit()
        columns = [result.trend, *result.seasonal.T]
    return time.process_time() - start, [list(map(float, column)) for column in columns]


def deviation(columns, points_per_day):
    """How far trend and seasons together are from the series without noise: root mean square, in deviations of it."""
    clean = series(points_per_day, noise=0)
    squares = [(sum(parts) - value) ** 2 for parts, value in zip(zip(*columns), clean)]
    return math.sqrt(sum(squares) / len(squares)) / NOISE


def compare(binary, points_per_day, periods, robust, with_peer):
    values = series(points_per_day)
    scale = 100 / (max(values) - min(values))
    parts = 1 + len(periods)
    name = f"{1440 // points_per_day} min, {'day' if len(periods) == 1 else 'day and week'}, {'robust' if robust else 'least squares'}"
    seconds, columns = ours(binary, values, periods, "--stl", *([] if robust else ["--rounds", "0"]))
    row = [name, f"{seconds * 1e3:.1f}", "", "", "", f"{deviation(columns[:parts], points_per_day):.2f}", ""]
    if with_peer:
        peer_seconds, peer_columns = theirs(values, periods, robust)
        differences = sorted(
            abs(a - b) * scale for part in range(parts) for a, b in zip(columns[part], peer_columns[part]))
        row[2] = f"{peer_seconds:.1f} s, {peer_seconds / seconds:,.0f}"
        row[3] = f"{differences[-1]:.2f} %"
        row[4] = f"{differences[len(differences) // 2]:.3f} %, {differences[len(differences) * 99 // 100]:.2f} %"
        row[6] = f"{deviation(peer_columns, points_per_day):.2f}"
    return row


def main():
    arguments = sys.argv[1:]
    is_quick = "--quick" in arguments
    if is_quick:
        arguments.remove("--quick")
    if len(arguments) != 1:
        sys.exit(__doc__.strip())
    binary = arguments[0]
    has_peer = importlib.util.find_spec("statsmodels") is not None
    if not has_peer:
        print("statsmodels is not installed (Benchmarks/requirements.txt): nothing to compare with")
    rows = [
        ["series and method", "ours, ms", "statsmodels, ratio", "largest difference", "median, 99 %", "error", "theirs"],
        compare(binary, 288, [288], False, has_peer),
        compare(binary, 288, [288], True, has_peer),
        compare(binary, 288, [288, 2016], False, has_peer and not is_quick),
        compare(binary, 288, [288, 2016], True, has_peer and not is_quick),
        compare(binary, 1440, [1440], True, has_peer and not is_quick),
        compare(binary, 1440, [1440, 10080], True, False),
    ]
    values = series(1440)
    for periods in ([1440], [1440, 10080]):
        seconds, columns = ours(binary, values, periods)
        name = f"1 min, {'day' if len(periods) == 1 else 'day and week'}, our defaults"
        error = f"{deviation(columns[:1 + len(periods)], 1440):.2f}"
        rows.append([name, f"{seconds * 1e3:.1f}", "", "", "", error, ""])
    print(f"decomposition of {DAYS} days: CPU of the median of {RUNS} runs (statsmodels: one), differences of trend and seasons in")
    print("parts of the range of the series, error of trend and seasons together in deviations of the noise")
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


if __name__ == "__main__":
    main()
