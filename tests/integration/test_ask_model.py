# SPDX-License-Identifier: Apache-2.0
"""dupin ask with a model that behaves: tool calls, proof of quotes, forms of an answer, formats."""

import json
import re

import pytest
from asking import (
    HANGS,
    LIST_PODS,
    PANIC,
    QUESTION,
    READ_LOG,
    SLOW,
    cause,
    crashing_pod,
    holder,
    incident,
    kept,
    proven,
    report,
    results,
    write_snapshot,
)
from fakes.llmd import call, turn


def evidence(doc, name):
    return next(e for e in doc["evidence"] if e["id"] == name)


def test_happy_path(ask, llm, run):
    model = llm(turn(calls=[LIST_PODS, READ_LOG]), proven())
    ran = ask(model)
    assert ran.code == 0, ran.err
    doc = ran.doc
    assert (doc["schema"], doc["mode"], doc["model"], doc["status"]) == (
        "dupin.investigation/v1",
        "model",
        "fake",
        "answered",
    )
    assert [(c["tool"], c["status"]) for c in doc["tool_calls"]] == [("kubernetes_list", "ok"), ("logs_get", "ok")]
    assert doc["unverified"] == [] and doc["question"] == QUESTION
    assert doc["usage"]["requests"] == 2 and doc["usage"]["prompt_tokens"] > 0
    shown = kept(run)
    assert shown == doc


def test_prefix_is_stable_and_question_last(ask, llm):
    """Providers cache what stays the same byte for byte: system prompt and tools; time and question come last."""
    model = llm("Nothing is wrong.", "Nothing is wrong.")
    ask(model)
    ask(model, question="what else?")
    first, second = (r.body for r in model.requests)
    assert first["messages"][0] == second["messages"][0] and first["tools"] == second["tools"]
    assert first["messages"][1]["content"].rstrip().endswith(QUESTION)
    assert first["messages"][1]["content"] != second["messages"][1]["content"]


def test_results_come_in_request_order(ask, llm):
    calls = [call("kubernetes_get", name=f"pod/{n}", namespace="shop") for n in ("web-1", "nope", "web-1b", "web-1c")]
    model = llm(turn(calls=[*calls, READ_LOG, LIST_PODS]), "Done looking at it.")
    doc = ask(model).doc
    asked_ids = [c["id"] for c in model.requests[1].messages[2]["tool_calls"]]
    assert list(results(model.requests[1])) == asked_ids == [c["id"] for c in doc["tool_calls"]]
    numbers = [int(e[1:]) for c in doc["tool_calls"] for e in c["evidence"]]
    assert numbers == sorted(numbers) and len(numbers) == 6


def test_calls_of_a_turn_run_side_by_side(start, asked, llm, kube, tmp_path):
    """All reads are under way at once; the deadline of a call ends each, and the model hears why."""
    names = [f"web-{i}" for i in range(6)]
    for name in names:
        kube.add(crashing_pod(name))
    kube.misbehave(HANGS, hang=True)
    (tmp_path / "config.yaml").write_text("toolsets: {call_timeout: 2s}\ncluster: {triage_time: 1ms}\n")
    model = llm(turn(calls=[call("logs_get", name=n, namespace="shop", since="2h") for n in names]), "They all hang.")
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"), "--config", tmp_path / "config.yaml")
    p = start(*asked(model, "-o", "json", where=where))
    for i in range(6):
        assert kube.wait_hung(20 * SLOW), f"only {i} reads were under way"
    out, err = p.communicate(timeout=30 * SLOW)
    assert p.returncode == 0, err
    assert [c["status"] for c in json.loads(out)["tool_calls"]] == ["timeout"] * 6
    assert all("This took longer than 2 s and was stopped" in r for r in model.requests[1].results())


def test_quotes_are_traced_to_their_place(ask, llm):
    def answer(request):
        quotes = [(holder(request, PANIC), "panic: cannot connect to db.shop:5432"), ("E1", "CrashLoopBackOff")]
        return turn(calls=[report(cause(quotes=quotes))])

    doc = ask(llm(turn(calls=[LIST_PODS, READ_LOG]), answer)).doc
    log, state = doc["root_causes"][0]["citations"]
    assert log["verified"] and state["verified"]
    line = evidence(doc, log["evidence"])
    assert line["source"].startswith("GET /api/v1/namespaces/shop/pods/web-1/log") and line["pointer"] == "line 3"
    assert line["quote"] == PANIC and "derived" not in line
    field = evidence(doc, state["evidence"])
    assert field["source"] == "GET /api/v1/namespaces/shop/pods/web-1"
    assert field["pointer"] == "/status/containerStatuses/0/state/waiting/reason"
    assert doc["root_causes"][0]["object"] == {
        "cluster": "demo",
        "apiVersion": "v1",
        "kind": "Pod",
        "namespace": "shop",
        "name": "web-1",
    }


