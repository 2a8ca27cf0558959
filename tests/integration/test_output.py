# SPDX-License-Identifier: Apache-2.0
"""How a triage is told: SARIF and JUnit for programs, text that is read in ten seconds, Markdown that GitHub draws."""

import json
import re
import shutil
import unicodedata
import xml.etree.ElementTree as ElementTree

import pytest
import yaml
from asking import LATER, crashing_pod, write_snapshot
from conftest import ROOT, knows
from sarif_rules import check_log

pytestmark = pytest.mark.skipif(not knows("triage"), reason="this build has no triage")

SNAPSHOTS = ROOT / "tests/snapshots"
FANOUT = SNAPSHOTS / "db-down-fanout/cluster"
TAG = SNAPSHOTS / "image-tag/cluster"
CALM = SNAPSHOTS / "healthy-recovered/cluster"
MANY = ("db-down-fanout", "demo-dra", "nasty-bundle-db-full", "image-tag", "healthy-recovered", "netpol-deny-all")
HEADINGS = ["Root causes", "Evidence", "Could not see", "Fix"]


@pytest.fixture
def triage(run):
    def call(cluster, *args, **env):
        return run("triage", "--snapshot", cluster, *args, env={k: str(v) for k, v in env.items()})

    return call


def config(tmp_path, text):
    (tmp_path / "config.yaml").write_text(text)
    return ("--config", tmp_path / "config.yaml")


SUPPRESS = "triage: {suppress: [{check: image-pull, until: 2099-12-31, reason: known}]}\n"


# SARIF ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MANY)
def test_sarif_follows_the_rules(triage, name):
    ran = triage(SNAPSHOTS / name / "cluster", "-o", "sarif")
    assert ran.code == 0, ran.err
    check_log(ran.doc)
    doc = triage(SNAPSHOTS / name / "cluster", "-o", "json").doc
    (it,) = ran.doc["runs"]
    assert it["invocations"][0]["executionSuccessful"] is True
    assert [r["ruleId"] for r in it["results"]] == [f["check"] for f in doc["findings"]]
    for result, finding in zip(it["results"], doc["findings"]):
        level = {"critical": "error", "warning": "warning", "info": "note"}[finding["severity"]]
        assert result["level"] == level and result["message"]["text"].startswith(finding["cause"])
        o = finding["object"]
        parts = [o["cluster"], o["namespace"], o["kind"], o["name"]]
        (where,) = result["locations"][0]["logicalLocations"]
        assert where["fullyQualifiedName"] == "/".join(p for p in parts if p)
        quotes = {e["id"]: e["quote"] for e in doc["evidence"]}
        told = [place["message"]["text"] for place in result.get("relatedLocations", [])]
        assert told == [quotes[e] for e in finding["evidence"]], "evidence stands verbatim in it"
        assert result["properties"]["rootCause"] == (finding["id"] in doc["root_causes"])
    told = [n["message"]["text"] for n in it["invocations"][0]["toolExecutionNotifications"]]
    assert told == [f"Could not see {b['what']}: {b['why']}" for b in doc["blind_spots"]]


def test_sarif_rules_are_the_checks(triage):
    rules = triage(TAG, "-o", "sarif").doc["runs"][0]["tool"]["driver"]["rules"]
    assert len(rules) > 40 and len({r["id"] for r in rules}) == len(rules)
    one = next(r for r in rules if r["id"] == "image-pull")
    assert "It reads pods" in one["help"]["text"] and one["shortDescription"]["text"]
    assert [r["id"] for r in triage(TAG, "-o", "sarif", "--only", "image-pull").doc["runs"][0]["tool"]["driver"]["rules"]] == [
        "image-pull"
    ]


def test_sarif_fingerprints_last(triage, tmp_path):
    """They stay when counts and other findings change, and no two findings share one."""

    def prints(cluster):
        results = triage(cluster, "-o", "sarif").doc["runs"][0]["results"]
        all_of = [r["partialFingerprints"]["dupin/v1"] for r in results]
        assert len(set(all_of)) == len(all_of) and all(re.fullmatch("[0-9a-f]{64}", p) for p in all_of)
        return {(r["ruleId"], r["locations"][0]["logicalLocations"][0]["fullyQualifiedName"]): p for r, p in zip(results, all_of)}

    few = write_snapshot(tmp_path / "few", [crashing_pod(restarts=7)])
    more = write_snapshot(tmp_path / "more", [crashing_pod(restarts=31), crashing_pod("a-1")])
    for folder in (few, more):
        (folder / "snapshot.yaml").write_text(f"name: c\ncapturedAt: {LATER}\n")
    first, later = prints(few), prints(more)
    assert first and first.items() <= later.items()


