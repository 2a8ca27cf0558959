# SPDX-License-Identifier: Apache-2.0
"""The config file, the environment and flags: which is stronger, and what is said of mistakes."""

import os
import re

import pytest
from asking import PANIC, kept
from fakes.llmd import turn


@pytest.fixture
def config(home, tmp_path):
    """config(text) → a config file's path; config(text, standard=True) puts it where it is looked for."""

    def write(text, standard=False):
        path = tmp_path / "config.yaml"
        if standard:
            path = os.path.join(home["XDG_CONFIG_HOME"], "dupin", "config.yaml")
            os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path

    return write


def refused(ran, *words):
    assert (ran.code, ran.out) == (2, ""), ran.out + ran.err
    for word in words:
        assert word in ran.err, ran.err
    assert ran.err.count("\n") == 1, "one line says it"


# Which model ---------------------------------------------------------------------------------------------------------


def used(llm):
    """Model and key of the only request that came."""
    assert len(llm.requests) == 1
    request = llm.requests[0]
    return request.body["model"], request.headers.get("Authorization")


@pytest.fixture
def question(run, snap):
    return lambda *flags, **env: run("ask", "-o", "json", "--snapshot", snap, *flags, "why?", env=env)


def test_flags_beat_the_environment(question, llm):
    model = llm("Nothing.")
    env = {"DUPIN_MODEL": "weaker", "DUPIN_BASE_URL": "http://127.0.0.1:9/v1", "DUPIN_API_KEY": "k"}
    assert question("--model", "flag", "--base-url", model.url, **env).code == 0
    assert used(model) == ("flag", "Bearer k")


def test_environment_beats_the_file(question, llm, config):
    model = llm("Nothing.")
    path = config("model: {name: weaker, base_url: 'http://127.0.0.1:9/v1', api_key: weak}\n")
    env = {"DUPIN_MODEL": "env", "DUPIN_BASE_URL": model.url, "DUPIN_API_KEY": "strong"}
    assert question("--config", path, **env).code == 0
    assert used(model) == ("env", "Bearer strong")


def test_file_beats_openai(question, llm, config):
    """And a key that belongs to OpenAI is not sent to somebody else's endpoint."""
    model = llm("Nothing.")
    path = config(f"model: {{name: file, base_url: '{model.url}'}}\n")
    env = {"OPENAI_MODEL": "o", "OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_API_KEY": "sk-openai"}
    assert question("--config", path, **env).code == 0
    assert used(model) == ("file", None)


@pytest.mark.parametrize("name", ["OPENAI_BASE_URL", "OPENAI_API_BASE"])
def test_openai(question, llm, name):
    model = llm("Nothing.")
    ran = question(**{"OPENAI_MODEL": "o", name: model.url, "OPENAI_API_KEY": "sk-o"})
    assert ran.code == 0 and used(model) == ("o", "Bearer sk-o")


def test_azure(question, llm):
    model = llm("Nothing.")
    ran = question(
        AZURE_OPENAI_ENDPOINT=model.url.removesuffix("/v1"),
        AZURE_OPENAI_API_KEY="azure-key",
        AZURE_OPENAI_DEPLOYMENT="my deployment",
        AZURE_OPENAI_API_VERSION="2024-10-21",
    )
    assert ran.code == 0, ran.err
    request = model.requests[0]
    assert request.path == "/openai/deployments/my%20deployment/chat/completions?api-version=2024-10-21"
    assert request.headers["api-key"] == "azure-key" and "Authorization" not in request.headers


def test_nothing_configured(question):
    ran = question()
    assert (ran.code, ran.doc["mode"], ran.doc["model"]) == (0, "offline", None)
    assert "No model is configured (DUPIN_MODEL and DUPIN_BASE_URL, or model: in the config file)" in ran.err
    assert question("--offline").err.count("configured") == 0


def test_half_configured(question, llm):
    assert "its endpoint (DUPIN_BASE_URL, --base-url, model.base_url)" in question("--model", "m").err
    assert "its name (DUPIN_MODEL, --model, model.name)" in question("--base-url", llm().url).err


def test_extra_and_headers_reach_the_model(question, llm, config):
    model = llm("Nothing.")
    path = config(
        f"model:\n  name: m\n  base_url: {model.url}\n  temperature: 0.5\n  max_output_tokens: 777\n"
        "  extra: {reasoning_effort: low, seed: 7}\n"
    )
    assert question("--config", path).code == 0
    body = model.requests[0].body
    assert (body["temperature"], body["reasoning_effort"], body["seed"]) == (0.5, "low", 7)
    assert 777 in (body.get("max_tokens"), body.get("max_completion_tokens"))


# Which file, which database ------------------------------------------------------------------------------------------


def test_places_of_the_file(question, config, tmp_path):
    config("budgets: {}\n", standard=True)
    refused(question(), "/.config/dupin/config.yaml:1", 'unknown key "budgets"')
    (tmp_path / "other.yaml").write_text("{}\n")
    assert question(DUPIN_CONFIG=str(tmp_path / "other.yaml")).code == 0
    path = config("colour: auto\n")
    refused(question("--config", path, DUPIN_CONFIG=str(tmp_path / "other.yaml")), "colour")


