# SPDX-License-Identifier: Apache-2.0
"""triage.suppress: findings that a team accepts until a day are told but count for nothing; what is wrong in it is said."""

import json
import re

import pytest
from asking import report
from conftest import ROOT, knows
from fakes.llmd import turn

pytestmark = pytest.mark.skipif(not knows("triage"), reason="this build has no triage")

FANOUT = ROOT / "tests/snapshots/db-down-fanout/cluster"
TAG = ROOT / "tests/snapshots/image-tag/cluster"
ALWAYS = "until: 2099-12-31, reason: known flake"


@pytest.fixture
def triage(run, tmp_path):
    """triage(cluster, "entry", ..., args) → Ran of triage -o json with these entries of triage.suppress."""

    def call(cluster, *entries, args=(), fmt="json"):
        lines = "".join(f"    - {{{e}}}\n" for e in entries)
        config = tmp_path / "config.yaml"
        config.write_text(f"triage:\n  suppress:\n{lines}" if entries else "")
        return run("triage", "--snapshot", cluster, "--config", config, "-o", fmt, *args)

    return call


def suppressed(doc):
    return [b for b in doc["blind_spots"] if b["why"].startswith("suppressed until ")]


def test_leaves_the_findings_but_is_told(triage, tmp_path):
    ran = triage(TAG, f"check: image-pull, {ALWAYS}")
    assert ran.code == 0 and ran.doc["root_causes"] == [], ran.out
    assert [f["check"] for f in ran.doc["findings"]] == ["container-oom-killed"], "what recovered stays"
    assert {e["id"] for e in ran.doc["evidence"]} == set(ran.doc["findings"][0]["evidence"])
    (spot,) = suppressed(ran.doc)
    assert spot["why"] == f"suppressed until 2099-12-31 by {tmp_path}/config.yaml:3: known flake"
    assert spot["what"].startswith("image-pull on Deployment shop/cart: ") and spot["cluster"]
    text = triage(TAG, f"check: image-pull, {ALWAYS}", fmt="text").out
    assert "Suppressed: 1 finding (until 2099-12-31 by" in text and "known flake" in text
    assert "nothing that was read is failing now" not in text, "it would be a lie"
    assert re.search(r"^Could not see\n.*nothing", text, re.M), "nor is it a blind spot to people"
    markdown = triage(TAG, f"check: image-pull, {ALWAYS}", fmt="markdown").out
    assert "Suppressed: 1 finding" in markdown and "known flake" in markdown


def test_symptoms_go_with_their_cause(triage):
    plain = triage(FANOUT).doc
    root = next(f for f in plain["findings"] if f["id"] == plain["root_causes"][0])
    assert len(root["symptoms"]) >= 5
    ran = triage(FANOUT, f"kind: StatefulSet, name: main-*, {ALWAYS}")
    assert ran.doc["root_causes"] == []
    assert len(suppressed(ran.doc)) == 1 + len(root["symptoms"])
    assert len(ran.doc["findings"]) == len(plain["findings"]) - 1 - len(root["symptoms"])


def test_a_symptom_alone_goes_alone(triage):
    plain = triage(FANOUT).doc
    ran = triage(FANOUT, f"check: service-endpoints, name: cart, {ALWAYS}")
    doc = ran.doc
    assert len(doc["findings"]) == len(plain["findings"]) - 1 and len(suppressed(doc)) == 1
    ids = [f["id"] for f in doc["findings"]]
    assert ids == [f"F{i + 1}" for i in range(len(ids))], "numbered without gaps"
    evidence = [e["id"] for e in doc["evidence"]]
    for f in doc["findings"]:
        assert f["caused_by"] is None or f["caused_by"] in ids
        assert set(f["symptoms"]) <= set(ids) and set(f["evidence"]) <= set(evidence)
        for s in f["symptoms"]:
            assert next(x for x in doc["findings"] if x["id"] == s)["caused_by"]
    assert doc["root_causes"] and set(doc["root_causes"]) <= set(ids)


@pytest.mark.parametrize(
    "entry, fits",
    [
        ("check: '*'", True),
        ("check: image-*", True),
        ("check: image-pull, namespace: shop, kind: Deployment, name: cart", True),
        ("kind: deployment", True),
        ("cluster: 'no such'", False),
        ("namespace: sho", False),
        ("namespace: 's?op', name: '[a-c]art'", True),
        ("check: image-pull, name: carts", False),
        ("check: workload-short", False),
    ],
)
def test_patterns(triage, entry, fits):
    assert (triage(TAG, f"{entry}, {ALWAYS}").doc["root_causes"] == []) == fits


def test_fail_on_does_not_count_them(triage):
    assert triage(TAG, args=("--fail-on", "warning")).code == 1
    assert triage(TAG, f"check: image-pull, {ALWAYS}", args=("--fail-on", "warning")).code == 0
    assert triage(FANOUT, f"name: cart, {ALWAYS}", args=("--fail-on", "critical")).code == 1, "the others still do"


