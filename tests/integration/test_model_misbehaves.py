# SPDX-License-Identifier: Apache-2.0
"""dupin ask with a model endpoint that misbehaves: the message, the exit status, and that the record is whole."""

import re
import socket
import time

import pytest
from asking import GET_POD, LIST_PODS, READ_LOG, SLOW, cause, incident, kept, proven, report, results, write_snapshot
from fakes.llmd import call, turn

# The stream ----------------------------------------------------------------------------------------------------------


def test_cut_in_the_text(goes_well, llm):
    """What came is kept in the conversation, and the model is asked to go on."""
    half = turn("I think that the log will tell us more than the status does", fault="cut")
    model = llm(half, turn(calls=[READ_LOG]), proven())
    goes_well(model)
    half, go_on = model.requests[1].messages[-2:]
    assert half["role"] == "assistant" and half["content"].startswith("I think that")
    assert go_on == {"role": "user", "content": "Your last message broke off on the way. Go on from there."}


def test_cut_in_a_call(goes_well, llm):
    """Half a call is never run."""
    listing = call("kubernetes_list", kind="pods", namespace="shop", selector="app=web")
    ran = goes_well(llm(turn(calls=[listing], fault="cut-call"), turn(calls=[READ_LOG]), proven()))
    assert [c["tool"] for c in ran.doc["tool_calls"]] == ["logs_get"]


def test_cut_again_and_again(checks_answer, llm):
    half = turn("Let me think about this for a while", fault="cut")
    checks_answer(llm(half, repeat=True), "broke off again and again")


def test_cut_before_the_first_token_is_asked_again(goes_well, llm):
    model = llm(turn(fault="cut-before"), turn(calls=[READ_LOG]), turn(fault="reset"), proven())
    ran = goes_well(model)
    assert len(model.requests) == 4 and "trying again" in ran.err


ODD = ["bytes", "no-done", "no-finish", "no-usage", "no-index", "invalid-utf8", "split-utf8"]


@pytest.mark.parametrize("fault", ODD)
def test_odd_streams_are_understood(goes_well, llm, fault):
    goes_well(llm(turn("Caf\u00e9 \u2615 first", calls=[READ_LOG], fault=fault), proven()))


def test_usage_is_counted_when_missing(goes_well, llm):
    ran = goes_well(llm(turn(calls=[READ_LOG], fault="no-usage"), proven()))
    assert ran.doc["usage"]["prompt_tokens"] > 1000 and ran.doc["usage"]["completion_tokens"] > 0


def test_silence(checks_answer, llm):
    checks_answer(llm(turn(fault="silence"), repeat=True), "model fake", "was silent for 1.0 s")


def test_silence_in_the_middle(checks_answer, llm):
    half = turn("Let me think about this for a while", fault="silence-after")
    checks_answer(llm(half, repeat=True), "model fake", "was silent for 1.0 s")


def test_endless_text(checks_answer, llm):
    checks_answer(llm(turn(fault="endless")), "more than 1024 KiB of text", timeout=120 * SLOW)


def test_error_in_the_stream(checks_answer, llm):
    checks_answer(llm(turn("Let me think", fault="error-inside"), repeat=True), "The server is overloaded")


@pytest.mark.parametrize("fault, words", [("not-json", "gave no usable answer"), ("html", "text/html")])
def test_not_a_model(checks_answer, llm, fault, words):
    checks_answer(llm(turn(fault=fault), repeat=True), words)


# Statuses ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "fault, words",
    [
        ("401", ["status 401", "check DUPIN_API_KEY"]),
        ("403", ["status 403", "check the key's rights"]),
        ("404", ["model fake is not known", "status 404", "check the model's name and the base URL"]),
        ("429", ["status 429, 2 asked", "Rate limit reached"]),
        ("500", ["status 500", "2 requests sent", "check the model server's log"]),
        ("503", ["status 503"]),
        ("quota", ["no quota left", "check its plan and billing"]),
        ("too-long", ["too long for model fake"]),
    ],
)
def test_refusals(checks_answer, llm, fault, words):
    ran = checks_answer(llm(turn(fault=fault), repeat=True), *words, env={"DUPIN_API_KEY": "sk-very-secret-key"})
    assert "sk-very-secret-key" not in ran.err + ran.out


