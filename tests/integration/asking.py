# SPDX-License-Identifier: Apache-2.0
"""What tests of `dupin ask` share: an incident in a snapshot, a scripted model, and the words of its report."""

import json
import os
import re
import select
import time
from contextlib import ExitStack

import pytest
from fakes.llmd import Llmd, call, turn

SLOW = float(os.environ.get("DUPIN_SLOW") or 1)
QUESTION = "why is web-1 in shop not ready?"
PANIC = "panic: cannot connect to db.shop:5432: connection refused"
SINCE = "2026-01-01T00:00:00Z"
LATER = "2026-01-01T01:00:00Z"


def eventually(condition, seconds=10, what="the condition"):
    """Waits for something that can be observed; returns what the condition answered."""
    deadline = time.monotonic() + seconds * SLOW
    while True:
        found = condition()
        if found:
            return found
        assert time.monotonic() < deadline, f"{what} did not come true within {seconds * SLOW:.0f} s"
        time.sleep(0.01)


def saw(process, text, seconds=20):
    """Reads the standard error of a running program until the text stands there; what was read."""
    seen, deadline = "", time.monotonic() + seconds * SLOW
    while text not in seen:
        left = deadline - time.monotonic()
        ready = left > 0 and select.select([process.stderr], [], [], left)[0]
        piece = os.read(process.stderr.fileno(), 65536) if ready else b""
        assert piece, f"{text!r} did not come on standard error: {seen}"
        seen += piece.decode(errors="replace")
    return seen


def meta(name, namespace=None, **more):
    m = {"name": name, "uid": "uid-" + name, "creationTimestamp": SINCE, "resourceVersion": "1", **more}
    return {**m, "namespace": namespace} if namespace else m


def crashing_pod(name="web-1", namespace="shop", restarts=7):
    state = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 5m0s restarting failed container=app"}}
    last = {"terminated": {"exitCode": 1, "reason": "Error", "startedAt": LATER, "finishedAt": LATER}}
    status = {"name": "app", "image": "shop/web:1", "imageID": "", "ready": False, "restartCount": restarts}
    message = "containers with unready status: [app]"
    ready = {"type": "Ready", "status": "False", "lastTransitionTime": LATER, "reason": "ContainersNotReady"}
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": meta(name, namespace, labels={"app": "web"}),
        "spec": {"nodeName": "node-1", "containers": [{"name": "app", "image": "shop/web:1"}]},
        "status": {
            "phase": "Running",
            "startTime": SINCE,
            "conditions": [{**ready, "message": message}, {"type": "PodScheduled", "status": "True"}],
            "containerStatuses": [{**status, "state": state, "lastState": last}],
        },
    }


def incident():
    """A namespace with a pod that crashes because its database refuses connections."""
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": meta("shop"), "status": {"phase": "Active"}},
        crashing_pod(),
    ]


def write_snapshot(folder, objects, logs=(), captured_at=LATER):
    """A snapshot folder with these objects and logs {(namespace, pod, container): text}. Its path."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "snapshot.yaml").write_text(f"name: demo\ncapturedAt: {captured_at}\n")
    (folder / "objects.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}))
    for (namespace, pod, container), text in dict(logs).items():
        path = folder / "logs" / namespace / pod / f"{container}.log"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder


@pytest.fixture
def snap(tmp_path):
    log = f"starting\nloading config\n{PANIC}\n"
    return write_snapshot(tmp_path / "snap", incident(), {("shop", "web-1", "app"): log})


@pytest.fixture
def llm():
    """llm(step, step, ..., repeat=True, ...) → a running Llmd that plays these steps."""
    with ExitStack() as stack:
        yield lambda *script, **how: stack.enter_context(Llmd(script, **how))


@pytest.fixture
def asked(snap):
    """asked(llm, "-o", "text", ...) → the command line of a question about the incident."""

    def line(model, *flags, question=QUESTION, where=None):
        args = ["ask", *(where or ("--snapshot", snap)), *flags]
        if model is not None:
            args += ["--model", "fake", "--base-url", model.url]
        return [*args, *([question] if question else [])]

    return line


@pytest.fixture
def ask(run, asked, tmp_path):
    """ask(llm, ...) → Ran of `dupin ask -o json` on the incident. config: text of a config file."""

    def do(model, *flags, config=None, question=QUESTION, where=None, output="json", **how):
        if config:
            (tmp_path / "config.yaml").write_text(config)
            flags = (*flags, "--config", tmp_path / "config.yaml")
        line = asked(model, "-o", output, *flags, question=question, where=where)
        return run(*line, **{"timeout": 60 * SLOW, **how})

    return do


def kept(run, *more):
    """What `history show last` tells, as a document."""
    ran = run("history", "show", "last", "-o", "json", *more)
    assert ran.code == 0, ran.err
    return ran.doc


FAST = "model: {attempts: 2, first_byte: 1s, idle: 1s}\n"


@pytest.fixture
def goes_well(ask, run):
    """The investigation ends with the proven cause, whatever happened on the way, and is kept as it was shown."""

    def check(model, *flags, **how):
        ran = ask(model, *flags, **{"config": FAST, **how})
        assert (ran.code, ran.doc["status"], ran.doc["mode"]) == (0, "answered", "model"), ran.err
        assert ran.doc["root_causes"][0]["citations"][0]["verified"] is True
        assert kept(run) == ran.doc
        return ran

    return check


@pytest.fixture
def checks_answer(ask, run):
    """The model could not be used: the checks answer, standard error says why in one sentence, all of it is kept."""

    def check(model, *words, **how):
        ran = ask(model, **{"config": FAST, **how})
        assert (ran.code, ran.doc["mode"], ran.doc["model"]) == (0, "offline", None), ran.err
        told = [line for line in ran.err.splitlines() if "this answer comes from the checks alone" in line]
        assert len(told) == 1, ran.err
        for word in words:
            assert word in told[0], told[0]
        assert kept(run) == ran.doc
        return ran

    return check


# The words of a model ------------------------------------------------------------------------------------------------

LIST_PODS = call("kubernetes_list", kind="pods", namespace="shop")
HANGS = "/log[?].*since"  # the path of HUNG_LOG alone: checks read logs as well
HUNG_LOG = call("logs_get", name="web-1-a", namespace="default", since="2h")
GET_POD = call("kubernetes_get", name="pod/web-1", namespace="shop")
READ_LOG = call("logs_get", name="web-1", namespace="shop")


def cause(text="The database refuses connections", quotes=(), obj="Pod/shop/web-1", confidence="high"):
    citations = [{"evidence": e, "quote": q} for e, q in quotes]
    return {"cause": text, "object": obj, "confidence": confidence, "citations": citations}


def report(*causes, summary="The database refuses connections.", **more):
    """The call that ends an investigation."""
    return call("report", summary=summary, root_causes=list(causes), **more)


def proven():
    """A report whose quote stands in the result of READ_LOG, whichever id that got."""
    return lambda request: turn(calls=[report(cause(quotes=[(holder(request, PANIC), PANIC)]))])


def holder(request, text):
    """Id of the tool result or finding of a conversation that holds the text."""
    for message in request.messages:
        if message["role"] != "tool" or text not in (message["content"] or ""):
            continue
        found = re.match(r"\[(E\d+)", message["content"])
        if found:
            return found.group(1)
    raise AssertionError(f"no tool result holds {text!r}")


def results(request):
    """Tool results of a whole conversation by call id, in order."""
    return {m["tool_call_id"]: m["content"] for m in request.messages if m["role"] == "tool"}
