# SPDX-License-Identifier: Apache-2.0
"""The command line: flags and their mistakes, help, manual page, completion."""

import json
import re
import shutil
import subprocess

import pytest

COMMANDS = ["ask", "triage", "history", "toolset", "runbook", "version", "help", "completion"]


def refused(ran, *words):
    assert (ran.code, ran.out) == (2, ""), ran.out + ran.err
    for word in words:
        assert word in ran.err, ran.err
    assert ran.err.startswith("dupin: ") and ran.err.count("\n") == 1, "one line says it"


@pytest.mark.parametrize(
    "line, words",
    [
        (["asc", "x"], ['unknown command "asc"', 'did you mean "dupin ask"?']),
        (["why is web-1 down?"], ["is no command", 'dupin ask "why is web-1 down?"']),
        (["frobnicate"], ['unknown command "frobnicate"', "`dupin help` lists them"]),
        (["--offline"], ["name a command"]),
        (["ask"], ["ask needs a question"]),
        (["ask", ""], ["ask needs a question"]),
        (["ask", "why", "is", "it"], ["one question: put it in quotes"]),
        (["ask", "--max-step", "3", "x"], ["unknown option --max-step", "did you mean --max-steps?"]),
        (["ask", "--frobnicate", "x"], ["unknown option --frobnicate", "`dupin help ask` lists them"]),
        (["ask", "-x", "q"], ["unknown option -x"]),
        (["ask", "q", "--max-steps"], ["--max-steps needs a value: --max-steps N"]),
        (["ask", "q", "-n"], ["-n needs a value: -n NS"]),
        (["ask", "q", "--offline=yes"], ["--offline takes no value"]),
        (["ask", "q", "--max-steps", "many"], ['--max-steps must be a whole number, not "many"']),
        (["ask", "q", "--timeout", "soon"], ['--timeout must be a duration like 30s, not "soon"']),
        (["ask", "q", "--budget-usd", "-1"], ["--budget-usd must be between 0 and"]),
        (["ask", "q", "--color", "blue"], ["--color takes one of: auto always never"]),
        (["ask", "q", "-o", "yaml"], ["takes one of: text json markdown", '"yaml"']),
        (["triage", "--model", "x"], ["dupin triage takes no --model", "`dupin help triage`"]),
        (["triage", "web-1"], ['triage takes no argument "web-1"']),
        (["triage", "--fail-on", "bad"], ["--fail-on takes one of: critical warning info"]),
        (["history", "sho"], ["dupin history [list|show ID|search WORDS|delete ID]"]),
        (["history", "show"], ["dupin history [list|show ID|search WORDS|delete ID]"]),
        (["toolset", "show"], ["dupin toolset [list|show NAME|test NAME]"]),
        (["toolset", "show", "kubernets"], ['no toolset "kubernets"', 'did you mean "kubernetes"?']),
        (["runbook", "show", "pod-crash-lop"], ['no runbook "pod-crash-lop"', 'did you mean "pod-crash-loop"?']),
        (["completion"], ["dupin completion bash|zsh|fish"]),
        (["completion", "tcsh"], ["dupin completion bash|zsh|fish"]),
        (["help", "frobnicate"], ['no help on "frobnicate"']),
    ],
)
def test_mistakes(run, line, words):
    refused(run(*line), *words)


def test_unknown_check(run, snap):
    ran = run("triage", "--snapshot", snap, "--only", "container-crash-lop")
    refused(ran, 'there is no check "container-crash-lop"', 'did you mean "container-crash-loop"?')
    refused(run("triage", "--snapshot", snap, "--skip", "nonsense"), 'there is no check "nonsense"')


def test_only_and_skip(run, snap):
    def checks(*flags):
        return {f["check"] for f in run("triage", "-o", "json", "--snapshot", snap, *flags).doc["findings"]}

    assert "container-crash-loop" in checks()
    assert checks("--only", "container-crash-loop,image-pull") == {"container-crash-loop"}
    assert "container-crash-loop" not in checks("--skip", "container-crash-loop")


def test_fail_on(run, snap):
    assert run("triage", "--snapshot", snap).code == 0
    severity = run("triage", "-o", "json", "--snapshot", snap).doc["findings"][0]["severity"]
    assert run("triage", "--snapshot", snap, "--fail-on", severity).code == 1
    assert run("triage", "--snapshot", snap, "--fail-on", "info").code == 1
    assert run("triage", "--snapshot", snap, "--fail-on", "info", "--only", "image-pull").code == 0


def test_options_may_stand_anywhere(run, snap):
    for line in (
        ["--snapshot", snap, "ask", "--offline", "why?", "-ojson"],
        ["ask", "-o=json", "why?", f"--snapshot={snap}", "--offline"],
        ["ask", "--snapshot", snap, "--offline", "-o", "json", "--", "--why?"],
    ):
        ran = run(*line)
        assert ran.code == 0 and ran.doc["question"].endswith("why?"), ran.err


def test_color(run, snap):
    def escapes(*flags, **env):
        return "\x1b[" in run("triage", "--snapshot", snap, *flags, env=env).out

    assert not escapes() and escapes("--color", "always") and not escapes("--color", "never", NO_COLOR="")


