# SPDX-License-Identifier: Apache-2.0
"""What a process is given by its parent: descriptors, limits, environment, arguments of any bytes."""

import json
import resource
import subprocess

import pytest
from asking import PANIC, READ_LOG, SLOW, kept, proven
from fakes.llmd import turn


@pytest.fixture
def raw(dupin, home):
    """raw(line, ...) → subprocess.run of the program with these keyword arguments."""

    def call(line, **how):
        settings = {"env": home, "stdin": subprocess.DEVNULL, "capture_output": True, "timeout": 60 * SLOW, **how}
        return subprocess.run([dupin, *map(str, line)], check=False, **settings)

    return call


def test_few_descriptors(raw, asked, llm, kube, tmp_path):
    """Too few for all that runs side by side: it takes longer or sees less, but it ends and answers."""
    where = ("--kubeconfig", kube.kubeconfig(tmp_path / "kubeconfig"))
    (tmp_path / "config.yaml").write_text("model: {attempts: 1}\n")
    line = asked(llm("Seen."), "-o", "json", "--config", tmp_path / "config.yaml", where=where)
    for count in 8, 14:
        done = raw(line, preexec_fn=lambda n=count: resource.setrlimit(resource.RLIMIT_NOFILE, (n, n)))
        assert done.returncode in (0, 2, 3), (count, done.stderr)
        assert done.returncode != 0 or json.loads(done.stdout)["status"] == "answered"
        assert done.returncode == 0 or done.stderr.startswith(b"dupin: ")


def test_closed_standard_descriptors(dupin, home, asked, run):
    """Nothing that is printed ends in a file that was opened under the number of a closed one."""
    line = asked(None, "--offline")
    shell = ["sh", "-c", 'exec "$0" "$@" 0<&- 1>&-']
    done = subprocess.run(
        [*shell, dupin, *map(str, line)],
        env=home,
        stderr=subprocess.PIPE,
        timeout=60 * SLOW,
        check=False,
    )
    assert done.returncode == 2 and b"the answer could not be written" in done.stderr
    doc = kept(run)
    assert doc["status"] == "answered" and PANIC in json.dumps(doc["root_causes"])


def test_without_a_home(raw, asked, home, tmp_path):
    env = {k: v for k, v in home.items() if k != "HOME" and not k.startswith("XDG")}
    done = raw(asked(None, "--offline", "-o", "json", "--db", tmp_path / "d.db"), env=env)
    assert done.returncode == 0 and json.loads(done.stdout)["status"] == "answered", done.stderr


@pytest.mark.parametrize("question", ["", " ", "\n\t "])
def test_blank_question(run, snap, question):
    ran = run("ask", "--offline", "--snapshot", snap, question)
    assert (ran.code, ran.out) == (2, "") and "ask needs a question" in ran.err


def test_question_of_any_bytes(raw, snap, llm, run):
    model = llm("Seen.")
    line = ["ask", "--snapshot", snap, "--model", "fake", "--base-url", model.url, "-o", "json"]
    done = raw([*line, b"why \xff\xfe\x1b[31m?".decode("utf-8", "surrogateescape")])
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["question"] == kept(run)["question"] == "why \ufffd\x1b[31m?"
    assert b"\x1b" not in done.stdout + done.stderr


def test_long_question(ask, llm, run):
    """It is kept whole; the model's window decides whether it is asked."""
    long = "why is web-1 not ready? " + "Since the last rollout it has been so. " * 2000
    ran = ask(llm("Seen."), question=long, config="models: {fake: {context: 200000}}\n")
    assert ran.code == 0 and ran.doc["mode"] == "model" and kept(run)["question"] == long
    ran = ask(llm(), question=long, config="model: {context_tokens: 16000}\n")
    assert ran.code == 0 and ran.doc["mode"] == "offline" and "does not fit" in ran.err


@pytest.mark.parametrize("locale", ["C", "C.UTF-8", "xx_YY"])
def test_locale(ask, llm, locale):
    ran = ask(llm(turn(calls=[READ_LOG]), proven()), output="text", env={"LC_ALL": locale, "LANG": locale})
    assert ran.code == 0 and PANIC in ran.out
