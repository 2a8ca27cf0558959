# SPDX-License-Identifier: Apache-2.0
"""dupin ask with a model that asks for nonsense or speaks less of the API than others; the second model."""

import json

import pytest
from asking import FAST, PANIC, READ_LOG, cause, kept, proven, report, results
from fakes.llmd import bad_arguments, big_arguments, call, many_calls, turn


# Calls ---------------------------------------------------------------------------------------------------------------


def test_malformed_arguments(goes_well, llm):
    model = llm(bad_arguments("logs_get", '{"name": "web-1", '), turn(calls=[READ_LOG]), proven())
    ran = goes_well(model)
    assert model.requests[1].results()[0].startswith("Error: logs_get was called with broken JSON")
    for request in model.requests:  # some servers refuse a conversation that holds broken JSON
        for message in request.messages:
            for c in message.get("tool_calls", []):
                json.loads(c["function"]["arguments"])
    assert ran.doc["tool_calls"][0]["status"] == "error"
    assert ran.doc["tool_calls"][0]["arguments"] == {"raw": '{"name": "web-1", '}


@pytest.mark.parametrize(
    "arguments, answer",
    [
        ({"name": "web-1", "namespce": "shop"}, 'logs_get has no parameter "namespce"; did you mean "namespace"?'),
        ({"namespace": "shop"}, 'parameter "name" is missing'),
        ({"name": "web-1", "tail": "many"}, 'parameter "tail" must be a whole number'),
        ({"name": ["web-1"]}, 'parameter "name" must be a string'),
        (["web-1"], "arguments must be a JSON object"),
    ],
)
def test_wrong_arguments(goes_well, llm, arguments, answer):
    model = llm(turn(calls=[call("logs_get", arguments)]), turn(calls=[READ_LOG]), proven())
    goes_well(model)
    assert answer in model.requests[1].results()[0]


def test_unknown_tool(goes_well, llm):
    unknown = [call("logs_gte"), call("kubectl_exec", command="rm -rf /")]
    model = llm(turn(calls=unknown), turn(calls=[READ_LOG]), proven())
    goes_well(model)
    near, far = model.requests[1].results()
    assert near == 'Error: there is no tool "logs_gte"; did you mean "logs_get"?'
    assert far == 'Error: there is no tool "kubectl_exec": use only the tools that were offered'


def test_200_calls_at_once(goes_well, llm):
    model = llm(many_calls(200, "logs_get"), turn(calls=[READ_LOG]), proven())
    ran = goes_well(model, config=FAST + "models: {fake: {context: 200000}}\n")
    assert len(results(model.requests[1])) == 200 and len(ran.doc["tool_calls"]) == 201


def test_more_calls_than_there_may_be(checks_answer, llm):
    checks_answer(llm(many_calls(300, "logs_get"), repeat=True), "more than 256 tool calls in one turn")


def test_arguments_of_a_megabyte(goes_well, llm):
    """They are refused by the tool, and do not travel with every request that follows."""
    model = llm(big_arguments((1 << 20) - 100, "logs_get"), turn(calls=[READ_LOG]), proven())
    ran = goes_well(model)
    assert 'logs_get has no parameter "filler"' in model.requests[1].results()[0]
    assert len(model.requests[1].raw) < 100_000
    assert len(json.dumps(ran.doc)) < 100_000


def test_arguments_beyond_a_megabyte(checks_answer, llm):
    checks_answer(llm(big_arguments(2 << 20, "logs_get"), repeat=True), "logs_get has arguments over 1024 KiB")


def test_report_with_broken_json_may_be_mended(goes_well, llm):
    model = llm(turn(calls=[READ_LOG]), turn(calls=[call("report", '{"summary": "The')]), proven())
    goes_well(model)
    assert "report was called with broken JSON" in model.requests[2].results()[0]


def test_empty_report_may_be_mended(goes_well, llm):
    model = llm(turn(calls=[READ_LOG]), turn(calls=[call("report", root_causes=[])]), proven())
    goes_well(model)
    assert "say what you found, or that nothing is wrong" in model.requests[2].results()[0]


def test_report_of_the_wrong_form(ask, llm):
    """What is no cause and no citation is left out; nothing of it crashes or is taken for proof."""
    citations = [None, "E1", {"quote": 1}, {"evidence": 9, "quote": "nowhere to be found"}]
    causes = [7, None, {"cause": ["x"]}, "A text", {"cause": "Real", "object": 3, "citations": citations}]
    odd = call("report", {"summary": 5, "root_causes": causes, "fix": {"a": 1}})
    ran = ask(llm(turn(calls=[odd]), repeat=True))
    assert ran.code == 0, ran.err
    assert [c["cause"] for c in ran.doc["root_causes"]] == ["A text", "Real"]
    assert all(c["confidence"] == "low" for c in ran.doc["root_causes"])


# Answers -------------------------------------------------------------------------------------------------------------


def test_empty_answer_is_asked_again(goes_well, llm):
    model = llm(turn(""), turn(calls=[READ_LOG]), proven())
    goes_well(model)
    assert "Your answer was empty" in model.requests[1].last["content"]


def test_empty_answers_for_ever(checks_answer, llm):
    checks_answer(llm(turn(""), repeat=True), "gave no usable answer (empty messages)")


@pytest.mark.parametrize("streaming", ["refuse", "ignore"])
def test_server_without_streaming(goes_well, llm, streaming):
    goes_well(llm(turn(calls=[READ_LOG]), proven(), streaming=streaming))


def test_server_without_stream_options(goes_well, llm):
    goes_well(llm(turn(calls=[READ_LOG]), proven(), stream_options=False))


def test_server_without_tools(ask, llm, run):
    body = {"summary": "It crashes.", "root_causes": [cause("It crashes", [])]}
    ran = ask(llm(json.dumps(body), tools=False))
    assert (ran.code, ran.doc["mode"], ran.doc["status"]) == (0, "model", "answered"), ran.err
    assert ran.doc["root_causes"][0]["cause"] == "It crashes" and kept(run) == ran.doc


def test_fallback_model(ask, llm, run):
    first, second = llm(turn(fault="500"), repeat=True), llm(turn(calls=[READ_LOG]), proven())
    config = f"model: {{attempts: 1, fallback: {{name: second, base_url: '{second.url}'}}}}\n"
    ran = ask(first, config=config)
    assert (ran.code, ran.doc["model"], ran.doc["status"]) == (0, "second", "answered"), ran.err
    assert "going on with model second" in ran.err and len(first.requests) == 1
    assert second.requests[0].messages == first.requests[0].messages
    assert kept(run) == ran.doc


def test_fallback_fails_as_well(checks_answer, llm):
    second = llm(turn(fault="404"), repeat=True)
    config = f"model: {{attempts: 1, fallback: {{name: second, base_url: '{second.url}', attempts: 1}}}}\n"
    checks_answer(llm(turn(fault="500"), repeat=True), "model second is not known", config=config)


def test_failure_after_a_report_keeps_the_report(ask, llm):
    """The model was asked to mend a quote and fails: the answer that it gave stands, with its mark."""
    said = report(cause(quotes=[("E1", PANIC), ("E1", "the disk is full of cats")]))
    ran = ask(llm(turn(calls=[READ_LOG]), turn(calls=[said]), turn(fault="404")), config=FAST)
    assert (ran.code, ran.doc["mode"]) == (0, "model"), ran.err
    assert [c["verified"] for c in ran.doc["root_causes"][0]["citations"]] == [True, False]
