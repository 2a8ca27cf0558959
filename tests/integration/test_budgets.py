# SPDX-License-Identifier: Apache-2.0
"""dupin ask within its budgets (steps, tokens, money, time) and within the window of the model."""

import re
import time

import pytest
from asking import (
    GET_POD,
    HANGS,
    HUNG_LOG,
    LIST_PODS,
    PANIC,
    READ_LOG,
    SLOW,
    cause,
    holder,
    incident,
    kept,
    proven,
    report,
    results,
    write_snapshot,
)
from fakes.llmd import call, many_calls, turn

PRICE = "models: {fake: {input: 1.0, output: 1.0}}\n"


@pytest.fixture
def ends(ask, run):
    """The budget ends it with exit 5; the partial answer was printed and is kept. What standard error says."""

    def check(model, *flags, **how):
        ran = ask(model, *flags, **how)
        assert (ran.code, ran.doc["status"]) == (5, "partial"), ran.err
        assert kept(run) == ran.doc
        told = [line for line in ran.err.splitlines() if line.startswith("dupin: Stopped: ")]
        assert len(told) == 1 and "This is the best answer so far" in told[0], ran.err
        return ran, told[0]

    return check


def test_steps(ends, llm):
    """In the last step only the report is offered; a model that does not take it ends without an answer of its own."""
    model = llm(turn(calls=[LIST_PODS]), turn(calls=[READ_LOG]), repeat=True)
    ran, why = ends(model, "--max-steps", "2")
    assert "the budget of 2 steps is used up (budget.steps, --max-steps)" in why
    assert [r.tool_names == ["report"] for r in model.requests] == [False, True]
    assert ran.doc["mode"] == "offline" and len(ran.doc["tool_calls"]) == 2


def test_last_step_is_announced(ask, llm):
    model = llm(turn(calls=[READ_LOG]), proven())
    ran = ask(model, "--max-steps", "2")
    assert (ran.code, ran.doc["status"]) == (0, "answered")
    assert "last step" in model.requests[1].last["content"] and model.requests[1].last["role"] == "user"


def test_one_step(ask, llm):
    model = llm(turn(calls=[report(summary="The checks say it all.")]))
    ran = ask(model, "--max-steps", "1")
    assert ran.code == 0 and model.requests[0].tool_names == ["report"]


def test_tokens(ends, llm):
    usage = {"prompt_tokens": 50000, "completion_tokens": 10}
    model = llm(turn(calls=[LIST_PODS], usage=usage), repeat=True)
    _, why = ends(model, "--budget-tokens", "51000")
    assert "the budget of 51000 tokens is used up: 50010 spent" in why and "--budget-tokens" in why
    assert len(model.requests) == 1


def test_tokens_that_are_too_few_from_the_start(ends, llm):
    model = llm()
    _, why = ends(model, "--budget-tokens", "100")
    assert "0 spent, the next request needs" in why and model.requests == []


def test_money(ends, llm):
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 500_000}
    model = llm(turn(calls=[LIST_PODS], usage=usage), repeat=True)
    ran, why = ends(model, "--budget-usd", "1.2", config=PRICE)
    assert "the budget of $1.2000 is used up: $1.5000 spent" in why and "--budget-usd" in why
    assert ran.doc["usage"]["cost_usd"] == pytest.approx(1.5) and len(model.requests) == 1


def test_money_without_a_price(ask, llm):
    model = llm()
    ran = ask(model, "--budget-usd", "0.5")
    assert (ran.code, ran.out, model.requests) == (2, "", [])
    assert 'the price of model "fake", which is not known' in ran.err
    assert "models.fake.input" in ran.err and "models.fake.output" in ran.err


def test_money_without_a_price_of_the_fallback(ask, llm):
    config = PRICE + "model: {fallback: {name: other, base_url: 'http://127.0.0.1:9/v1'}}\n"
    ran = ask(llm(), "--budget-usd", "0.5", config=config)
    assert ran.code == 2 and "models.other.input" in ran.err


def test_price_makes_no_difference_offline(ask):
    assert ask(None, "--offline", "--budget-usd", "0.5").code == 0


def test_time(ends, llm):
    begin = time.monotonic()
    _, why = ends(llm(turn(calls=[LIST_PODS]), turn(fault="silence")), "--timeout", "2s")
    assert "the time of 2 s is used up (budget.time, --timeout)" in why
    assert time.monotonic() - begin < 2 + 5 * SLOW


def test_time_ends_a_hung_call(ends, llm, kube, tmp_path):
    """A call that hangs is not waited for beyond the whole time."""
    kube.misbehave(HANGS, hang=True)
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    begin = time.monotonic()
    _, why = ends(llm(turn(calls=[HUNG_LOG])), "--timeout", "2s", where=where)
    assert "the time of 2 s is used up" in why and time.monotonic() - begin < 2 + 5 * SLOW


