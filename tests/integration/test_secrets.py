# SPDX-License-Identifier: Apache-2.0
"""No value of a Secret leaves the source: not to screen, model or database. Other secrets are masked for the model."""

import base64
import json
import os

import pytest
from asking import SLOW, incident, meta, write_snapshot
from fakes.kube_api import KubeApi
from fakes.llmd import call, turn

VALUES = {
    "password": "correct-horse-battery-staple",
    "token": "tok_9f8e7d6c5b4a39281706",
    "ca.crt": "no certificate at all",
}


def encoded(text):
    return base64.b64encode(text.encode()).decode()


def secret():
    """With its values in every place where an API server shows them."""
    data = {k: encoded(v) for k, v in VALUES.items()}
    applied = {"apiVersion": "v1", "kind": "Secret", "data": data, "stringData": VALUES}
    notes = {"kubectl.kubernetes.io/last-applied-configuration": json.dumps(applied)}
    fields = [{"manager": "kubectl", "operation": "Update", "fieldsV1": {"f:data": {"f:password": {}}}}]
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": meta("db", "shop", annotations=notes, managedFields=fields),
        "type": "Opaque",
        "data": data,
        "stringData": VALUES,
    }


def objects():
    pod = incident()
    env = [{"name": "DB", "valueFrom": {"secretKeyRef": {"name": "db", "key": "password"}}}]
    pod[1]["spec"]["containers"][0]["env"] = env
    return [*pod, secret()]


LOOKS = [
    call("kubernetes_get", name="secret/db", namespace="shop"),
    call("kubernetes_get", name="secret/db", namespace="shop", view="yaml"),
    call("kubernetes_get", name="secret/db", namespace="shop", section=".data"),
    call("kubernetes_get", name="secret/db", namespace="shop", section=".metadata.annotations"),
    call("kubernetes_list", kind="secrets", namespace="shop", columns="N:.metadata.name,D:.data,S:.stringData.token"),
    call("kubernetes_list", kind="secrets", namespace="shop", columns="A:.metadata.annotations"),
    call("kubernetes_count", kind="secrets", by=".data.password"),
    call("kubernetes_find", name="db"),
    call("kubernetes_neighborhood", name="secret/db", namespace="shop"),
]


@pytest.fixture(params=["snapshot", "live"])
def where(request, tmp_path):
    if request.param == "snapshot":
        yield ("--snapshot", write_snapshot(tmp_path / "with-secrets", objects()))
        return
    with KubeApi(objects()) as api:
        yield ("--kubeconfig", api.kubeconfig(tmp_path / "kubeconfig"))


def traces(data):
    """Which values stand in these bytes, plain or encoded."""
    forms = {v.encode() for v in VALUES.values()} | {encoded(v).encode() for v in VALUES.values()}
    return [f for f in forms if f in data]


def test_values_stay_where_they_are(ask, llm, where, home):
    model = llm(turn(calls=LOOKS), "The Secret has a password, it seems.")
    ran = ask(model, "--show-tool-output", "-vv", where=where)
    assert ran.code == 0, ran.err
    assert [c["status"] for c in ran.doc["tool_calls"]].count("ok") >= 6, ran.doc["tool_calls"]
    assert traces(ran.out.encode()) == [] and traces(ran.err.encode()) == []
    for request in model.requests:
        assert traces(request.raw) == []
    kept = 0
    for root, _, names in os.walk(home["HOME"]):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                data = f.read()
            kept += len(data)
            assert traces(data) == [], name
    assert kept > 10000, "there is a database at all"


def test_triage_prints_none(run, where):
    for output in ("json", "text", "markdown"):
        ran = run("triage", "-o", output, *where, timeout=60 * SLOW)
        assert ran.code == 0 and traces((ran.out + ran.err).encode()) == []


def test_keys_are_seen(ask, llm, where):
    """Which keys there are is what an investigation needs: a missing one is a cause."""
    model = llm(turn(calls=LOOKS[1:2]), "Seen.")
    ask(model, where=where)
    assert "password" in model.requests[1].results()[0] and "ca.crt" in model.requests[1].results()[0]


