# SPDX-License-Identifier: Apache-2.0
"""Incidents of which a part is gone: events live for an hour, logs are not always in a dump. Most causes show in what is left, and
what is said about the rest still stands in the files."""
import concurrent.futures
import json
import os
import subprocess

import pytest
from healing import Rewrite, link_cluster
from incidents import NAMES, Files, check_shape, expected, matches, unfounded

FAULTY = [n for n in NAMES if expected(n)["root_causes"]]


def without_events(folder):
    there = {key for key in Files(folder).objects if key[0] == "events"}
    Rewrite(folder, {}, {("Event", ns or "", name) for _, ns, name in there}).objects()


def without_logs(folder):
    for path in list(folder.rglob("*.log")) + list(folder.rglob("logs.txt")):
        path.unlink()


@pytest.mark.parametrize("without, share", [(without_events, 0.9), (without_logs, 0.75)])
def test_most_causes_show(dupin, home, tmp_path, without, share):
    def judge(name):
        folder = tmp_path / name
        link_cluster(name, folder)
        without(folder)
        command = [dupin, "triage", "--snapshot", str(folder), "-o", "json"]
        done = subprocess.run(command, env=home, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=120)
        assert done.returncode == 0, f"{name}: {done.stderr}"
        doc = json.loads(done.stdout)
        check_shape(doc)
        assert not unfounded(doc, folder), name
        first = [f for f in doc["findings"] if f["id"] in doc["root_causes"][:1]]
        return bool(first) and matches(first[0], expected(name)["root_causes"][0])

    with concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2) as pool:
        right = dict(zip(FAULTY, pool.map(judge, FAULTY)))
    missed = [n for n in FAULTY if not right[n]]
    assert len(missed) <= (1 - share) * len(FAULTY), missed