def test_time_for_nothing_at_all(ask, llm, kube, tmp_path):
    kube.misbehave("/pods", hang=True)
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    for model, flags in (None, ["--offline"]), (llm(turn(fault="silence")), []):
        ran = ask(model, *flags, "--timeout", "1s", where=where, config="cluster: {triage_time: 100ms}\n")
        assert (ran.code, ran.doc["status"], ran.doc["root_causes"]) == (5, "partial", []), ran.err
        assert "the time of 1 s is used up" in ran.err
        assert "The checks had not ended by then either, so there is no answer yet." in ran.err


def test_partial_answer_of_the_model_counts(ends, llm):
    """The first report had a false quote: after the end of the budget it stands, marked, with what it proved."""

    def half(request):
        quotes = [(holder(request, PANIC), PANIC), ("E1", "the disk is full of cats")]
        return turn(calls=[report(cause(quotes=quotes))], usage={"prompt_tokens": 90000, "completion_tokens": 9000})

    ran, _ = ends(llm(turn(calls=[READ_LOG]), half), "--budget-tokens", "100000")
    assert ran.doc["mode"] == "model"
    assert [c["verified"] for c in ran.doc["root_causes"][0]["citations"]] == [True, False]


# The window ----------------------------------------------------------------------------------------------------------

SMALL = "model: {context_tokens: 20000}\n"  # the prompt and some three of the results below


def long_log(tmp_path, lines=300):
    text = "".join(f"{i} words of a long log that goes on and on\n" for i in range(lines))
    return ("--snapshot", write_snapshot(tmp_path / "long", incident(), {("shop", "web-1", "app"): text}))


def read(i):
    """The last 200 lines and some: each i another call."""
    return call("logs_get", name="web-1", namespace="shop", tail=200 + i, limit=300)


def test_old_results_shrink_to_handles_first(ask, llm, tmp_path):
    script = [turn(calls=[read(i)]) for i in range(1, 6)]

    def again(request):
        head = re.match(r'\[(E\d+), shortened\].*\nmore\(evidence="(E\d+)"\) shows it', first(request), re.S)
        assert head and head[1] == head[2], first(request)
        return turn(calls=[call("more", evidence=head[1])])

    def first(request):
        return list(results(request).values())[0]

    model = llm(*script, again, "Seen enough of it.")
    ran = ask(model, config=SMALL, where=long_log(tmp_path))
    assert ran.code == 0, ran.err
    last = list(results(model.requests[5]).values())
    assert "shortened]" not in last[-1], "the newest results stay whole"
    assert re.match(r"\[E\d+, bytes 0 to", model.requests[6].results()[0])
    assert not any("What was looked at so far" in str(m["content"]) for m in model.requests[5].messages)


def test_then_old_turns_are_summarised(ask, llm, tmp_path):
    """The summary is asked of the model; it replaces old turns, and no result stands without its call."""

    def answer(request):
        if "tools" not in request.body:
            return "The log says many words [E1]."
        step = len(request.messages)
        return turn(calls=[read(step), read(step + 1)]) if len(model.requests) < 14 else turn("Enough.")

    model = llm(answer, repeat=True)
    ran = ask(model, config=SMALL, where=long_log(tmp_path))
    assert ran.code == 0, ran.err
    summaries = [r for r in model.requests if "tools" not in r.body]
    assert summaries, "no summary was asked for"
    after = model.requests[model.requests.index(summaries[-1]) + 1]
    assert "The log says many words [E1]." in after.messages[2]["content"]
    for request in model.requests:
        calls = {c["id"] for m in request.messages for c in m.get("tool_calls", [])}
        assert set(results(request)) <= calls


def test_more_results_at_once_than_fit(ask, llm):
    model = llm(many_calls(250, "logs_get"), "A summary of nothing.", "Enough of that.", repeat=True)
    ran = ask(model, config="model: {context_tokens: 14000}\n")
    assert (ran.code, ran.doc["mode"]) == (0, "model"), ran.err
    assert len(ran.doc["tool_calls"]) == 250


def test_question_that_does_not_fit(ask, llm):
    model = llm()
    ran = ask(model, config="model: {context_tokens: 2000}\n")
    assert (ran.code, ran.doc["mode"], model.requests) == (0, "offline", [])
    assert "does not fit into the model's window (model.context_tokens): attach less" in ran.err


def test_everything_stays_in_the_record(ask, llm, run, tmp_path):
    """What the conversation lost to the window, the history still has."""
    script = [turn(calls=[read(i)]) for i in range(1, 6)]
    ask(llm(*script, turn(calls=[GET_POD]), "Enough."), config=SMALL, where=long_log(tmp_path))
    doc = kept(run)
    assert [c["tool"] for c in doc["tool_calls"]] == ["logs_get"] * 5 + ["kubernetes_get"]
    kept_texts = {e["id"]: e["quote"] for e in doc["evidence"]}
    assert "250 words of a long log" in kept_texts[doc["tool_calls"][0]["evidence"][0]]
