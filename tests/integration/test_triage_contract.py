# SPDX-License-Identifier: Apache-2.0
"""What the contract promises of `dupin triage`, asked of the bundled clusters: archives, several clusters at once, scope, checks
by name, exit codes. Whatever the way in, the same cluster gives the same findings."""
import json
import re
import tarfile

import pytest
from incidents import NAMES, Files, check_shape, cluster, expected, follows, matches, stands

# One of each layout, and what has logs, devices, two causes, none.
SOME = ["demo-dra", "two-faults", "nasty-dump-kafka-zero", "gather-image", "bundle-secret", "db-down-fanout", "healthy-recovered"]
FAULTY = [n for n in NAMES if expected(n)["root_causes"]]
# Each cluster is judged in a scope of its own; every third is enough here.
SCOPED = [n for n in FAULTY[::3] if all(c.get("namespace") for c in expected(n)["root_causes"])]


def findings(doc, name=None):
    """What was found, but for ids, which depend on what else was read."""
    by_id = {f["id"]: f for f in doc["findings"]}
    evidence = {e["id"]: (e["source"], e["pointer"], e["quote"]) for e in doc["evidence"]}
    out = []
    for f in doc["findings"]:
        if name in (None, f["object"]["cluster"]):
            obj = tuple(v for k, v in f["object"].items() if k != "cluster")
            above = by_id[f["caused_by"]]["object"]["name"] if f["caused_by"] else None
            quotes = [evidence[e] for e in f["evidence"]]
            out.append((f["check"], f["severity"], f["score"], obj, f["cause"], above, quotes, f["id"] in doc["root_causes"]))
    return out


@pytest.mark.parametrize("name", SOME)
@pytest.mark.parametrize("ending, mode, inside", [(".tar", "w", "."), (".tar.gz", "w:gz", "."), (".tgz", "w:gz", "dump/2026")])
def test_archive(run, ahead, tmp_path, name, ending, mode, inside):
    path = tmp_path / ("cluster" + ending)
    with tarfile.open(path, mode) as tar:
        tar.add(cluster(name), arcname=inside)
    ran = run("triage", "--snapshot", path, "-o", "json")
    assert ran.code == 0, ran.err
    check_shape(ran.doc)
    folder = ahead(name).doc
    assert findings(ran.doc) == findings(folder)
    assert {k: ran.doc[k] for k in ("clusters", "now", "evidence")} == {k: folder[k] for k in ("clusters", "now", "evidence")}


@pytest.mark.parametrize("first", range(0, len(NAMES), 9))
def test_many_clusters_at_once(run, ahead, tmp_path, first):
    """Nine clusters, one of them twice, and one that is not there: each is judged as if it were alone."""
    names = NAMES[first : first + 9]
    paths = [cluster(n) for n in names] + [tmp_path / "away", cluster(names[0])]
    ran = run("triage", "-o", "json", *[x for p in paths for x in ("--snapshot", p)], timeout=120)
    assert ran.code == 0, ran.err
    doc = ran.doc
    check_shape(doc)
    assert len(doc["clusters"]) == len(paths) == len(set(doc["clusters"]))
    alone = [ahead(n).doc["clusters"][0] for n in names]
    counted = {}
    for given, base in zip(doc["clusters"], alone + ["away", alone[0]]):
        counted[base] = counted.get(base, 0) + 1
        assert given == (base if counted[base] == 1 else f"{base}#{counted[base]}")
    away = [b for b in doc["blind_spots"] if b["cluster"] == "away"]
    assert [b["what"] for b in away] == ["the whole cluster"] and not findings(doc, "away")
    clusters = {f["id"]: f["object"]["cluster"] for f in doc["findings"]}
    source = {e["id"]: e["cluster"] for e in doc["evidence"]}
    for given, name in list(zip(doc["clusters"], names)) + [(doc["clusters"][-1], names[0])]:
        own = {f[:4] for f in map(tuple, findings(ahead(name).doc)) if f[-1]}
        here = {f[:4] for f in map(tuple, findings(doc, given)) if f[-1]}
        assert {(c, o) for c, _, _, o in here} <= {(c, o) for c, _, _, o in own}, f"{name}: a cause that it does not have alone"
        gone = {(c, o) for c, _, _, o in own} - {(c, o) for c, _, _, o in here}
        crossed = [f for f in doc["findings"] if f["caused_by"] and f["object"]["cluster"] == given and clusters[f["caused_by"]] != given]
        assert len(gone) <= len(crossed), f"{name}: {gone} is no cause beside others"
        files = Files(cluster(name))
        for e in (e for e in doc["evidence"] if e["cluster"] == given):
            assert (follows if e.get("derived") else stands)(files, e), e
    for f in doc["findings"]:
        assert all(source[e] == f["object"]["cluster"] for e in f["evidence"]) or f["caused_by"], f["cause"]