def test_sarif_tells_suppressed_ones_as_such(triage, tmp_path):
    ran = triage(TAG, "-o", "sarif", *config(tmp_path, SUPPRESS))
    check_log(ran.doc)
    results = {r["ruleId"]: r for r in ran.doc["runs"][0]["results"]}
    (s,) = results["image-pull"]["suppressions"]
    assert (s["kind"], s["status"]) == ("external", "accepted") and "until 2099-12-31" in s["justification"]
    assert results["container-oom-killed"]["suppressions"] == []
    assert not ran.doc["runs"][0]["invocations"][0]["toolExecutionNotifications"]


def test_unreadable_cluster_is_still_a_document(run, tmp_path):
    for fmt in ("sarif", "junit"):
        ran = run("triage", "-o", fmt, "--snapshot", tmp_path / "none")
        assert ran.code == 3 and "none" in ran.err
        if fmt == "sarif":
            check_log(ran.doc)
            (it,) = ran.doc["runs"]
            assert it["results"] == [] and it["invocations"][0]["executionSuccessful"] is False
            assert "the whole cluster" in it["invocations"][0]["toolExecutionNotifications"][0]["message"]["text"]
        else:
            suites = junit(ran.out)
            assert suites.get("errors") == "1" and suites.find("testsuite/testcase/error") is not None


# JUnit ------------------------------------------------------------------------------------------------------------

# element: (attributes that must be there, others that may, children in their order)
XSD = {
    "testsuites": ((), ("name", "tests", "failures", "errors", "skipped", "time"), ("testsuite",)),
    "testsuite": (
        ("name", "tests", "failures", "errors", "time", "timestamp", "hostname"),
        ("id", "skipped", "package"),
        ("properties", "testcase", "system-out", "system-err"),
    ),
    "testcase": (("name", "classname", "time"), (), ("skipped", "error", "failure", "system-out", "system-err")),
    "failure": (("type",), ("message",), ()),
    "error": (("type",), ("message",), ()),
    "skipped": ((), ("message",), ()),
    "system-out": ((), (), ()),
    "system-err": ((), (), ()),
}


def junit(text):
    """The document, after every element was held against the structure that Jenkins' schema wants."""
    root = ElementTree.fromstring(text.encode())
    assert root.tag == "testsuites"
    for element in root.iter():
        must, may, children = XSD[element.tag]
        assert set(must) <= set(element.attrib) <= {*must, *may}, (element.tag, element.attrib)
        order = [children.index(child.tag) for child in element]
        assert order == sorted(order), element.tag
    for suite in root:
        cases = suite.findall("testcase")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suite.get("timestamp"))
        assert int(suite.get("tests")) == len(cases)
        for outcome, attribute in (("failure", "failures"), ("error", "errors"), ("skipped", "skipped")):
            assert all(len(case.findall(outcome)) <= 1 for case in cases), "Jenkins keeps but one"
            assert int(suite.get(attribute)) == len(suite.findall(f"testcase/{outcome}"))
    for attribute in ("tests", "failures", "errors", "skipped"):
        assert int(root.get(attribute)) == sum(int(s.get(attribute)) for s in root)
    return root


def outcome(root, check, suite=0):
    (case,) = [c for c in root[suite].findall("testcase") if c.get("name") == check]
    return next((child for child in case if child.tag in ("failure", "skipped", "error")), None)