def test_false_quote_is_mended_once(ask, llm):
    """The model hears which quotes were not found, and may report once more; then the rest is marked."""
    cats = cause(quotes=[("E1", "the disk is full of cats")])
    false = report(cats, cause("A proven one", [("E1", "CrashLoopBackOff")]))
    model = llm(turn(calls=[LIST_PODS]), turn(calls=[false]), turn(calls=[false]))
    ran = ask(model)
    assert ran.code == 0
    assert "the disk is full of cats" in model.requests[2].results()[0]
    bad, good = ran.doc["root_causes"]
    assert bad["citations"][0]["verified"] is False and bad["confidence"] == "low"
    assert good["citations"][0]["verified"] is True and good["confidence"] == "high"
    assert any("the disk is full of cats" in u for u in ran.doc["unverified"])


def test_wrong_id_of_a_true_quote_is_put_right(ask, llm):
    def answer(request):
        wrong = holder(request, "STATUS")
        assert wrong != holder(request, PANIC)
        return turn(calls=[report(cause(quotes=[(wrong, PANIC)]))])

    doc = ask(llm(turn(calls=[LIST_PODS, READ_LOG]), answer)).doc
    citation = doc["root_causes"][0]["citations"][0]
    assert citation["verified"] and evidence(doc, citation["evidence"])["pointer"] == "line 3"


def test_short_quote_proves_nothing(ask, llm):
    doc = ask(llm(turn(calls=[READ_LOG]), *[turn(calls=[report(cause(quotes=[("E1", "db")]))])] * 2)).doc
    assert doc["root_causes"][0]["citations"][0]["verified"] is False


def test_object_that_does_not_exist_is_told(ask, llm):
    said = report(cause(quotes=[("E1", "CrashLoopBackOff")], obj="Pod/shop/web-9"))
    doc = ask(llm(turn(calls=[LIST_PODS]), turn(calls=[said]))).doc
    assert any("there is no object named web-9" in u for u in doc["unverified"])


def test_claim_without_quote_is_unverified(ask, llm):
    doc = ask(llm(turn(calls=[report(cause("Gremlins live in the network"))]))).doc
    assert doc["unverified"] == ["Gremlins live in the network (no quote was given)"]
    assert doc["root_causes"][0]["confidence"] == "low"


def test_json_in_the_text_is_a_report(ask, llm):
    body = {
        "summary": "The database is down.",
        "root_causes": [cause(quotes=[("E1", "CrashLoopBackOff")])],
        "fix": ["kubectl -n shop scale sts/db --replicas=1"],
    }
    doc = ask(llm(turn(calls=[LIST_PODS]), f"Here it is:\n```json\n{json.dumps(body)}\n```\n")).doc
    assert doc["root_causes"][0]["citations"][0]["verified"] is True
    assert "kubectl -n shop scale sts/db --replicas=1" in doc["answer"]


def test_prose_is_an_answer(ask, llm):
    text = '## Root cause\n- The pod crashes [E1: "CrashLoopBackOff"]\n\n## Fix\n- Start the database.\n'
    doc = ask(llm(turn(calls=[LIST_PODS]), text)).doc
    assert doc["root_causes"][0]["citations"][0]["verified"] is True
    plain = ask(llm("I could not find anything wrong with it.")).doc
    assert "I could not find anything wrong with it." in plain["answer"]


def test_repeated_call_is_answered_from_the_record(ask, llm):
    model = llm(turn(calls=[READ_LOG]), turn(calls=[READ_LOG]), "Seen it twice now.")
    doc = ask(model).doc
    again = model.requests[2].results()[0]
    known = doc["tool_calls"][0]["evidence"][0]
    assert again.startswith(f"Already answered in this investigation (see {known})") and PANIC in again
    assert [c.get("repeated", False) for c in doc["tool_calls"]] == [False, True]


def test_identical_calls_of_one_turn_read_once(ask, llm):
    model = llm(turn(calls=[READ_LOG, READ_LOG, READ_LOG]), "Seen it three times now.")
    doc = ask(model).doc
    assert len({tuple(c["evidence"]) for c in doc["tool_calls"]}) == 1
    assert [c.get("repeated", False) for c in doc["tool_calls"]] == [False, True, True]


def test_model_that_only_repeats_itself_is_brought_to_an_end(ask, llm):
    model = llm(*[turn(calls=[READ_LOG])] * 4, turn(calls=[report(summary="Nothing more to say.")]))
    ran = ask(model)
    assert ran.code == 0 and model.requests[-1].tool_names == ["report"]


