#!/usr/bin/python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the unit tests (TAP) and the integration tests (pytest) of one build, and ends with the table of scores of the incidents and the sum of both.

A program that fails, crashes, is cut off before its plan, or prints no test at all counts as failed, and its output is shown.
"""
import argparse
import concurrent.futures
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

UNIT_SECONDS = 300
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))


def run_unit(path):
    """(passed, failed, skipped, output) of one TAP program."""
    try:
        done = subprocess.run([path], cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, timeout=UNIT_SECONDS, check=False)
        text, status = done.stdout.decode(errors="replace"), done.returncode
    except subprocess.TimeoutExpired as expired:
        text, status = (expired.stdout or b"").decode(errors="replace") + "\n# took too long", -1
    passed = failed = skipped = 0
    plan = None
    for line in text.splitlines():
        if re.match(r"not ok\b", line):
            failed += 1
        elif re.match(r"ok\b", line):
            if re.search(r"# skip", line, re.I):
                skipped += 1
            else:
                passed += 1
        elif re.match(r"1\.\.\d+$", line):
            plan = int(line[3:])
    if plan is None or plan != passed + failed + skipped or (status and not failed):
        failed += 1
        text += "\n# %s: exit status %s, plan %s, %d results" % (os.path.basename(path), status, plan,
                                                              passed + failed + skipped - 1)
    return passed, failed, skipped, text


def run_units(build):
    folder = os.path.join(ROOT, "tests", "unit")
    names = sorted(n[:-2] for n in os.listdir(folder) if n.startswith("test_") and n.endswith(".c"))
    paths = [os.path.join(build, "unit", n) for n in names]
    total = [0, 0, 0]
    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        for path, (passed, failed, skipped, text) in zip(paths, pool.map(run_unit, paths)):
            print("%-40s %4d passed%s%s" % (os.path.basename(path), passed, ", %d FAILED" % failed if failed else "",
                                           ", %d skipped" % skipped if skipped else ""), flush=True)
            if failed:
                print("\n".join(text.splitlines()[-200:]), flush=True)
            total = [a + b for a, b in zip(total, (passed, failed, skipped))]
    return total


def run_pytest(build, words):
    report, table = os.path.join(build, "pytest.xml"), os.path.join(build, "incidents.txt")
    for old in (report, table):
        if os.path.exists(old):
            os.unlink(old)
    env = dict(os.environ, DUPIN_BIN=os.path.join(build, "dupin"), DUPIN_BUILD=build, PYTHONDONTWRITEBYTECODE="1")
    status = subprocess.run([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--junitxml", report,
                             "tests/integration"] + words, cwd=ROOT, env=env, stdin=subprocess.DEVNULL, check=False).returncode
    if os.path.exists(table):
        with open(table, encoding="utf-8") as scores:
            print(scores.read(), end="", flush=True)
    try:
        suites = ElementTree.parse(report).getroot().iter("testsuite")
    except (OSError, ElementTree.ParseError):
        print("pytest left no report (exit status %d)" % status)
        return [0, 1, 0]
    passed = failed = skipped = 0
    for suite in suites:
        bad = int(suite.get("failures", 0)) + int(suite.get("errors", 0))
        skip = int(suite.get("skipped", 0))
        failed += bad
        skipped += skip
        passed += int(suite.get("tests", 0)) - bad - skip
    if status not in (0, 1) and not failed:
        failed += 1
    return [passed, failed, skipped]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--build", default="build")
    parser.add_argument("--unit-only", action="store_true")
    parser.add_argument("words", nargs="*", help="passed on to pytest")
    args = parser.parse_args()
    build = os.path.abspath(args.build)
    total = run_units(build)
    if not args.unit_only:
        total = [a + b for a, b in zip(total, run_pytest(build, args.words))]
    print("%d passed, %d failed, %d skipped" % tuple(total), flush=True)
    return 1 if total[1] or not total[0] else 0


if __name__ == "__main__":
    sys.exit(main())
