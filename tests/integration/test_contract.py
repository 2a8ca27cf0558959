# SPDX-License-Identifier: Apache-2.0
"""The shape of what -o json prints: every key, its type and place, however an investigation ends."""

import json
import re
import signal

import pytest
from asking import LIST_PODS, PANIC, READ_LOG, SLOW, cause, holder, incident, proven, report, write_snapshot
from fakes.llmd import call, turn

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
OBJECT = {"cluster": str, "apiVersion": str, "kind": str, "namespace": str, "name": str}
EVIDENCE = {"id": r"E\d+", "cluster": str, "source": r"(GET /|tool )", "pointer": str, "quote": str}
BLIND = {"what": str, "why": str, "cluster": str}
FINDING = {
    "id": r"F\d+",
    "check": r"[a-z0-9-]+$",
    "severity": r"(critical|warning|info)$",
    "score": float,
    "object": OBJECT,
    "cause": str,
    "caused_by": (r"F\d+", None),
    "symptoms": [r"F\d+"],
    "evidence": [r"E\d+"],
    "fix": [str],
    "docs": (r"https://", None),
}
TRIAGE = {
    "schema": r"dupin\.triage/v1$",
    "clusters": [str],
    "now": TIME.pattern,
    "scanned": {"objects": int, "requests": int, "bytes": int, "duration_ms": int},
    "root_causes": [r"F\d+"],
    "findings": [FINDING],
    "blind_spots": [BLIND],
    "evidence": [EVIDENCE],
}
CITATION = {"evidence": str, "quote": str, "verified": bool}
ASK = {
    "schema": r"dupin\.investigation/v1$",
    "id": r"[0-9A-Z]{26}$",
    "question": str,
    "mode": r"(model|offline)$",
    "model": (str, None),
    "status": r"(answered|partial|failed|cancelled)$",
    "answer": str,
    "root_causes": [
        {"cause": str, "object": (OBJECT, None), "confidence": r"(high|medium|low)$", "citations": [CITATION]}
    ],
    "unverified": [str],
    "blind_spots": [BLIND],
    "tool_calls": [
        {
            "id": str,
            "tool": str,
            "arguments": dict,
            "status": r"(ok|no_data|error|denied|timeout)$",
            "duration_ms": int,
            "bytes": int,
            "evidence": [r"E\d+"],
        }
    ],
    "evidence": [EVIDENCE],
    "usage": {
        "requests": int,
        "prompt_tokens": int,
        "completion_tokens": int,
        "cached_tokens": int,
        "cost_usd": (float, None),
    },
    "duration_ms": int,
}


def check(value, shape, at=""):
    """A value has a shape: a type, a pattern, a list of one shape, keys in their order, or one of several."""
    if isinstance(shape, tuple):
        if value is None and None in shape:
            return
        shape = shape[0]
    if isinstance(shape, dict):
        assert isinstance(value, dict), at
        assert [k for k in value if k in shape] == list(shape), f"{at}: keys are {list(value)}"
        for key, inner in shape.items():
            check(value[key], inner, f"{at}.{key}")
    elif isinstance(shape, list):
        assert isinstance(value, list), at
        for i, item in enumerate(value):
            check(item, shape[0], f"{at}[{i}]")
    elif isinstance(shape, str):
        assert isinstance(value, str) and re.match(shape, value), f"{at}: {value!r} is not {shape}"
    else:
        assert type(value) is shape, f"{at}: {value!r} is no {shape.__name__}"


def check_ids(doc):
    """Each id that is named is there, once."""
    ids = [e["id"] for e in doc["evidence"]]
    assert len(ids) == len(set(ids))
    named = [e for c in doc.get("tool_calls", []) for e in c["evidence"]]
    named += [e for f in doc.get("findings", []) for e in f["evidence"]]
    named += [i for e in doc["evidence"] for i in e.get("inputs", [])]
    for c in doc["root_causes"]:
        named += [k["evidence"] for k in (c["citations"] if isinstance(c, dict) else []) if k["verified"]]
    assert set(named) <= set(ids), set(named) - set(ids)


