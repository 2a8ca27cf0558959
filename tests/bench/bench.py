#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""The numbers of `make bench`: each with its limit, measured in one run on this machine. README.md says what they mean."""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import asking  # noqa: E402
import scale  # noqa: E402
import servers  # noqa: E402

START_RUNS = 50
PARTS = ["start", "size", "small", "large", "ask", "calls", "log"]


class Board:
    """Prints rows as they come and remembers whether one was missed."""

    def __init__(self):
        self.missed = []
        print("%-42s %14s %14s %7s" % ("number", "measured", "limit", "ratio"))

    def row(self, name, value, limit, unit, at_least=False, digits=1):
        """A number with a limit: the most it may be, or the least."""
        ratio = (limit / value if value else float("inf")) if at_least else value / limit
        good = value >= limit if at_least else value <= limit
        if not good:
            self.missed.append(name)
        print("%-42s %14s %14s %7.2f  %s" % (
            name, "%.*f %s" % (digits, value, unit), "%s %.*f %s" % (">=" if at_least else "<=", digits, limit, unit),
            ratio, "ok" if good else "MISSED"), flush=True)

    def fact(self, name, good, text):
        """Something that is right or wrong."""
        if not good:
            self.missed.append(name)
        print("%-42s %14s %14s %7s  %s" % (name, text, "right", "", "ok" if good else "MISSED"), flush=True)

    def note(self, text):
        print("    " + text, flush=True)


def spread(values, digits=1):
    """Least, median and most of a list, for the raw line under a row."""
    return "%.*f / %.*f / %.*f" % (digits, min(values), digits, statistics.median(values), digits, max(values))


def start_up(board, programs, dupin, env):
    """How long a process takes that has nothing to do, beside one that everybody has."""
    runs = servers.measure(programs, [[dupin, "version"], ["curl", "--version"]], START_RUNS, env=env)
    ours, theirs = ([r.wall_ms for r in list_] for list_ in runs)
    board.row("start: dupin version / curl --version", statistics.median(ours) / statistics.median(theirs), 1.0, "x",
              digits=2)
    board.note("ms, least / median / most of %d: dupin %s; curl %s" % (START_RUNS, spread(ours, 2), spread(theirs, 2)))
    help_ = servers.measure(programs, [[dupin, "help"]], 5, env=env)[0]
    board.row("dupin help: peak memory", max(r.rss_kb for r in help_) / 1024, 12, "MB")
    if any(r.status for list_ in runs + [help_] for r in list_):
        raise RuntimeError("dupin version or dupin help failed")


def size(board, dupin, folder):
    """What has to be copied to a machine."""
    copy = os.path.join(folder, "dupin")
    shutil.copy(dupin, copy)
    subprocess.run(["strip", copy], check=True)
    board.row("stripped binary", os.path.getsize(copy) / (1 << 20), 3, "MB", digits=2)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--dupin", required=True, help="the program to measure")
    parser.add_argument("--only", action="append", choices=PARTS,
                        help="some of the numbers; can be repeated")
    args = parser.parse_args()
    dupin = os.path.abspath(args.dupin)
    wanted = args.only or PARTS
    programs = servers.build(os.path.join(os.path.dirname(dupin), "bench"))
    board = Board()
    with tempfile.TemporaryDirectory(prefix="dupin-bench-") as folder:
        bench = asking.Bench(board, programs, dupin, folder)
        if "start" in wanted:
            start_up(board, programs, dupin, bench.env)
        if "size" in wanted:
            size(board, dupin, folder)
        cluster = scale.Scale(board, programs, dupin, folder, bench.env)
        if "small" in wanted:
            cluster.small()
        if "large" in wanted:
            cluster.large()
        if "ask" in wanted:
            bench.waiting()
        if "calls" in wanted:
            bench.calls()
        if "log" in wanted:
            bench.long_log()
    if board.missed:
        print("missed: " + ", ".join(board.missed))
        return 1
    print("all limits are met")
    return 0


if __name__ == "__main__":
    sys.exit(main())