@pytest.mark.parametrize("name", MANY)
def test_junit_has_a_case_for_each_check(triage, name):
    ran = triage(SNAPSHOTS / name / "cluster", "-o", "junit")
    assert ran.code == 0, ran.err
    root = junit(ran.out)
    doc = triage(SNAPSHOTS / name / "cluster", "-o", "json").doc
    rules = triage(SNAPSHOTS / name / "cluster", "-o", "sarif").doc["runs"][0]["tool"]["driver"]["rules"]
    assert [c.get("name") for c in root[0].findall("testcase")] == [r["id"] for r in rules]
    failed = {f["check"] for f in doc["findings"] if f["severity"] != "info" and f["score"] > 0}
    assert {c.get("name") for c in root[0] if c.find("failure") is not None} == failed
    for f in doc["findings"]:
        if f["check"] not in failed:
            continue
        assert f["cause"] in outcome(root, f["check"]).text
    for b in doc["blind_spots"]:
        assert f"could not see {b['what']}" in root[0].find("system-err").text


def test_junit_failure_brings_evidence_and_fix(triage):
    failure = outcome(junit(triage(TAG, "-o", "junit").out), "image-pull")
    assert failure.get("type") == "critical" and "2.14.0-rc9" in failure.get("message")
    assert 'E2 "registry.example.com/shop/cart:2.14.0-rc9"' in failure.text and "kubectl set image" in failure.text


def test_junit_follows_fail_on(triage):
    def failures(*flags):
        return int(junit(triage(TAG, "-o", "junit", *flags).out).get("failures"))

    assert (failures(), failures("--fail-on", "critical"), failures("--fail-on", "info")) == (1, 1, 2)
    warned = SNAPSHOTS / "scaled-to-zero/cluster"
    if warned.exists():
        root = junit(triage(warned, "-o", "junit", "--fail-on", "critical").out)
        assert all(f.get("type") == "critical" for f in root.iter("failure"))


def test_junit_skips_what_it_could_not_judge(triage, tmp_path):
    root = junit(triage(SNAPSHOTS / "nasty-bundle-db-full/cluster", "-o", "junit").out)
    skipped = outcome(root, "certificate-expired")
    assert skipped.tag == "skipped" and "could not see" in skipped.get("message")
    known = outcome(junit(triage(TAG, "-o", "junit", *config(tmp_path, SUPPRESS)).out), "image-pull")
    assert known.tag == "skipped" and "suppressed until 2099-12-31" in known.get("message")


def test_junit_has_a_suite_for_each_cluster(run):
    root = junit(run("triage", "-o", "junit", "--snapshot", TAG, "--snapshot", FANOUT, "--snapshot", TAG).out)
    names = [s.get("name") for s in root]
    assert len(names) == 3 and len(set(names)) == 3
    assert outcome(root, "image-pull", 0).tag == "failure" and outcome(root, "image-pull", 1) is None


def test_hostile_text_breaks_neither(triage, tmp_path):
    """Control bytes, invalid UTF-8, tags, the end of a CDATA section, characters that XML forbids."""
    pod = crashing_pod()
    evil = "FATAL: ]]> <failure message='x'> & \" ' \x1b[31m\x01\x0b\x7f \ufffe\uffff {0} [a](1) `|`"
    snap = write_snapshot(tmp_path / "evil", [pod])
    folder = snap / "logs/shop/web-1"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("app.log", "app.previous.log"):
        (folder / name).write_bytes(b"starting\n" + evil.encode() + b"\xff\xc3\x28 \xed\xa0\x80\n")
    ran = triage(snap, "-o", "junit")
    root = junit(ran.out)
    text = "".join(f.text for f in root.iter("failure"))
    assert "<failure message='x'> &" in text and "\x1b" not in ran.out
    check_log(triage(snap, "-o", "sarif").doc)
    markdown = triage(snap, "-o", "markdown").out
    assert "\x1b" not in markdown and "\x01" not in markdown


@pytest.mark.parametrize("fmt", ["sarif", "junit", "markdown"])
def test_two_runs_print_the_same_bytes(triage, fmt):
    assert triage(FANOUT, "-o", fmt).out == triage(FANOUT, "-o", fmt).out


@pytest.mark.parametrize(
    "line", [("ask", "what?"), ("history",), ("toolset", "list"), ("runbook", "list"), ("replay", "last")]
)
def test_only_triage_takes_them(run, line):
    for fmt in ("sarif", "junit"):
        ran = run(*line, "-o", fmt)
        assert ran.code == 2 and ran.out == "" and "dupin triage" in ran.err and line[0] in ran.err


def test_completion_offers_them(run):
    for shell in ("bash", "zsh", "fish"):
        assert re.search(r"sarif junit", run("completion", shell).out)


