#!/usr/bin/env python3
"""What latencyd does to others on the same CPUs while it takes 100,000 timings a second: how late a thread wakes up, and
how long a real inference takes.

Rounds of three or four states after each other, each state with its own order in each round:
  idle      nothing runs, the sender neither
  without   a sender of 100,000 timings a second, and a program that receives its datagrams and drops them
  with      the same sender, and latencyd instead of that program
  netdata   as without, and Netdata
The sender costs CPU itself, so what counts is `with` beside `without`.

usage: harm.py [--rounds N] [--seconds N] [--only wakeup|inference]
"""

import argparse
import contextlib
import pathlib
import statistics
import subprocess
import sys
import tempfile
import time

import peers
from measure import Latencyd, Process, program, skip, table

RATE = 100_000
SERIES = 1_000
DATAGRAM_BYTES = 1_400
# For the start of a daemon to be over before the measuring begins.
SETTLE = 2.0


@contextlib.contextmanager
def sending(socket, seconds):
    with Process([program("send"), socket, SERIES, DATAGRAM_BYTES, int(RATE * (seconds + 60)), RATE]) as sender:
        time.sleep(0.3)
        if sender.child.poll() is not None:
            raise RuntimeError(f"the sender ended: {sender.said()}")
        yield sender


@contextlib.contextmanager
def state(name, seconds):
    """The machine in one of the states, for as long as the context lasts. Yields what may have used CPU."""
    with contextlib.ExitStack() as stack:
        if name == "idle":
            yield {}
            return
        if name == "with":
            receiver = stack.enter_context(Latencyd({"push": {"max_series_per_metric": SERIES}}))
            socket = receiver.datagrams
        else:
            socket = pathlib.Path(stack.enter_context(tempfile.TemporaryDirectory()), "drain.sock")
            receiver = stack.enter_context(Process([program("drain"), socket]))
            receiver.wait_for(socket.is_socket, "the drain's socket")
        if name == "netdata":
            stack.enter_context(peers.netdata())
        time.sleep(SETTLE)
        sender = stack.enter_context(sending(socket, seconds))
        yield {"receiver": receiver, "sender": sender}


def measured(command, name, seconds):
    """The figures that the probe prints in a state, and the shares of a core that sender and receiver took."""
    with state(name, seconds) as running:
        before = {who: process.cpu_seconds() for who, process in running.items()}
        line = subprocess.run([*command, str(seconds)], check=True, capture_output=True, text=True).stdout
        shares = {who: (process.cpu_seconds() - before[who]) / seconds for who, process in running.items()}
    return [float(word) for word in line.split()[1:]], shares


def show(title, columns, judged, found, shares):
    print(title)
    rows = []
    for name, runs in found.items():
        cells = []
        for place in range(len(columns)):
            values = [run[place] for run in runs]
            cells.append(f"{statistics.median(values):.1f} ({min(values):.1f} … {max(values):.1f})")
        use = " and ".join(f"{who} {statistics.median(s[who] for s in shares[name]) * 100:.1f} %" for who in ("sender", "receiver")
                           if shares[name][0])
        rows.append((name, *cells, use))
    table(rows, ("", *columns, "of a core"))
    for name in found:
        if name not in ("with", "netdata"):
            continue
        for place in judged:
            base = [run[place] for run in found["without"]]
            differences = [other[place] - one for one, other in zip(base, found[name])]
            middle, spread = statistics.median(differences), max(base) - min(base)
            word = "beyond" if middle > spread else "within"
            print(f"  {name} against without, {columns[place]}: {middle:+.1f} µs in the median of {len(base)} pairs, larger in"
                  f" {sum(d > 0 for d in differences)}; {word} the spread of {spread:.1f} µs between the runs without")


def rounds(command, options):
    names = ["without", "with"]
    if peers.find("netdata"):
        names.append("netdata")
    else:
        peers.netdata()
    found, shares = {name: [] for name in ("idle", *names)}, {name: [] for name in ("idle", *names)}
    for number in range(options.rounds):
        order = names[number % len(names):] + names[:number % len(names)]
        # Nothing running is for scale only.
        for name in (["idle"] if number < 2 else []) + order:
            figures, used = measured(command, name, options.seconds)
            found[name].append(figures)
            shares[name].append(used)
    return found, shares


def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--rounds", type=int, default=6)
    options.add_argument("--seconds", type=float, default=8)
    options.add_argument("--only", choices=("wakeup", "inference"))
    options = options.parse_args()
    if None in (program("send"), program("drain"), program("wakeup")):
        return
    print(f"harm: {RATE:,} timings a second of {SERIES:,} series, {options.rounds} rounds of {options.seconds:g} s a state;"
          " median of the rounds (least … most), microseconds")
    if options.only != "inference":
        show("how late threads wake up, one bound to each CPU, a wake-up a millisecond", ("P50", "P99", "P99.9", "longest"),
             (1, 2), *rounds([program("wakeup")], options))
    if options.only != "wakeup":
        try:
            import onnx, onnxruntime  # noqa: F401
        except ImportError:
            return skip("inference: ONNX Runtime is not installed (pip install onnxruntime onnx)")
        show("an inference by ONNX Runtime on one thread", ("P50", "P95", "P99"), (2,),
             *rounds([sys.executable, pathlib.Path(__file__).parent / "inference.py"], options))


if __name__ == "__main__":
    main()
