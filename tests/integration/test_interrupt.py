# SPDX-License-Identifier: Apache-2.0
"""Ctrl-C, SIGTERM, a closed terminal or pipe: what was found is printed and kept, and nobody waits."""

import json
import os
import signal
import subprocess
import time

import pytest
from asking import HANGS, HUNG_LOG, LIST_PODS, PANIC, QUESTION, READ_LOG, SLOW, eventually, kept, proven, saw
from fakes.llmd import call, turn

QUICK = 5 * SLOW  # seconds that an interrupted program may take: it waits 2 s for workers that are deaf


def ended(p, seconds=QUICK):
    """The document of an interrupted process: exit 130, told in one line how to see it again."""
    begin = time.monotonic()
    out, err = p.communicate(timeout=30 * SLOW)
    assert p.returncode == 130, err
    assert time.monotonic() - begin < seconds, "it took too long to stop"
    doc = json.loads(out)
    assert doc["status"] == "cancelled"
    assert f"Interrupted: what was found so far stands below and in `dupin history show {doc['id']}`." in err
    return doc


@pytest.fixture
def running(start, asked):
    return lambda model, *flags, **how: start(*asked(model, "-o", "json", *flags, **how))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_while_the_model_streams(running, llm, run, number):
    model = llm(turn(calls=[READ_LOG]), turn("Let me think about this for a while", fault="silence-after"))
    p = running(model)
    eventually(lambda: len(model.requests) == 2, what="the second request")
    saw(p, "Let me")
    p.send_signal(number)
    doc = ended(p)
    assert [c["tool"] for c in doc["tool_calls"]] == ["logs_get"]
    assert kept(run) == doc


def test_while_the_model_is_silent(running, llm, run):
    model = llm(turn(fault="silence"))
    p = running(model)
    eventually(lambda: model.requests, what="the request")
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert kept(run) == doc


def test_while_waiting_to_ask_again(running, llm, run):
    model = llm(turn(fault="429", retry_after=50))
    p = running(model)
    saw(p, "trying again in")
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert kept(run) == doc


def test_while_a_call_hangs(running, llm, run, kube, tmp_path):
    """The calls that ended keep their answers; the one that hangs is told to be cancelled."""
    kube.misbehave(HANGS, hang=True)
    calls = [call("kubernetes_list", kind="pods"), HUNG_LOG]
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    p = running(llm(turn(calls=calls)), where=where)
    assert kube.wait_hung(20 * SLOW)
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert [(c["tool"], c["status"]) for c in doc["tool_calls"]] == [("kubernetes_list", "ok"), ("logs_get", "error")]
    assert kept(run) == doc


@pytest.mark.parametrize("offline", [True, False])
def test_while_the_checks_run(running, llm, run, kube, tmp_path, offline):
    kube.misbehave("/pods", hang=True)
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    model = llm()
    p = running(None if offline else model, *(["--offline"] if offline else []), where=where)
    assert kube.wait_hung(20 * SLOW)
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert doc["question"] == QUESTION and doc["root_causes"] == [] and model.requests == []
    assert "none was found until the investigation ended" in doc["answer"]
    assert kept(run) == doc


def test_before_the_cluster_answers(running, kube, run, tmp_path):
    kube.misbehave("^/", hang=True)
    p = running(None, "--offline", where=("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig")))
    assert kube.wait_hung(20 * SLOW)
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert kept(run) == doc


def test_findings_of_the_checks_survive(running, llm, run):
    model = llm(turn(fault="silence"))
    p = running(model)
    eventually(lambda: model.requests, what="the request")
    p.send_signal(signal.SIGINT)
    doc = ended(p)
    assert doc["mode"] == "offline" and PANIC in json.dumps(doc["root_causes"])


def test_second_signal_ends_it_at_once(running, llm, run):
    """The first asks to stop, the second does not wait; the record stands up to its last event all the same."""
    model = llm(turn(calls=[READ_LOG, LIST_PODS]), turn(fault="silence"))
    p = running(model)
    eventually(lambda: len(model.requests) == 2, what="the second request")
    p.send_signal(signal.SIGINT)
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=30 * SLOW)
    assert p.returncode == 130
    doc = kept(run)
    assert doc["status"] == "cancelled" and [c["tool"] for c in doc["tool_calls"]] == ["logs_get", "kubernetes_list"]


def test_while_standard_input_is_open(dupin, home, asked):
    """A pipe that nobody ends is no reason to hang: the program says what it waits for, and can be stopped."""
    read_end, write_end = os.pipe()
    line = [dupin, *map(str, asked(None, "--offline", "-o", "json"))]
    with os.fdopen(read_end) as stdin, os.fdopen(write_end, "w") as keep:
        p = subprocess.Popen(line, env=home, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        try:
            assert "</dev/null" in saw(p, "waiting for standard input")
            p.send_signal(signal.SIGINT)
            out, err = p.communicate(timeout=30 * SLOW)
            assert (p.returncode, out) == (130, "") and "Interrupted" in err
        finally:
            p.kill()
            p.communicate()
            keep.close()


# Pipes ---------------------------------------------------------------------------------------------------------------


def test_reader_goes_away(running, llm, run):
    """`dupin ask ... | head -1`: no complaint, and the investigation is kept whole."""
    gone = []

    def last(request):
        eventually(lambda: gone, what="the reader to leave")
        return proven()(request)

    model = llm(turn(calls=[READ_LOG]), last)
    p = running(model)
    eventually(lambda: len(model.requests) == 2, what="the second request")
    p.stdout.close()
    gone.append(True)
    err = p.stderr.read()
    assert p.wait(30 * SLOW) == 0, err
    assert "Broken pipe" not in err
    doc = kept(run)
    assert doc["status"] == "answered" and doc["root_causes"][0]["citations"][0]["verified"]


def test_nobody_reads_standard_error(running, llm, run):
    model = llm(turn(calls=[READ_LOG]), proven())
    p = running(model, "--show-tool-output")
    p.stderr.close()
    out = p.stdout.read()
    assert p.wait(30 * SLOW) == 0 and json.loads(out)["status"] == "answered"


def test_standard_output_is_full(dupin, home, asked, run):
    if not os.path.exists("/dev/full"):
        pytest.skip("there is no /dev/full here")
    with open("/dev/full", "w", encoding="utf-8") as full:
        line = [dupin, *map(str, asked(None, "--offline"))]
        done = subprocess.run(line, env=home, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60, check=False)
    assert done.returncode != 0 and "No space left on device" in done.stderr
    assert "the answer could not be written" in done.stderr
    assert kept(run)["status"] == "answered"