# Which findings -------------------------------------------------------------------------------------------------


def test_flags_that_choose(triage, tmp_path):
    def checks(*flags):
        ran = triage(FANOUT, "-o", "json", *flags)
        assert ran.code == 0, ran.err
        return {f["check"] for f in ran.doc["findings"]}

    everything = checks()
    assert checks("--only", "service-endpoints,workload-short") == {"service-endpoints", "workload-short"}
    assert checks("--only", "service-endpoints", "--only", "workload-short") == {"service-endpoints", "workload-short"}
    assert checks("--skip", "service-endpoints") == everything - {"service-endpoints"}
    assert checks("--only", "service-endpoints", "--skip", "service-endpoints") == set(), "what is skipped does not run"
    elsewhere = config(tmp_path, "cluster: {namespace: kube-system}\n")
    assert checks(*elsewhere) < everything and checks("-A", *elsewhere) == everything == checks("-n", "shop", *elsewhere)


@pytest.mark.parametrize("flag", ["--only", "--skip"])
def test_unknown_check_is_no_silence(triage, flag):
    for fmt in ("json", "sarif", "junit"):
        ran = triage(FANOUT, "-o", fmt, flag, "service-endpoint")
        assert ran.code == 2 and ran.out == "" and 'did you mean "service-endpoints"' in ran.err


def test_fail_on_in_every_format(triage):
    for fmt in ("text", "json", "markdown", "sarif", "junit"):
        assert triage(FANOUT, "-o", fmt, "--fail-on", "critical").code == 1
        assert triage(CALM, "-o", fmt, "--fail-on", "warning").code == 0


# Text -------------------------------------------------------------------------------------------------------------


def width_of(line):
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in line)


def headings(text):
    return [line for line in text.splitlines() if line in HEADINGS]


@pytest.mark.parametrize("columns", [40, 80, 120, 200])
@pytest.mark.parametrize("name", MANY)
def test_text_fits_the_screen(triage, name, columns):
    ran = triage(SNAPSHOTS / name / "cluster", COLUMNS=columns, LC_ALL="C.UTF-8")
    assert headings(ran.out) == HEADINGS
    for line in ran.out.splitlines():
        long_word = max((len(w) for w in line.split()), default=0) > columns - 12
        copied = re.match(r"\s+(kubectl |helm |GET |/)", line)  # what people copy is never broken
        assert width_of(line) <= columns or long_word or copied, line


def test_tree_of_cause_and_symptoms(triage):
    out = triage(FANOUT, LC_ALL="C.UTF-8").out
    assert out.startswith("1 root cause, 11 symptoms\n\nRoot causes\n 1. ")
    assert "├─ " in out and "│  ├─ " in out and "└─ " in out
    assert "Deployment shop/cart has 0 of 2 pods ready" in out, "an object is named once"
    plain = triage(FANOUT, LC_ALL="C").out
    assert "|- " in plain and "`- " in plain
    assert not set("├└│…") & set(plain)


def test_commands_can_be_copied(triage):
    out = triage(FANOUT, COLUMNS=40).out.split("\nFix\n")[1]
    doc = triage(FANOUT, "-o", "json").doc
    root = next(f for f in doc["findings"] if f["id"] == doc["root_causes"][0])
    commands = [fix.split(": ", 1)[1] for fix in root["fix"] if ": kubectl" in fix]
    assert commands
    for command in commands:
        assert f"\n      {command}\n" in out, "a line of its own, whole"


def test_colour(triage):
    assert "\x1b[" not in triage(FANOUT).out, "into a pipe"
    assert "\x1b[" in triage(FANOUT, "--color", "always").out
    assert "\x1b[" not in triage(FANOUT, "--color", "never").out
    for fmt in ("json", "markdown", "sarif", "junit"):
        assert "\x1b[" not in triage(FANOUT, "--color", "always", "-o", fmt).out


@pytest.fixture
def crowd(tmp_path):
    """A cluster in which 500 pods of one Deployment and 60 lone ones fail."""
    def owned(i):
        pod = crashing_pod(f"web-{i}")
        return pod

    return write_snapshot(tmp_path / "crowd", [owned(i) for i in range(500)])