def test_only_and_skip_beside_it(triage):
    both = triage(FANOUT, f"check: service-*, {ALWAYS}", args=("--only", "service-endpoints"))
    assert both.code == 0 and both.doc["findings"] == [] and suppressed(both.doc)
    none = triage(FANOUT, f"check: service-endpoints, {ALWAYS}", args=("--skip", "service-endpoints"))
    assert none.code == 0 and not suppressed(none.doc), "what did not run was not suppressed"


def test_the_last_day_counts_and_then_it_is_over(triage):
    over = triage(TAG, "check: image-pull, until: 2020-02-29, reason: long ago")
    assert over.doc["root_causes"] and not suppressed(over.doc)
    assert over.err.count("ended on 2020-02-29") == 1 and "config.yaml:3" in over.err and "long ago" in over.err
    assert triage(TAG, "check: image-pull, until: 2020-02-29, reason: x", args=("-q",)).err == ""
    first = triage(TAG, "check: image-pull, until: 2020-01-01, reason: a", f"check: image-pull, {ALWAYS}")
    assert first.doc["root_causes"] == [], "another that still counts is found behind it"


@pytest.mark.parametrize(
    "entry, words",
    [
        ("check: image-pull, reason: x", ["config.yaml:3", "until is missing", "2026-12-31"]),
        ("check: image-pull, until: 2099-01-01", ["config.yaml:3", "reason is missing"]),
        ("check: image-pull, until: soon, reason: x", ["config.yaml:3", "soon", "2026-12-31"]),
        ("check: image-pull, until: 2099-02-30, reason: x", ["2099-02-30"]),
        ("check: image-pull, until: 2099, reason: x", ["config.yaml:3", "2099"]),
        ("check: image-pull, until: 2099-1-1, reason: x", ["2099-1-1"]),
        ("check: image-pull, until: '2099-01-01T00:00:00Z', reason: x", ["day such as"]),
        ("check: image-pul, until: 2099-01-01, reason: x", ["config.yaml:3", 'did you mean "image-pull"']),
        ("check: zzz-*, until: 2099-01-01, reason: x", ["zzz-*", "toolset show"]),
        ("chekc: image-pull, until: 2099-01-01, reason: x", ["config.yaml:3", 'did you mean "check"']),
        ("check: [image-pull], until: 2099-01-01, reason: x", ["config.yaml:3", "check must be a text"]),
        ("until: 2099-01-01, reason: x", ["config.yaml:3", "every finding"]),
        ("check: image-pull, until: 2099-01-01, reason: ''", ["reason must be a text"]),
    ],
)
def test_mistakes_name_file_line_and_remedy(triage, entry, words):
    ran = triage(TAG, entry)
    assert ran.code == 2 and ran.out == "", ran.out
    for word in words:
        assert word in ran.err, ran.err


@pytest.mark.parametrize("text", ["triage: {suppress: x}", "triage: {suppress: [x]}", "triage: {supress: []}", "triage: []"])
def test_shapes(run, tmp_path, text):
    (tmp_path / "c.yaml").write_text(text + "\n")
    ran = run("triage", "--snapshot", TAG, "--config", tmp_path / "c.yaml")
    assert ran.code == 2 and "c.yaml:1" in ran.err


def test_an_empty_list_is_none(run, tmp_path):
    (tmp_path / "c.yaml").write_text("triage: {suppress: []}\n")
    assert run("triage", "--snapshot", TAG, "--config", tmp_path / "c.yaml", "-o", "json").doc["root_causes"]


def test_check_of_a_disabled_toolset_is_no_mistake(run, tmp_path):
    (tmp_path / "c.yaml").write_text(
        f"toolsets: {{disable: [dra]}}\ntriage: {{suppress: [{{check: dra-driver-absent, {ALWAYS}}}]}}\n"
    )
    assert run("triage", "--snapshot", TAG, "--config", tmp_path / "c.yaml").code == 0


def test_ask_respects_it(run, tmp_path):
    (tmp_path / "c.yaml").write_text(f"triage: {{suppress: [{{check: image-pull, {ALWAYS}}}]}}\n")
    args = ("--offline", "--snapshot", TAG, "--config", tmp_path / "c.yaml")
    ran = run("ask", "what is broken?", "-o", "json", *args)
    assert ran.code == 0 and ran.doc["root_causes"] == []
    assert suppressed(ran.doc) and "suppresses" in ran.doc["answer"]
    text = run("ask", "what is broken?", *args).out
    assert "Suppressed: 1 finding" in text and "known flake" in text


def test_the_model_is_told(ask, llm):
    model = llm(turn(calls=[report(summary="Nothing new.")]))
    ran = ask(model, where=("--snapshot", TAG), config=f"triage: {{suppress: [{{check: image-pull, {ALWAYS}}}]}}\n")
    assert ran.code == 0, ran.err
    said = json.dumps(model.requests[0].messages)
    assert "known flake" in said and "accepted until" in said and "score 0.95" not in said