def triage_doc(ran):
    check(ran.doc, TRIAGE)
    check_ids(ran.doc)
    findings = {f["id"]: f for f in ran.doc["findings"]}
    assert all(findings[r]["caused_by"] is None for r in ran.doc["root_causes"])
    rank = ["critical", "warning", "info"]
    order = [(rank.index(f["severity"]), -f["score"]) for f in ran.doc["findings"]]
    assert order == sorted(order)
    return ran.doc


def ask_doc(ran):
    check(ran.doc, ASK)
    check_ids(ran.doc)
    return ran.doc


@pytest.fixture
def other(tmp_path):
    """A second cluster whose folder is called like the first one's."""
    return write_snapshot(tmp_path / "other" / "snap", incident())


# triage --------------------------------------------------------------------------------------------------------------


def test_triage(run, snap):
    doc = triage_doc(run("triage", "--snapshot", snap, "-o", "json"))
    assert doc["clusters"] == ["demo"] and doc["root_causes"]


def test_equal_names(run, snap, other):
    doc = triage_doc(run("triage", "--snapshot", snap, "--snapshot", other, "-o", "json"))
    assert doc["clusters"] == ["demo", "demo#2"]
    assert {f["object"]["cluster"] for f in doc["findings"]} == {"demo", "demo#2"}
    assert {e["cluster"] for e in doc["evidence"]} == {"demo", "demo#2"}


def test_one_of_two_is_away(run, snap, tmp_path):
    ran = run("triage", "--snapshot", tmp_path / "none", "--snapshot", snap, "-o", "json")
    doc = triage_doc(ran)
    assert ran.code == 0 and doc["root_causes"] and doc["now"].startswith("2026-01-01T01:00:00")
    assert [b["cluster"] for b in doc["blind_spots"] if b["what"] == "the whole cluster"] == ["none"]
    text = run("triage", "--snapshot", tmp_path / "none", "--snapshot", snap)
    assert "[none] the whole cluster" in text.out and "[demo] Pod shop/web-1" in text.out


def test_all_are_away(run, tmp_path):
    ran = run("triage", "--snapshot", tmp_path / "a", "--snapshot", tmp_path / "b", "-o", "json")
    assert ran.code == 3 and triage_doc(ran)["clusters"] == ["a", "b"]
    assert str(tmp_path / "a") in ran.err and str(tmp_path / "b") in ran.err
    ran = run("triage", "--snapshot", tmp_path / "a")
    assert (ran.code, ran.out) == (3, "")


def test_snapshot_beside_live_cluster(run, snap, kube, tmp_path):
    path, name = kube.kubeconfig(tmp_path / "kc"), kube.name
    doc = triage_doc(run("triage", "--snapshot", snap, "--kubeconfig", path, "--context", name, "-o", "json"))
    assert doc["clusters"] == ["demo", name]
    doc = triage_doc(run("triage", "--kubeconfig", path, "--context", name, "--context", name, "-o", "json"))
    assert doc["clusters"] == [name, name + "#2"]


def test_namespace_that_is_not_there(run, snap, tmp_path):
    """A name that was mistyped must not pass for a healthy namespace."""
    ran = run("triage", "--snapshot", snap, "-n", "shup", "-o", "json")
    assert (ran.code, ran.out) == (2, "") and 'did you mean "shop"?' in ran.err
    away = write_snapshot(tmp_path / "away", [{**incident()[0], "metadata": {"name": "shup"}}])
    doc = triage_doc(run("triage", "--snapshot", snap, "--snapshot", away, "-n", "shup", "-o", "json"))
    told = [b for b in doc["blind_spots"] if b["what"] == "namespace shup"]
    assert doc["root_causes"] == [] and [b["cluster"] for b in told] == ["demo"]
    ran = run("triage", "--snapshot", snap, "-n", "../shop")
    assert (ran.code, ran.out) == (2, "") and "no name of a namespace" in ran.err


# ask -----------------------------------------------------------------------------------------------------------------


def test_offline(ask):
    ran = ask(None, "--offline")
    doc = ask_doc(ran)
    assert (ran.code, doc["mode"], doc["model"], doc["status"]) == (0, "offline", None, "answered")
    assert doc["root_causes"] and all(c["verified"] for r in doc["root_causes"] for c in r["citations"])