def test_five_hundred_findings_stay_readable(triage, crowd):
    ran = triage(crowd)
    assert ran.code == 0 and len(ran.out.splitlines()) < 160, len(ran.out.splitlines())
    assert headings(ran.out) == HEADINGS and ran.out.startswith("500 root causes")
    assert re.search(r"and 485 more: 485 container-crash-loop", ran.out)
    assert len(triage(crowd, "-o", "json").doc["findings"]) == 500
    assert len(triage(crowd, "-o", "markdown").out.splitlines()) < 500


def test_many_alike_symptoms_are_folded(triage, tmp_path):
    """Forty Services in front of one crashing workload: three are named, the others counted."""
    shutil.copytree(FANOUT, tmp_path / "c")
    services = [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": {"name": f"front-{i:02}", "namespace": "shop", "uid": f"u{i}"},
            "spec": {"selector": {"app": "main-db"}, "ports": [{"port": 5432, "targetPort": 5432}], "clusterIP": f"10.9.0.{i}"},
        }
        for i in range(40)
    ]
    (tmp_path / "c/fronts.yaml").write_text(yaml.safe_dump_all(services))
    out = triage(tmp_path / "c", LC_ALL="C.UTF-8", COLUMNS=110).out
    folded = re.search(r"└─ and (\d+) more: .*?(\d+) Services? \(", out)
    assert folded, out
    assert len(re.findall(r"front-\d\d", out.split("Evidence")[0])) <= 4


def test_nothing_wrong_is_short(triage):
    out = triage(CALM).out
    assert out.startswith("Root causes\n") and "nothing that was read is failing now" in out


# Markdown ---------------------------------------------------------------------------------------------------------


def fences(text):
    """Lines inside of code fences; asserts that each is closed."""
    inside, fence = [], None
    for line in text.splitlines():
        mark = re.match(r"\s*(`{3,})", line)
        if fence is None and mark:
            fence = mark[1]
        elif fence and line.strip() == fence:
            fence = None
        elif fence:
            inside.append(line.strip())
    assert fence is None
    return inside


@pytest.mark.parametrize("name", MANY)
def test_markdown_nests_and_closes(triage, name):
    out = triage(SNAPSHOTS / name / "cluster", "-o", "markdown").out
    assert [line[3:] for line in out.splitlines() if line.startswith("## ")] == HEADINGS
    for line in out.splitlines():
        if re.match(r"\s*- ", line):
            assert (len(line) - len(line.lstrip())) % 2 in (0, 1)
    commands = fences(out)
    assert all(re.match(r"(kubectl|helm|crictl|systemctl|journalctl) ", c) for c in commands), commands


def test_markdown_escapes_what_would_be_markup(triage, tmp_path):
    snap = write_snapshot(tmp_path / "md", [crashing_pod()])
    folder = snap / "logs/shop/web-1"
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("app.log", "app.previous.log"):
        (folder / name).write_text("FATAL: bad `value` | *x* <img src=x> [y](http://z) in my_setting\n")
    out = triage(snap, "-o", "markdown").out
    cause = next(line for line in out.splitlines() if line.startswith("1. "))
    assert "\\<img" in cause and "\\`value\\`" in cause and "\\*x\\*" in cause and "\\[y\\]" in cause, cause
    assert "my_setting" in cause, "no escape where none is needed"
    quote = next(line for line in out.splitlines() if "FATAL" in line and line.startswith("- E"))
    assert "`` " in quote and "`value`" in quote, "a longer fence around backticks"


# toolset show -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["kubernetes", "dra"])
def test_toolset_show_says_what_each_check_reads(run, name):
    doc = run("toolset", "show", name, "-o", "json").doc
    assert doc["checks"]
    text = run("toolset", "show", name, env={"COLUMNS": "200"}).out
    for check in doc["checks"]:
        assert check["help"] and check["reads"], check["name"]
        assert all(re.fullmatch(r"[a-z0-9./-]+", word) for word in check["reads"])
        assert check["name"] in text
    assert "reads pods" in text
    for columns in (40, 80):
        narrow = run("toolset", "show", name, env={"COLUMNS": str(columns)}).out
        assert all(len(line) <= columns or len(max(line.split(), key=len)) > columns - 40 for line in narrow.splitlines())
    assert json.dumps(doc) == json.dumps(run("toolset", "show", name, "-o", "json").doc)
