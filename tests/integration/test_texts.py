# SPDX-License-Identifier: Apache-2.0
"""Runbooks and prompts: built in, replaced from disk file by file, checked when they are loaded."""

import json
import re

import pytest
from fakes.llmd import call, turn

BOOK = """\
---
title: The quokka does not smile
match:
  checks: [container-crash-loop]
  words: [quokka]
---
1. Look at it with kubernetes_get.
"""


@pytest.fixture
def books(tmp_path):
    """books({"name.md": text}) → flags of a config with a runbook folder that holds these."""

    def make(files, more=""):
        folder = tmp_path / "books"
        for name, text in files.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text)
        (tmp_path / "config.yaml").write_text(f"runbook_dirs: ['{folder}']\n{more}")
        return ("--config", tmp_path / "config.yaml")

    return make


def test_ten_are_built_in(run):
    books = run("runbook", "list", "-o", "json").doc
    assert len(books) >= 10 and all(b["origin"] == "built in" and b["title"] for b in books)
    text = run("runbook", "list").out
    tools = {t["name"] for s in run("toolset", "list", "-o", "json").doc for t in s["tools"]}
    for book in books:
        assert book["name"] in text
        shown = run("runbook", "show", book["name"])
        assert shown.code == 0 and shown.out.startswith(f"# {book['title']}\n")
        named = set(re.findall(r"\b(?:kubernetes|logs|dra)_[a-z_]+\b", shown.out))
        assert named and named <= tools, (book["name"], named - tools)


def test_own_runbook_is_offered_and_matched(run, ask, llm, books):
    flags = books({"quokka.md": BOOK})
    shown = run("runbook", "show", "quokka", *flags)
    assert shown.code == 0 and "Look at it with kubernetes_get." in shown.out
    model = llm(turn(calls=[call("runbook", name="quokka")]), "Read.")
    ask(model, *flags)
    system, question = (m["content"] for m in model.requests[0].messages)
    assert "quokka: The quokka does not smile" in system
    assert "Look at it with kubernetes_get." in model.requests[1].results()[0]
    assert "# Runbook" in question


def test_same_name_replaces(run, books, tmp_path):
    flags = books({"pod-crash-loop.md": BOOK})
    (book,) = [b for b in run("runbook", "list", "-o", "json", *flags).doc if b["name"] == "pod-crash-loop"]
    assert book["title"] == "The quokka does not smile" and book["origin"].startswith(str(tmp_path))


def test_holmes_catalog_and_skill_folders(run, books):
    catalog = {
        "catalog": [
            {
                "id": "dns.md",
                "update_date": "2025-06-17",
                "description": "Runbook for the DNS of the shop",
                "link": "dns/shop-dns.md",
            }
        ]
    }
    skill = "---\nname: pay-skill\ndescription: How payments fail\n---\n# Steps\nAsk the bank.\n"
    flags = books(
        {"catalog.json": json.dumps(catalog), "dns/shop-dns.md": "# DNS\nLook at it.\n", "pay-skill/SKILL.md": skill}
    )
    ran = run("runbook", "list", "-o", "json", *flags)
    titles = {b["title"] for b in ran.doc}
    assert {"Runbook for the DNS of the shop", "How payments fail"} <= titles, ran.err
    assert "Ask the bank." in run("runbook", "show", "pay-skill", *flags).out


@pytest.mark.parametrize(
    "text, words",
    [
        ("no front matter\n", [":1"]),
        ("---\ntitel: x\n---\nbody\n", [":2", "titel", "title"]),
        ("---\ntitle: [x\n---\nbody\n", ["broken.md:"]),
        ("---\ntitle: x\nmatch: {kind: [Pod]}\n---\nbody\n", [":3", "kind", "kinds"]),
        ("---\ntitle: x\n---\n", ["no steps"]),
        ("---\ntitle: x\n", ["broken.md:"]),
    ],
)
def test_broken_runbook_is_told_and_left_out(run, books, text, words):
    flags = books({"broken.md": text, "quokka.md": BOOK})
    ran = run("runbook", "list", "-o", "json", *flags)
    names = [b["name"] for b in ran.doc]
    assert ran.code == 0 and "quokka" in names and "broken" not in names
    (told,) = ran.err.splitlines()
    for word in ["broken.md", *words]:
        assert word in told, told


# Prompts -------------------------------------------------------------------------------------------------------------


@pytest.fixture
def prompts(tmp_path):
    def make(files):
        folder = tmp_path / "prompts"
        folder.mkdir()
        for name, text in files.items():
            (folder / name).write_text(text)
        (tmp_path / "config.yaml").write_text(f"prompts_dir: '{folder}'\n")
        return ("--config", tmp_path / "config.yaml")

    return make


def test_prompt_from_disk(ask, llm, prompts):
    flags = prompts({"system.md": "You are a quokka.\n{{#toolsets}}\n- {{name}}\n{{/toolsets}}\n"})
    model = llm("Yes.")
    assert ask(model, *flags).code == 0
    system, question = (m["content"] for m in model.requests[0].messages)
    assert system.startswith("You are a quokka.\n") and "- kubernetes\n" in system
    assert question.rstrip().endswith("?"), "the others stay as they are"


@pytest.mark.parametrize(
    "name, text, words",
    [
        ("system.md", "fine\n{{#toolsets}}\nnever closed\n", ["system.md:"]),
        ("system.md", "{{/toolsets}}\n", ["system.md:1"]),
        ("sistem.md", "x\n", ["sistem.md", 'did you mean "system']),
    ],
)
def test_broken_prompt(ask, llm, prompts, name, text, words):
    model = llm()
    ran = ask(model, *prompts({name: text}))
    assert (ran.code, ran.out, model.requests) == (2, "", [])
    for word in words:
        assert word in ran.err, ran.err