def test_long_result_is_cut_with_a_handle(ask, llm, tmp_path):
    lines = "".join(f"line {i} of a long log, with some words in it\n" for i in range(5000))
    snap = write_snapshot(tmp_path / "long", incident(), {("shop", "web-1", "app"): lines})
    read = call("logs_get", name="web-1", namespace="shop", tail=2000, limit=2000)

    def more(request):
        head = re.match(r'\[(E\d+), the first \d+ of \d+ bytes; read on with more\(evidence="E\d+", offset=(\d+)\)\]',
                        request.results()[0])
        assert head, request.results()[0][:200]
        assert len(request.results()[0]) < 5000
        return turn(calls=[call("more", evidence=head[1], offset=int(head[2]))])

    model = llm(turn(calls=[read]), more, "Long indeed.")
    ran = ask(model, where=("--snapshot", snap), config="toolsets:\n  result_size: 4KiB\n")
    assert ran.code == 0
    first, rest = (results(r) for r in model.requests[1:])
    text = list(first.values())[0].split("]\n", 1)[1]
    follow = list(rest.values())[1].split("]\n", 1)[1]
    last = int(re.findall(r"line (\d+) of", text)[-1])
    assert re.search(r"line (\d+) of", follow)[1] == str(last + 1), "more goes on where the result was cut"


def test_runbook_is_fetched(ask, llm):
    model = llm(turn(calls=[call("runbook", name="pod-crash-lop"), call("runbook", name="pod-crash-loop")]), "Read it.")
    ask(model)
    wrong, right = model.requests[1].results()
    assert 'did you mean "pod-crash-loop"?' in wrong and right.startswith("Runbook: ")


# Formats -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("output", ["text", "markdown"])
def test_headings(ask, llm, output):
    ran = ask(llm(turn(calls=[READ_LOG]), proven()), output=output)
    heads = [line.strip("# ") for line in ran.out.splitlines()]
    places = [heads.index(h) for h in ("Root causes", "Evidence", "Could not see", "Fix")]
    assert ran.code == 0 and places == sorted(places)
    assert PANIC in ran.out


def test_unverified_is_marked_in_every_format(ask, llm):
    false = turn(calls=[report(cause(quotes=[("E1", "the disk is full of cats")]))])
    for output in ("text", "markdown"):
        ran = ask(llm(turn(calls=[LIST_PODS]), false, false), output=output)
        assert re.search(r"unverified.*the disk is full of cats", " ".join(ran.out.split()), re.I), ran.out


def test_json_is_the_only_thing_on_standard_output(ask, llm):
    ran = ask(llm(turn("Let me look.", calls=[READ_LOG]), proven()), "--show-tool-output")
    assert json.loads(ran.out)["status"] == "answered"
    assert "Let me look." in ran.err and "loading config" in ran.err


def test_progress_tells_what_is_done(ask, llm):
    ran = ask(llm(turn(calls=[READ_LOG]), proven()))
    assert "> logs_get" in ran.err and re.search(r"E\d+ logs_get: ok, \d+ B, \d+ ms", ran.err)
    assert "loading config" not in ran.err, "tool output only with --show-tool-output"
    quiet = ask(llm(turn(calls=[READ_LOG]), proven()), "-q")
    assert quiet.err == ""


def test_no_stream(ask, llm):
    model = llm(turn(calls=[READ_LOG]), proven())
    ran = ask(model, "--no-stream")
    assert ran.code == 0 and not any(b.get("stream") for b in model.bodies)


# Attachments ---------------------------------------------------------------------------------------------------------


def test_attachments(ask, llm, tmp_path):
    (tmp_path / "deploy.log").write_text("rollout started by jane\n")
    model = llm("It was the rollout.")
    ran = ask(model, "-f", tmp_path / "deploy.log", input="the pager said: web down\n")
    assert ran.code == 0
    question = model.requests[0].messages[1]["content"]
    assert "rollout started by jane" in question and "the pager said: web down" in question
    assert question.index("rollout started by jane") < question.index(QUESTION)


def test_attachment_that_is_not_there(ask, llm, tmp_path):
    model = llm()
    ran = ask(model, "-f", tmp_path / "none.log")
    assert (ran.code, ran.out, model.requests) == (2, "", [])
    assert "none.log" in ran.err and "No such file" in ran.err


def test_attachments_are_no_reason_to_fail(ask, llm, tmp_path):
    """Binary rubbish and more text than the model can take are cut, not refused."""
    (tmp_path / "core").write_bytes(bytes(range(256)) * 4096)
    (tmp_path / "big.log").write_text("a line of some words\n" * 100000)
    model = llm("Too much to read.")
    ran = ask(model, "-f", tmp_path / "core", "-f", tmp_path / "big.log")
    assert ran.code == 0, ran.err
    assert len(model.requests[0].raw) < 200_000