@pytest.mark.parametrize("name", SCOPED)
def test_scope(run, ahead, name):
    """
    A namespace alone: where the cause is or shows, it comes first (or what shows of it, when the cause is in another one); where
    nothing was found, nothing of a namespace is a cause.
    """
    whole, want = ahead(name).doc, expected(name)["root_causes"]
    there = {f["object"]["namespace"] for f in whole["findings"] if f["object"]["namespace"]}
    spaces = {key[2] for key in Files(cluster(name)).objects if key[0] == "namespaces"}

    def roots(ns):
        ran = run("triage", "--snapshot", cluster(name), "-n", ns, "-o", "json")
        assert ran.code == 0, ran.err
        check_shape(ran.doc)
        return [f for r in ran.doc["root_causes"] for f in ran.doc["findings"] if f["id"] == r]

    first = [found[0] for found in map(roots, sorted(there & spaces or there)) if found]
    alone = len(there) == 1 or all(c["namespace"] in {f["object"]["namespace"] for f in first} for c in want)
    known = want if alone else [f["object"] for f in whole["findings"]]
    # What shows only by objects of two namespaces may be silent in each alone.
    sources = {e["id"]: re.search(r"/namespaces/([^/?]+)/", e["source"]) for e in whole["evidence"]}
    seen = {m.group(1) for f in whole["findings"] if f["id"] in whole["root_causes"] for m in map(sources.get, f["evidence"]) if m}
    assert any(matches(f, c) for f in first for c in known) or (not first and len(seen) > 1), [f["cause"] for f in first]
    for ns in sorted(spaces - there)[:1]:
        assert not [f["cause"] for f in roots(ns) if f["object"]["namespace"]]


@pytest.mark.parametrize("name", SOME)
def test_checks_by_name(run, ahead, name):
    """--only and --skip choose checks and change nothing else; --fail-on is 1 exactly when something is as severe."""
    whole = ahead(name).doc
    for check in sorted({f["check"] for f in whole["findings"]}):
        only = run("triage", "--snapshot", cluster(name), "-o", "json", "--only", check).doc
        check_shape(only)
        assert {f["check"] for f in only["findings"]} == {check}
        assert [f[:5] for f in findings(only)] == [f[:5] for f in findings(whole) if f[0] == check]
        without = run("triage", "--snapshot", cluster(name), "-o", "json", "--skip", check).doc
        assert {f[:5] for f in map(tuple, findings(without))} == {f[:5] for f in map(tuple, findings(whole)) if f[0] != check}
    order = ["info", "warning", "critical"]
    worst = max((order.index(f["severity"]) for f in whole["findings"]), default=-1)
    for i, severity in enumerate(order):
        ran = run("triage", "--snapshot", cluster(name), "-o", "json", "--fail-on", severity)
        assert ran.code == (1 if worst >= i else 0), (severity, [f["severity"] for f in whole["findings"]])
        assert findings(ran.doc) == findings(whole)


def test_all_away_is_exit_3(run, tmp_path):
    ran = run("triage", "-o", "json", "--fail-on", "info", "--snapshot", tmp_path / "a", "--snapshot", tmp_path / "b")
    assert ran.code == 3
    check_shape(ran.doc)
    assert (ran.doc["root_causes"], ran.doc["findings"], ran.doc["evidence"]) == ([], [], [])
    assert sorted(b["cluster"] for b in ran.doc["blind_spots"]) == ran.doc["clusters"] == ["a", "b"]


def test_standard_output_is_one_document(run):
    """With -o json, and -v for much on standard error, there is nothing else on standard output."""
    ran = run("triage", "-o", "json", "-v", "--snapshot", cluster("db-down-fanout"))
    assert json.loads(ran.out)["schema"] == "dupin.triage/v1" and re.fullmatch(r"\{.*\}\n", ran.out, re.S)