def test_no_key_at_all(checks_answer, llm):
    checks_answer(llm(turn(fault="401"), repeat=True), "wants an API key and none is set", "set DUPIN_API_KEY")


@pytest.mark.parametrize("fault", ["429", "500", "503"])
def test_refused_once_then_fine(goes_well, llm, fault):
    ran = goes_well(llm(turn(fault=fault), turn(calls=[READ_LOG]), proven()))
    assert f"status {fault}" in ran.err and "trying again in" in ran.err
    assert ran.doc["usage"]["requests"] == 3


def test_retry_after_is_obeyed(goes_well, llm):
    model = llm(turn(fault="429", retry_after=1), turn(calls=[READ_LOG]), proven())
    goes_well(model)
    assert model.requests[1].time - model.requests[0].time >= 1


def test_retry_after_beyond_patience(checks_answer, llm):
    begin = time.monotonic()
    model = llm(turn(fault="429", retry_after=3600), repeat=True)
    checks_answer(model, "status 429")
    assert time.monotonic() - begin < 20 * SLOW and len(model.requests) == 1


def test_nobody_listens(checks_answer):
    class Dead:
        pass

    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        Dead.url = f"http://127.0.0.1:{s.getsockname()[1]}/v1"
        checks_answer(Dead, Dead.url, "refused")


def test_too_long_is_shortened_and_asked_again(goes_well, llm, tmp_path):
    """A window that is smaller than we thought: older results shrink to handles, and the question is asked again."""
    log = {("shop", "web-1", "app"): "".join(f"{i} words of a long log that goes on and on\n" for i in range(400))}
    where = ("--snapshot", write_snapshot(tmp_path / "long", incident(), log))
    read = call("logs_get", name="web-1", namespace="shop", tail=400, limit=400)
    answer = turn(calls=[report(cause(quotes=[("E2", "CrashLoopBackOff")]))])
    model = llm(turn(calls=[read]), turn(calls=[LIST_PODS]), turn(calls=[GET_POD]), turn(fault="too-long"), answer)
    goes_well(model, where=where)
    assert len(model.requests[4].raw) < len(model.requests[3].raw) * 3 / 4
    handle = list(results(model.requests[4]).values())[0]
    assert re.match(r'\[(E\d+), shortened\] .*\nmore\(evidence="\1"\) shows it again\.$', handle, re.S)


# Both fail -----------------------------------------------------------------------------------------------------------


def test_neither_model_nor_checks(ask, llm, kube, tmp_path, run):
    kube.misbehave("/pods", hang=True)
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    config = "model: {attempts: 1}\ncluster: {triage_time: 100ms}\n"
    ran = ask(llm(turn(fault="401"), repeat=True), "--timeout", "2s", where=where, config=config)
    assert (ran.code, ran.doc["status"]) == (4, "failed"), ran.err
    assert "wants an API key and none is set" in ran.err
    assert "and the checks did not end in time: there is no answer." in ran.err
    assert "none was found until the investigation ended" in ran.doc["answer"]
    assert any(b["what"] == "the checks" for b in ran.doc["blind_spots"])
    assert kept(run) == ran.doc


def test_slow_checks_are_waited_for_when_the_model_fails(ask, llm, kube, tmp_path):
    kube.misbehave("/nodes", drip=0.01, drip_bytes=5)
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    config = "model: {attempts: 1}\ncluster: {triage_time: 1ms}\n"
    ran = ask(llm(turn(fault="401"), repeat=True), where=where, config=config)
    assert (ran.code, ran.doc["mode"], ran.doc["status"]) == (0, "offline", "answered"), ran.err