def test_named_file_is_missing(question, tmp_path):
    refused(question("--config", tmp_path / "none.yaml"), str(tmp_path / "none.yaml"), "No such file")
    refused(question(DUPIN_CONFIG="/none.yaml"), "/none.yaml")


def test_empty_file_is_fine(question, config):
    assert question("--config", config("")).code == 0
    assert question("--config", config("# nothing yet\n")).code == 0


def test_places_of_the_database(question, config, run, tmp_path):
    path = config(f"db: {tmp_path}/from-file.db\n")
    assert question("--config", path).code == 0 and (tmp_path / "from-file.db").exists()
    env = {"DUPIN_DB": str(tmp_path / "from-env.db")}
    assert question("--config", path, **env).code == 0 and (tmp_path / "from-env.db").exists()
    assert question("--db", tmp_path / "deep/er/from-flag.db", **env).code == 0
    assert (tmp_path / "deep/er/from-flag.db").exists()
    assert PANIC in str(kept(run, "--db", tmp_path / "from-file.db"))


# Mistakes ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, words",
    [
        ("model:\n  nam: x\n", [":2", 'unknown key "model.nam"', 'did you mean "name"?']),
        ("# first\n\nbugdet: {steps: 3}\n", [":3", 'unknown key "bugdet"', 'did you mean "budget"?']),
        ("model:\n  name: x\n  fallback:\n    base-url: y\n", [":4", "base-url", 'did you mean "base_url"?']),
        ("budget: {steps: many}\n", [":1", "budget.steps", "must be a whole number"]),
        ("budget: {steps: 0}\n", [":1", "budget.steps", "between 1 and 1000"]),
        ("budget: {time: soon}\n", [":1", "budget.time", "a duration like 30s"]),
        ("budget: {usd: -1}\n", [":1", "budget.usd", "between 0 and 1000000"]),
        ("color: purple\n", [":1", "color", "auto", "never"]),
        ("toolsets: {disable: {a: b}}\n", [":1", "toolsets.disable"]),
        ("toolsets: {disable: [kubernets]}\n", ["toolsets.disable", 'did you mean "kubernetes"?']),
        ("toolsets: {dirs: [/nowhere]}\n", ["/nowhere", "No such file"]),
        ("runbook_dirs: [/nowhere]\n", ["/nowhere"]),
        ("prompts_dir: /nowhere\n", ["/nowhere"]),
        ("models: {m: {inptu: 3}}\n", [":1", 'unknown key "inptu" in models.m', 'did you mean "input"?']),
        ("models: {m: {input: -3}}\n", [":1", "models.m.input", "not negative"]),
        ("model: [a, b]\n", [":1", "model"]),
        ("model: {name: x\n", [":2"]),
        ("- a\n- b\n", ["config.yaml", "a mapping of keys is expected at the top"]),
    ],
)
def test_mistakes_in_the_file(question, config, text, words):
    path = config(text)
    refused(question("--offline", "--config", path), *words)


def test_key_that_stands_twice(question, config):
    refused(question("--config", config("color: auto\nmodel: {}\ncolor: never\n")), ":3", "color")


def test_wrong_url(question, llm):
    ran = question("--model", "m", "--base-url", "not a url")
    assert (ran.code, ran.doc["mode"]) == (0, "offline") and "not a url" in ran.err


def test_wrong_environment(question):
    refused(question("--offline", DUPIN_CONFIG="/"), "/")


def test_key_is_never_shown(question, config, run, llm, home):
    secret = "sk-0123456789abcdefghij"
    path = config(f"model:\n  name: m\n  base_url: {llm(turn(fault='401'), repeat=True).url}\n  api_key: {secret}\n")
    ran = question("--config", path, "-vv")
    assert "401" in ran.err
    everything = ran.out + ran.err + run("help", "config", "--config", path).out
    assert secret not in everything
    for root, _, names in os.walk(home["HOME"]):
        for name in names:
            with open(os.path.join(root, name), "rb") as f:
                assert secret.encode() not in f.read(), name


def test_every_key_of_the_reference_is_taken(question, config, run):
    """What `help config` lists can be written into a file with its default."""
    text = run("help", "config", env={"COLUMNS": "300"}).out
    keys = re.findall(r"^  ([a-z_.]+)\s+(.*)$", text, re.M)
    assert len(keys) > 30
    for key, says in keys:
        default = re.search(r"default ([^)\s]+)\)$", says)
        if default:
            parts = key.split(".")
            ends = ["\n"] * (len(parts) - 1) + [" "]
            line = "".join("  " * i + part + ":" + ends[i] for i, part in enumerate(parts))
            ran = question("--offline", "--config", config(line + default[1] + "\n"))
            assert ran.code == 0, (key, ran.err)