def test_version(run):
    for line in (["version"], ["--version"]):
        ran = run(*line)
        assert ran.code == 0 and re.fullmatch(r"dupin \d+\.\d+\.\d+\n", ran.out) and ran.err == ""


# Help ----------------------------------------------------------------------------------------------------------------


def test_overview(run):
    for line in ([], ["help"], ["--help"]):
        ran = run(*line)
        assert ran.code == 0 and ran.err == ""
        for command in COMMANDS:
            assert re.search(rf"^  {command}\b", ran.out, re.M), command
        assert "130 interrupted" in ran.out


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(run, command):
    ran = run("help", command)
    assert ran.code == 0 and f"dupin {command}" in ran.out and ran.err == ""
    assert run(command, "--help").out == ran.out == run(command, "-h").out
    assert all(len(line) <= 80 for line in ran.out.splitlines())


def test_help_lists_what_the_parser_takes(run):
    """Every option of a command's help is taken, and no other command's."""
    options = {c: set(re.findall(r"--([a-z-]+)", run("help", c).out)) for c in ("ask", "triage", "history")}
    assert {"model", "offline", "max-steps", "budget-usd", "snapshot", "namespace", "db"} <= options["ask"]
    assert {"fail-on", "only", "skip", "snapshot"} <= options["triage"] and "model" not in options["triage"]
    assert "snapshot" not in options["history"]


def test_what_nobody_asked_for_is_absent(run):
    """No stub of what is to come: neither in the help nor in the parser."""
    text = run("help").out + run("help", "triage").out
    for word in ("serve", "mcp"):
        assert word not in text
        assert run(word).code == 2


def test_manual_page(run):
    ran = run("help", "--man")
    assert ran.code == 0 and ran.out.startswith(".TH DUPIN 1")
    for section in ("NAME", "SYNOPSIS", "DESCRIPTION", "COMMANDS", "OPTIONS", "CONFIG", "ENVIRONMENT", '"EXIT STATUS"'):
        assert f".SH {section}\n" in ran.out, section
    if not shutil.which("groff"):
        return
    page = subprocess.run(
        ["groff", "-man", "-Tutf8", "-ww", "-P-c"], input=ran.out, capture_output=True, text=True, check=False
    )
    assert page.returncode == 0 and page.stderr == "", page.stderr
    words = " ".join(re.sub(".\b", "", page.stdout).split())
    for text in ("--budget-usd X", "model.base_url", "DUPIN_API_KEY", "dupin triage", "--fail-on"):
        assert text.replace("-", "") in words.replace("\u2010", "").replace("-", ""), text


# Completion ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("shell, check", [("bash", ["-n"]), ("zsh", ["-n"]), ("fish", ["--no-execute"])])
def test_completion_script_parses(run, tmp_path, shell, check):
    ran = run("completion", shell)
    assert ran.code == 0 and "dupin" in ran.out and ran.err == ""
    if not shutil.which(shell):
        pytest.skip(f"there is no {shell} here")
    (tmp_path / "script").write_text(ran.out)
    subprocess.run([shell, *check, tmp_path / "script"], check=True, capture_output=True)


def test_bash_completes(run, tmp_path):
    (tmp_path / "script").write_text(run("completion", "bash").out)

    def complete(*words):
        line = " ".join(f"'{w}'" for w in words)
        script = f". '{tmp_path}/script'; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; _dupin; printf '%s\\n' "
        done = subprocess.run(
            ["bash", "-c", script + '"${COMPREPLY[@]}"'], capture_output=True, text=True, check=True, cwd=tmp_path
        )
        return done.stdout.split()

    assert complete("dupin", "tri") == ["triage"]
    assert "--budget-usd" in complete("dupin", "ask", "--bud")
    assert complete("dupin", "triage", "--mod") == []
    assert complete("dupin", "triage", "--fail-on", "cr") == ["critical"]
    assert complete("dupin", "history", "sea") == ["search"]
    assert complete("dupin", "ask", "-f", "scr") == ["script"]


# Toolsets ------------------------------------------------------------------------------------------------------------


def test_toolsets(run, snap):
    names = [t["name"] for t in run("toolset", "list", "-o", "json").doc]
    assert {"kubernetes", "logs"} <= set(names)
    seen = set()
    for name in names:
        shown = run("toolset", "show", name, "-o", "json").doc
        text = run("toolset", "show", name).out
        for item in shown["tools"] + shown["checks"]:
            assert item["name"] in text and item["help"] and item["name"] not in seen
            seen.add(item["name"])
        assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", c["name"]) for c in shown["checks"])
    ran = run("toolset", "test", "kubernetes", "--snapshot", snap)
    assert (ran.code, ran.out) == (0, "kubernetes: ready in cluster demo\n")
    assert run("toolset", "test", "kubernetes", "--snapshot", "/nowhere").code == 3


def test_disabled_toolset(run, snap, tmp_path):
    (tmp_path / "config.yaml").write_text("toolsets: {disable: [kubernetes]}\n")
    flags = ("--config", tmp_path / "config.yaml")
    listed = run("toolset", "list", "-o", "json", *flags).doc
    assert not next(t for t in listed if t["name"] == "kubernetes")["enabled"]
    found = run("triage", "-o", "json", "--snapshot", snap, *flags).doc["findings"]
    assert json.dumps(found).count("container-crash-loop") == 0
