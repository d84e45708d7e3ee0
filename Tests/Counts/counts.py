#!/usr/bin/env python3
"""What each hot path costs, counted exactly: instructions by callgrind, allocations by a preloaded counter.

A path is run a few times and then twice as often; what the second run has more is divided by the units of work that it
did more, so that starting up and what is laid out once do not count.

usage: counts.py            prints the counts beside their thresholds
       counts.py --write    sets the thresholds to what is counted now and 5 % more
"""

import dataclasses
import json
import math
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor

FOLDER = pathlib.Path(__file__).resolve().parent
THRESHOLDS = FOLDER / "thresholds.json"
PROGRAM = pathlib.Path(os.environ.get("HOTPATHS_BIN", FOLDER.parent.parent / ".build/release/HotPaths")).resolve()
ROOM = 1.05
# Hashes of Swift's dictionaries have a random seed otherwise, and the counts would differ from run to run.
ENVIRONMENT = {**os.environ, "SWIFT_DETERMINISTIC_HASHING": "1", "LC_ALL": "C"}


@dataclasses.dataclass
class Counts:
    """Of one unit of work."""

    instructions: float
    allocations: float


def thresholds():
    return json.loads(THRESHOLDS.read_text())


def run(command, **environment):
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, env={**ENVIRONMENT, **environment})
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout}{done.stderr}")
    return done


def instructions(program, path, times):
    """Units of work done, and instructions executed in all."""
    done = run(["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null", program, path, str(times)])
    return int(done.stdout), int(re.search(r"Collected : (\d+)", done.stderr)[1])


def allocations(program, path, times, counter):
    done = run([program, path, str(times)], LD_PRELOAD=str(counter))
    return int(done.stdout), int(re.search(r"^allocations (\d+)$", done.stderr, re.MULTILINE)[1])


def per_unit(few, many):
    return (many[1] - few[1]) / (many[0] - few[0])


def measure(path, times):
    with tempfile.TemporaryDirectory() as folder, ThreadPoolExecutor() as pool:
        counter, program = pathlib.Path(folder, "allocations.so"), pathlib.Path(folder, "HotPaths")
        compiler = next(c for c in ("cc", "gcc", "clang") if shutil.which(c))
        subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", counter, FOLDER / "allocations.c"], check=True)
        # Valgrind 3.19 ends when it reads the debugging information of the Swift library.
        subprocess.run(["objcopy", "--strip-debug", PROGRAM, program], check=True)
        counted = [pool.submit(instructions, program, path, n) for n in (times, 2 * times)]
        asked = [pool.submit(allocations, program, path, n, counter) for n in (times, 2 * times)]
        return Counts(per_unit(*(c.result() for c in counted)), per_unit(*(a.result() for a in asked)))


def readable(number):
    return f"{number:,.0f}" if number >= 100 else f"{number:.2f}"


def main():
    entries = thresholds()
    for path, entry in entries.items():
        found = measure(path, entry["times"])
        print(f"{path:26} {readable(found.instructions):>9} instructions and {readable(found.allocations):>6} allocations"
              f" a {entry['unit']}; at most {readable(entry['instructions'])} and {readable(entry['allocations'])}")
        if sys.argv[1:] == ["--write"]:
            entry["instructions"] = math.ceil(found.instructions * ROOM * 10) / 10
            # A few of what is amortized over many units may fall into one run or the other.
            entry["allocations"] = math.ceil((found.allocations * ROOM + 0.001) * 1_000) / 1_000
    if sys.argv[1:] == ["--write"]:
        THRESHOLDS.write_text(json.dumps(entries, indent=2) + "\n")


if __name__ == "__main__":
    main()
