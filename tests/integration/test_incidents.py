# SPDX-License-Identifier: Apache-2.0
"""Every cluster of tests/snapshots/NAME: does triage name the cause that expected.yaml states, prove it, and stay calm else?

expected.yaml: `source` (after what it was written), `question`, `root_causes` [{kind, namespace, name, check}] most important
first ([]: the cluster is healthy), `words` that the sentences of the causes must hold. The table of scores comes at the end.
"""
import json
import re
import tarfile

import pytest
from incidents import ADVICE, NAMES, check_shape, cluster, expected, matches, plain, unfounded

HEADINGS = ("Root causes", "Evidence", "Could not see", "Fix")
# Checks that only ever report symptoms, so that no incident has them as its cause.
SYMPTOMS = {"service-endpoints", "workload-short"}


@pytest.mark.parametrize("name", NAMES)
def test_expected_is_complete(name):
    want = expected(name)
    assert {"source", "question", "root_causes"} <= set(want) <= {"source", "question", "root_causes", "words"}
    for cause in want["root_causes"]:
        assert {"kind", "name"} <= set(cause) <= {"kind", "namespace", "name", "check"}


@pytest.mark.parametrize("name", NAMES)
def test_cause(ahead, scores, name):
    want = expected(name)
    ran = ahead(name)
    assert ran.code == 0, ran.err
    doc = ran.doc
    check_shape(doc)
    findings = {f["id"]: f for f in doc["findings"]}
    roots = [findings[r] for r in doc["root_causes"]]
    wrong = unfounded(doc, cluster(name))
    said = "\n".join(f"{r['check']}: {r['object']['kind']} {r['object']['namespace']}/{r['object']['name']}: {r['cause']}" for r in roots)
    causes = want["root_causes"]
    scores.rows[name] = {
        "faulty": bool(causes),
        "top1": bool(causes) and bool(roots) and matches(roots[0], causes[0]),
        "top3": all(any(matches(r, c) for r in roots[:max(3, len(causes))]) for c in causes) and bool(causes),
        "extra": sum(not any(matches(r, c) for c in causes) for r in roots),
    }
    if not causes:
        assert not roots, f"a healthy cluster, but:\n{said}"
    else:
        assert scores.rows[name]["top1"], f"expected {causes[0]}, got:\n{said}"
        assert scores.rows[name]["top3"], f"expected {causes}, got:\n{said}"
        for cause in causes:
            if "check" in cause:
                assert any(matches(r, cause) and r["check"] == cause["check"] for r in roots), f"expected {cause}, got:\n{said}"
        lower = plain(said).lower()
        missing = [w for w in want.get("words", []) if str(w).lower() not in lower]
        assert not missing, f"{missing} not in:\n{said}"
        assert not scores.rows[name]["extra"], f"more root causes than there are:\n{said}"
    assert not wrong, f"quotes that stand nowhere: {wrong}"


def unmetered(text):
    return re.sub(r'"(duration_ms|requests|bytes|objects)":\s*\d+', r'"\1":0', text)


@pytest.mark.parametrize("name", NAMES)
def test_same_bytes(ahead, name):
    first, second = (ahead(name, turn=turn) for turn in (0, 1))
    assert unmetered(first.out) == unmetered(second.out)


@pytest.mark.parametrize("name", NAMES)
def test_headings(ahead, name):
    for form, head in (("text", r"^{}$"), ("markdown", r"^#+ {}$")):
        ran = ahead(name, form)
        assert ran.code == 0, ran.err
        for heading in HEADINGS:
            assert re.search(head.format(heading), ran.out, re.M), f"no {heading} in:\n{ran.out}"


def test_archive_is_the_same(run, tmp_path):
    """A snapshot packed into an archive gives the same findings."""
    name = "demo-dra"
    path = tmp_path / "c.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(cluster(name), arcname=".")
    folder, packed = (run("triage", "--snapshot", p, "-o", "json") for p in (cluster(name), path))
    assert unmetered(folder.out) == unmetered(packed.out)


def test_ask_names_the_cause(run):
    want = expected("demo-dra")
    ran = run("ask", "--offline", "--snapshot", cluster("demo-dra"), want["question"], "-o", "json")
    assert ran.code == 0, ran.err
    doc = ran.doc
    assert doc["mode"] == "offline" and doc["status"] == "answered"
    first = doc["root_causes"][0]
    assert matches({"object": first["object"]}, want["root_causes"][0]), first
    assert all(w in first["cause"] for w in want["words"]), first["cause"]
    assert all(c["verified"] for c in first["citations"])
    history = run("history", "list", "-o", "json")
    assert doc["id"] in history.out


def test_every_check_is_exercised(run):
    """Each check that a toolset lists is the cause of an incident here; the symptoms among them show in one."""
    checks = set()
    for toolset in json.loads(run("toolset", "list", "-o", "json").out):
        checks.update(c["name"] for c in toolset["checks"])
    wanted = {c.get("check") for n in NAMES for c in expected(n)["root_causes"]} - {None}
    assert not wanted - checks, "an incident expects a check that is not there"
    assert checks - wanted == SYMPTOMS | ADVICE, "checks that no incident has as its cause"
    doc = run("triage", "--snapshot", cluster("db-down-fanout"), "-o", "json").doc
    assert SYMPTOMS <= {f["check"] for f in doc["findings"] if f["caused_by"]}


def falsified(evidence):
    """The same evidence with another content; None where the form of a derived text does not tell."""
    quote = evidence["quote"]
    if not evidence.get("derived"):
        return {**evidence, "quote": quote + " indeed"}
    if evidence["pointer"] == "/items":
        return {**evidence, "quote": re.sub(r"^\d+", lambda n: str(int(n.group()) + 1), quote)}
    if quote.startswith("{"):
        return {**evidence, "quote": json.dumps({**json.loads(quote), "one": "more"})}
    if quote.startswith("Changed "):
        return {**evidence, "quote": re.sub(r"\(\d\d:\d\d:\d\d\)$", "(23:59:59)", quote)}
    return {**evidence, "quote": re.sub(r"\d+(?= pods?$)", "77", quote)} if quote.endswith((" pods", " pod")) else None


@pytest.mark.parametrize("name", ["demo-dra", "sched-cpu", "network-policy", "oom-limit", "nasty-bundle-db-full"])
def test_falsified_evidence_is_noticed(ahead, name):
    doc = ahead(name).doc
    false = [f for f in map(falsified, doc["evidence"]) if f]
    assert false and unfounded({"evidence": false}, cluster(name)) == false


def test_advice_is_given_and_never_a_cause(run):
    doc = run("triage", "--snapshot", cluster("healthy-untidy"), "-o", "json").doc
    given = {f["check"] for f in doc["findings"]}
    assert ADVICE <= given, ADVICE - given
    assert all(f["severity"] == "info" and f["score"] == 0 for f in doc["findings"] if f["check"] in ADVICE)
    assert not doc["root_causes"]
    names = " ".join(f["cause"] for f in doc["findings"])
    assert "old-settings" in names and "dashboards" not in names, names
    text = run("triage", "--snapshot", cluster("healthy-untidy"), "--color", "never").out
    assert "old-settings" not in text, "advice does not make the text longer"
