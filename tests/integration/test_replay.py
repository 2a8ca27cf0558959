# SPDX-License-Identifier: Apache-2.0
"""dupin replay: the recorded answers of a cluster serve the same question again, when the cluster is gone."""

import shutil

from asking import LIST_PODS, QUESTION, cause, crashing_pod, incident, report
from fakes.kube_api import KubeApi
from fakes.llmd import turn


def causes(doc):
    return [(c["cause"], c["object"]["kind"], c["object"]["name"]) for c in doc["root_causes"]]


def quotes(doc):
    return [(e["source"], e["pointer"], e["quote"]) for e in doc["evidence"]]


def test_snapshot_is_gone(run, snap):
    first = run("ask", QUESTION, "--offline", "--snapshot", snap, "-o", "json")
    assert first.code == 0 and first.doc["root_causes"], first.err
    shutil.rmtree(snap)
    again = run("replay", "last", "--offline", "-o", "json")
    assert again.code == 0, again.err
    assert causes(again.doc) == causes(first.doc)
    assert quotes(again.doc) == quotes(first.doc)
    assert again.doc["id"] != first.doc["id"] and again.doc["question"] == QUESTION


def test_live_cluster_is_gone(run, tmp_path):
    with KubeApi(incident() + [crashing_pod("web-2")]) as api:
        config = api.kubeconfig(tmp_path / "kubeconfig")
        first = run("ask", QUESTION, "--offline", "--kubeconfig", config, "-o", "json")
        assert first.code == 0 and first.doc["root_causes"], first.err
    again = run("replay", first.doc["id"][:20], "--offline", "-o", "json")
    assert again.code == 0, again.err
    assert causes(again.doc) == causes(first.doc)


def test_with_a_model(run, snap, llm):
    assert run("ask", QUESTION, "--offline", "--snapshot", snap).code == 0
    shutil.rmtree(snap)
    model = llm(turn(calls=[LIST_PODS]), turn(calls=[report(cause(quotes=[("E1", "CrashLoopBackOff")]))]))
    again = run("replay", "last", "--model", "fake", "--base-url", model.url, "-o", "json")
    assert again.code == 0, again.err
    assert again.doc["mode"] == "model"
    assert [c["status"] for c in again.doc["tool_calls"]][0] == "ok"


def test_what_was_not_read_is_not_captured(run, snap, llm):
    assert run("ask", QUESTION, "--offline", "--snapshot", snap).code == 0
    model = llm(turn(calls=[{"name": "kubernetes_list", "arguments": {"kind": "leases"}, "id": None}]), turn(calls=[report(summary="Nothing is known.")]))
    again = run("replay", "last", "--model", "fake", "--base-url", model.url, "-o", "json")
    assert again.code == 0, again.err
    assert again.doc["tool_calls"][0]["status"] in ("denied", "error", "no_data")
    assert any("leases" in b["what"] for b in again.doc["blind_spots"])


def test_unknown(run):
    ran = run("replay", "01ZZZZ")
    assert ran.code == 2 and "no investigation begins with" in ran.err
    assert run("replay").code == 2