# Masked for the model ------------------------------------------------------------------------------------------------

LEAKS = [
    "password=hunter2hunter2hunter2",
    "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N",
    "AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    "postgres://shop:s3cr3tpassw0rd@db.shop:5432/orders",
    "ghp_0123456789abcdefghijABCDEFGHIJ012345",
]
PARTS = ["hunter2hunter2", "dozjgNryP4J3jVmNHl0w5N", "wJalrXUtnFEMI", "s3cr3tpassw0rd", "ghp_0123456789"]


def leaks(request):
    return [p for p in PARTS if p.encode() in request.raw]


def test_logs_are_masked_for_the_model(ask, llm, tmp_path):
    log = "starting\n" + "\n".join(LEAKS) + "\npanic: cannot log in\n"
    snap = write_snapshot(tmp_path / "leaky", incident(), {("shop", "web-1", "app"): log})
    model = llm(turn(calls=[call("logs_get", name="web-1", namespace="shop")]), "It leaks.")
    ran = ask(model, where=("--snapshot", snap))
    assert ran.code == 0 and "panic: cannot log in" in model.requests[1].results()[0]
    assert [leaks(r) for r in model.requests] == [[], []]


def test_findings_are_masked_for_the_model(ask, llm, tmp_path):
    """The decisive line of a log stands in the first message, before any tool was called."""
    log = f"starting\nFATAL: connection to {LEAKS[3]} failed: connection refused\n"
    snap = write_snapshot(tmp_path / "leaky", incident(), {("shop", "web-1", "app"): log})
    model = llm("It leaks.")
    ask(model, where=("--snapshot", snap))
    assert "connection refused" in model.requests[0].messages[1]["content"] and leaks(model.requests[0]) == []


def test_plain_values_of_the_environment_are_masked(ask, llm, tmp_path):
    pods = incident()
    pods[1]["spec"]["containers"][0]["env"] = [{"name": "DB_PASSWORD", "value": "hunter2hunter2hunter2"}]
    snap = write_snapshot(tmp_path / "env", pods)
    looks = [call("kubernetes_get", name="pod/web-1", namespace="shop", view=v) for v in ("yaml", "describe")]
    model = llm(turn(calls=looks), "It leaks.")
    ask(model, where=("--snapshot", snap))
    assert "DB_PASSWORD" in model.requests[1].results()[0] and leaks(model.requests[1]) == []


def test_attachments_and_question_are_masked(ask, llm, tmp_path):
    (tmp_path / "app.env").write_text("\n".join(LEAKS) + "\n")
    model = llm("It leaks.")
    ran = ask(model, "-f", tmp_path / "app.env", question=f"why does {LEAKS[3]} refuse me?")
    assert ran.code == 0 and leaks(model.requests[0]) == []


def test_quote_of_masked_text_verifies(ask, llm, tmp_path):
    """The model can only quote what it saw: the mask stands in the quote, and it is found all the same."""
    log = f"starting\nFATAL: connection to {LEAKS[3]} failed: connection refused\n"
    snap = write_snapshot(tmp_path / "leaky", incident(), {("shop", "web-1", "app"): log})

    def answer(request):
        line = next(x for x in request.results()[0].splitlines() if "FATAL" in x)
        quote = line[line.index("FATAL") :]
        assert "masked" in quote
        citation = {"evidence": "E1", "quote": quote}
        cause = {"cause": "Refused", "object": "Pod/shop/web-1", "confidence": "high", "citations": [citation]}
        return turn(calls=[call("report", summary="Refused.", root_causes=[cause])])

    model = llm(turn(calls=[call("logs_get", name="web-1", namespace="shop")]), answer)
    ran = ask(model, where=("--snapshot", snap))
    assert ran.doc["root_causes"][0]["citations"][0]["verified"] is True, ran.doc["unverified"]
