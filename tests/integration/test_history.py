# SPDX-License-Identifier: Apache-2.0
"""dupin history: what was recorded can be listed, shown, found and deleted."""

import os
import re

import pytest
from asking import LIST_PODS, PANIC, QUESTION, READ_LOG, kept, proven, report
from fakes.llmd import call, turn


@pytest.fixture
def history(run):
    return lambda *words: run("history", *words)


@pytest.fixture
def recorded(ask, llm):
    """Two investigations, oldest first: one with a model, one without."""
    first = ask(llm(turn(calls=[READ_LOG, LIST_PODS]), proven()))
    second = ask(None, "--offline", question="what is broken in the quokka shop?")
    assert (first.code, second.code) == (0, 0)
    return first.doc, second.doc


def refused(ran, *words):
    assert (ran.code, ran.out) == (2, ""), ran.out + ran.err
    for word in words:
        assert word in ran.err, ran.err


def test_nothing_yet(history):
    ran = history()
    assert ran.code == 0 and "No investigations yet" in ran.out
    assert history("-o", "json").doc == []
    refused(history("show", "last"), "no investigation")


def test_list(history, recorded):
    first, second = recorded
    listed = history("list", "-o", "json").doc
    assert [i["id"] for i in listed] == [second["id"], first["id"]], "newest first"
    assert [(i["mode"], i["status"], i["model"]) for i in listed] == [
        ("offline", "answered", None),
        ("model", "answered", "fake"),
    ]
    assert [i["question"] for i in listed] == [second["question"], QUESTION]
    text = history()
    assert text.code == 0 and text.out == history("list").out
    for line, doc in zip(text.out.splitlines(), (second, first)):
        assert line.startswith(doc["id"]) and doc["question"] in line
        assert re.search(r"\d{4}-\d\d-\d\d \d\d:\d\d", line)


def test_show(history, recorded, run):
    first, second = recorded
    assert history("show", first["id"], "-o", "json").doc == first
    assert history("show", first["id"][:24].lower(), "-o", "json").doc == first
    assert kept(run) == second
    text = history("show", "last").out
    assert "quokka" in text and PANIC in text
    for heading in ("Root causes", "Evidence", "Could not see", "Fix"):
        assert heading in text.splitlines()
    assert history("show", first["id"], "-o", "markdown").out == first["answer"]


def test_which_one(history, recorded):
    refused(history("show", "01"), "4 characters")
    refused(history("show", "ZZZZZZ"), 'no investigation begins with "ZZZZZZ"', "history list")
    common = os.path.commonprefix([recorded[0]["id"], recorded[1]["id"]])
    assert len(common) >= 4
    refused(history("show", common), recorded[0]["id"], recorded[1]["id"])
    refused(history("delete", common), recorded[0]["id"])
    refused(history("show", recorded[0]["id"] + "X"), "is no id of an investigation")


@pytest.mark.parametrize("words", [["quokka"], ["QUOKKA"], ["broken", "quokka"], ["quok"]])
def test_search_question(history, recorded, words):
    found = history("search", *words, "-o", "json").doc
    assert [i["id"] for i in found] == [recorded[1]["id"]]


def test_search_cause_and_evidence(history, recorded):
    both = {recorded[0]["id"], recorded[1]["id"]}
    assert {i["id"] for i in history("search", "refuses", "connections", "-o", "json").doc} == {recorded[0]["id"]}
    assert {i["id"] for i in history("search", "db.shop", "-o", "json").doc} == both
    assert {i["id"] for i in history("search", "web-1", "-o", "json").doc} == both
    text = history("search", "db.shop")
    assert text.code == 0 and "db.shop" in text.out and recorded[0]["id"] in text.out


ODD = ['"', "'; DROP TABLE investigations; --", "a AND", "NEAR(", "*", "col:x", "(", "-", "\\"]


@pytest.mark.parametrize("words", ODD)
def test_search_for_anything(history, recorded, words):
    """Words are words: nothing of the search's own language is an error, nor does anything."""
    ran = history("search", words)
    assert ran.code in (0, 2) and "SQL" not in ran.err and "syntax" not in ran.err, ran.err
    assert len(history("-o", "json").doc) == 2


def test_nothing_found(history, recorded):
    ran = history("search", "wombat")
    assert (ran.code, ran.out) == (0, "Nothing found.\n")


def test_delete(history, recorded, home):
    first, second = recorded
    ran = history("delete", first["id"])
    assert (ran.code, ran.out) == (0, f"Deleted {first['id']}.\n")
    assert [i["id"] for i in history("-o", "json").doc] == [second["id"]]
    assert history("search", "refuses", "-o", "json").doc == []
    refused(history("show", first["id"]), "no investigation")
    assert history("delete", "last").code == 0 and history("-o", "json").doc == []
    with open(os.path.join(home["XDG_DATA_HOME"], "dupin", "dupin.db"), "rb") as f:
        assert b"quokka" not in f.read(), "what is deleted is gone from the file"


def test_terminal_escapes_of_others_are_not_printed(ask, llm, history):
    evil = "\x1b]0;owned\x07\x1b[2Jred"
    ask(llm(turn(evil, calls=[report(summary=evil)])), question="why " + evil + "?")
    for line in ([], ["show", "last"], ["search", "red"]):
        ran = history(*line)
        assert ran.code == 0 and "\x1b" not in ran.out and "\x07" not in ran.out


def test_dump_keeps_what_was_read(ask, llm, history, home):
    """Messages and raw answers are in the database, whatever was shown of them."""
    import sqlite3

    ask(llm(turn(calls=[call("kubernetes_get", name="pod/web-1", namespace="shop")]), "It crashes."))
    with sqlite3.connect(os.path.join(home["XDG_DATA_HOME"], "dupin", "dupin.db")) as db:
        tables = [r[0] for r in db.execute("SELECT name FROM sqlite_schema WHERE type='table'")]
        rows = {t: db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in tables if "search" not in t}
    for table in ("investigations", "messages", "tool_calls", "evidence", "findings", "reads", "events"):
        assert any(table in t and n for t, n in rows.items()), (table, rows)
