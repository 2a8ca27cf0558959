# SPDX-License-Identifier: Apache-2.0
"""Checks that are not done when the model starts: it does not wait for them, and hears of them when they are."""

import itertools
import re

from asking import LIST_PODS, SLOW, cause, incident, report
from fakes.kube_api import KubeApi
from fakes.llmd import call, turn

LATE = "The checks have finished"


def user_texts(request):
    return [m["content"] for m in request.messages if m["role"] == "user"]


def test_told_at_the_next_step(ask, llm, tmp_path):
    """A list of the API hangs, so triage does; the model works meanwhile, then gets the findings with evidence to cite."""
    numbers = itertools.count(1)

    def work(request):
        late = [t for t in user_texts(request) if LATE in t]
        if late:
            evidence, quote = re.search(r"\[(E\d+)\] (back-off 5m0s.*)", late[0]).groups()
            return turn(calls=[report(cause(quotes=[(evidence, quote)]))])
        return turn(calls=[call("kubernetes_list", kind="namespaces", limit=next(numbers))])

    with KubeApi(incident()) as api:
        api.misbehave("/configmaps", hang=True)
        config = f"cluster: {{triage_time: 50ms, request_timeout: {SLOW:.0f}s}}\nbudget: {{steps: 900}}\n"
        config += "model: {context_tokens: 1000000}\n"
        model = llm(work, repeat=True)
        ran = ask(model, config=config, where=("--kubeconfig", api.kubeconfig(tmp_path / "kc")))
    assert ran.code == 0, ran.err
    first = user_texts(model.requests[0])
    assert len(first) == 1 and "Nothing that fails now" in first[0], first
    assert len([t for t in user_texts(model.requests[-1]) if LATE in t]) == 1, "told once"
    assert ran.doc["root_causes"][0]["citations"][0]["verified"] is True
    assert any("configmaps" in b["what"] for b in ran.doc["blind_spots"]), ran.doc["blind_spots"]


def test_mending_that_fails_keeps_the_report(ask, llm, run):
    """The quotes were wrong and the model is gone when it should mend them: no other model is asked, the report stands."""
    second = llm("I was not meant to be asked.")
    half = turn(calls=[report(cause(quotes=[("E1", "the disk is full of cats")]))])
    config = f"model: {{attempts: 1, fallback: {{name: second, base_url: '{second.url}'}}}}\n"
    ran = ask(llm(turn(calls=[LIST_PODS]), half, turn(fault="500")), config=config)
    assert (ran.code, ran.doc["mode"], ran.doc["status"]) == (0, "model", "answered"), ran.err
    assert not second.requests
    assert ran.doc["root_causes"][0]["citations"][0]["verified"] is False and ran.doc["unverified"]