def test_model(ask, llm):
    doc = ask_doc(ask(llm(turn(calls=[LIST_PODS, READ_LOG]), proven())))
    assert (doc["mode"], doc["model"], doc["status"]) == ("model", "fake", "answered")


@pytest.mark.parametrize("obj", [{"kind": 7, "name": ["x"]}, 12, None, "", "Pod", "Gremlin/x/y", "Pod/web-1", {}])
def test_object_that_is_none(ask, llm, obj):
    """Whatever a model puts in place of an object, the document keeps its shape."""
    said = report({**cause(quotes=[("E1", "CrashLoopBackOff")]), "object": obj})
    doc = ask_doc(ask(llm(turn(calls=[LIST_PODS]), turn(calls=[said]))))
    if obj == "Pod/web-1":
        assert doc["root_causes"][0]["object"]["namespace"] == "shop"


def test_object_in_the_second_cluster(ask, llm, snap, other, tmp_path):
    away = write_snapshot(tmp_path / "away", incident()[:1])
    listed = call("kubernetes_list", kind="pods", namespace="shop", cluster="demo#2")
    where = ("--snapshot", away, "--snapshot", other, "--snapshot", snap)

    def answer(request):
        return turn(calls=[report(cause(quotes=[(holder(request, "CrashLoopBackOff"), "CrashLoopBackOff")]))])

    doc = ask_doc(ask(llm(turn(calls=[listed]), answer), where=where))
    found = doc["root_causes"][0]
    assert found["object"]["cluster"] == "demo#2" and found["citations"][0]["verified"] and doc["unverified"] == []
    assert [e["cluster"] for e in doc["evidence"] if e["id"] == found["citations"][0]["evidence"]] == ["demo#2"]


def test_failed_model(ask, llm):
    doc = ask_doc(ask(llm(turn(fault="401"))))
    assert (doc["mode"], doc["status"]) == ("offline", "answered")


@pytest.mark.parametrize("flag", ["--max-steps", "--budget-tokens", "--budget-usd"])
def test_nothing_to_spend(ask, llm, flag):
    model = llm()
    ran = ask(model, flag, "0")
    assert (ran.code, ask_doc(ran)["mode"], model.requests) == (0, "offline", [])
    assert f"{flag} is 0" in ran.err


def test_budget(ask, llm):
    ran = ask(llm(turn(calls=[LIST_PODS]), turn(calls=[READ_LOG])), "--max-steps", "1")
    assert (ran.code, ask_doc(ran)["status"]) == (5, "partial")


def test_unreadable(ask, tmp_path):
    ran = ask(None, "--offline", where=("--snapshot", tmp_path / "none"))
    assert (ran.code, ask_doc(ran)["status"]) == (3, "failed")


def test_interrupt(start, asked, llm):
    model = llm(turn(calls=[LIST_PODS]), turn(fault="silence"))
    p = start(*asked(model, "-o", "json"))
    while "kubernetes_list: ok" not in p.stderr.readline():
        pass
    p.send_signal(signal.SIGINT)
    out, _ = p.communicate(timeout=30 * SLOW)
    doc = json.loads(out)
    check(doc, ASK)
    assert (p.returncode, doc["status"], len(doc["tool_calls"])) == (130, "cancelled", 1)


def test_what_the_model_missed_is_a_blind_spot(ask, llm):
    said = report(cause(quotes=[("E1", "CrashLoopBackOff")]), not_seen=["the database's own log"])
    doc = ask_doc(ask(llm(turn(calls=[LIST_PODS]), turn(calls=[said]))))
    assert {"what": "the database's own log", "why": "named by the model", "cluster": "demo"} in doc["blind_spots"]


def test_malformed_calls(ask, llm):
    wild = [call("kubernetes_list", '{"kind": '), call("no_such_tool", x=1), call("logs_get", "[1,2]"), call("", "")]
    ask_doc(ask(llm(turn(calls=wild), turn(calls=[LIST_PODS]), "That was all.")))


def test_mended_report(ask, llm):
    def answer(request):
        return turn(calls=[report(cause(quotes=[(holder(request, PANIC), PANIC), ("E1", "no such text anywhere")]))])

    doc = ask_doc(ask(llm(turn(calls=[READ_LOG]), answer, answer)))
    assert [c["verified"] for c in doc["root_causes"][0]["citations"]] == [True, False]
