# SPDX-License-Identifier: Apache-2.0
"""Every cluster of tests/snapshots/NAME: does triage name the cause that expected.yaml states, prove it, and stay calm else?

expected.yaml: `source` (after what it was written), `question`, `root_causes` [{kind, namespace, name, check}] most important
first ([]: the cluster is healthy), `words` that the sentences of the causes must hold. The table of scores comes at the end.
"""
import io
import json
import os
import pathlib
import re
import tarfile

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1] / "snapshots"
NAMES = sorted(p.parent.name for p in ROOT.glob("*/expected.yaml"))
HEADINGS = ("Root causes", "Evidence", "Could not see", "Fix")
# Checks that only ever report symptoms, so that no incident has them as its cause.
SYMPTOMS = {"service-endpoints", "workload-short"}
SCORES = {}


def expected(name):
    return yaml.load((ROOT / name / "expected.yaml").read_text(), Loader=yaml.CSafeLoader)


def cluster(name):
    return ROOT / name / "cluster"


def is_object(doc):
    return isinstance(doc, dict) and isinstance(doc.get("kind"), str) and isinstance(doc.get("metadata"), dict)


class Files:
    """What a snapshot's files hold, read by nothing of ours: objects by kind, namespace and name; log lines by pod."""

    def __init__(self, folder):
        self.objects, self.logs = {}, []
        for path in sorted(folder.rglob("*")):
            if path.suffix in (".yaml", ".yml", ".json"):
                for doc in yaml.load_all(path.read_text(), Loader=yaml.CSafeLoader):
                    self.take(doc)
            elif path.name.endswith((".log", "logs.txt")):
                self.logs.append((str(path.relative_to(folder)), path.read_text(errors="replace").split("\n")))

    def take(self, doc):
        if is_object(doc) and isinstance(doc.get("items"), list):
            for item in doc["items"]:
                kind = doc["kind"][:-4] if doc["kind"] != "List" else item.get("kind")
                self.take({"apiVersion": doc.get("apiVersion"), "kind": kind, **item})
        elif is_object(doc):
            meta = doc["metadata"]
            self.objects.setdefault((plural(doc["kind"]), meta.get("namespace"), meta.get("name")), []).append(doc)

    def at(self, source):
        """The objects that a request names: /api/v1/namespaces/NS/PLURAL/NAME and the like."""
        parts = source.split("?")[0].split(" ")[-1].strip("/").split("/")
        parts = parts[2:] if parts[0] == "api" else parts[3:]
        ns = None
        if parts[0] == "namespaces" and len(parts) > 2:
            ns, parts = parts[1], parts[2:]
        assert len(parts) == 2, f"{source}: names no object"
        return self.objects.get((parts[0], ns, parts[1]), [])

    def log(self, source):
        found = re.search(r"namespaces/([^/]+)/pods/([^/]+)/log\?(\S*)", source)
        assert found, f"{source}: names no log"
        ns, pod, query = found.groups()
        asked = dict(p.split("=", 1) for p in query.split("&") if "=" in p)
        before = asked.get("previous") in ("true", "1")
        for path, lines in self.logs:
            parts = path.replace(".log", "").split("/")
            if ns in parts and pod in parts and ("previous" in path) == before:
                if path.endswith("logs.txt") or asked.get("container", "") in re.split(r"[./]|-previous", path):
                    yield from lines


def plural(kind):
    word = kind.lower()
    if word.endswith("s") and not word.endswith("ss"):
        return word
    if word.endswith("ss"):
        return word + "es"
    return word[:-1] + "ies" if word.endswith("y") else word + "s"


def pointed(doc, pointer):
    for key in pointer.split("/")[1:]:
        key = key.replace("~1", "/").replace("~0", "~")
        doc = doc[int(key)] if isinstance(doc, list) else doc[key]
    return doc


def plain(text):
    return " ".join(str(text).split())


def holds(text, quote):
    """Is the quote a part of the text? What was masked in it may be anything."""
    if quote in text:
        return True
    parts = re.split(r"\[masked:[^\]]*\]", quote)
    return len(parts) > 1 and re.search(r"\S+".join(map(re.escape, parts)), text) is not None


def stands(files, evidence):
    """True when the quote is where the evidence says that it stands."""
    quote = plain(evidence["quote"])
    pointer = evidence["pointer"]
    if pointer.startswith("line "):
        return any(holds(plain(line), quote) for line in files.log(evidence["source"]))
    for doc in files.at(evidence["source"]):
        try:
            value = pointed(doc, pointer)
        except (KeyError, IndexError, TypeError, ValueError):
            continue
        if isinstance(value, bool):
            value = json.dumps(value)
        if not isinstance(value, (dict, list)) and holds(plain(value), quote):
            return True
    return False


def check_shape(doc):
    """Exactly the keys and types of the contract."""
    assert set(doc) == {"schema", "clusters", "now", "scanned", "root_causes", "findings", "blind_spots", "evidence"}
    assert doc["schema"] == "dupin.triage/v1"
    assert set(doc["scanned"]) == {"objects", "requests", "bytes", "duration_ms"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", doc["now"])
    ids = [e["id"] for e in doc["evidence"]]
    assert len(ids) == len(set(ids))
    findings = {f["id"]: f for f in doc["findings"]}
    assert len(findings) == len(doc["findings"])
    for f in doc["findings"]:
        assert set(f) == {"id", "check", "severity", "score", "object", "cause", "caused_by", "symptoms", "evidence", "fix",
                          "docs"}, f
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", f["check"])
        assert f["severity"] in ("critical", "warning", "info")
        assert isinstance(f["score"], (int, float)) and 0 <= f["score"] <= 1
        assert set(f["object"]) == {"cluster", "apiVersion", "kind", "namespace", "name"}
        assert f["object"]["cluster"] in doc["clusters"]
        assert f["cause"] == f["cause"].strip() and f["cause"] and "\n" not in f["cause"]
        assert f["caused_by"] is None or f["caused_by"] in findings
        assert all(s in findings for s in f["symptoms"])
        assert f["evidence"] and all(e in ids for e in f["evidence"]), f["check"]
        assert isinstance(f["fix"], list) and all(isinstance(x, str) and x for x in f["fix"])
        assert f["docs"] is None or f["docs"].startswith("https://")
    for r in doc["root_causes"]:
        assert findings[r]["caused_by"] is None and findings[r]["severity"] != "info"
        assert findings[r]["fix"], f"{findings[r]['check']}: a root cause without a fix"
    order = {"critical": 0, "warning": 1, "info": 2}
    ranks = [(order[f["severity"]], -f["score"]) for f in doc["findings"]]
    assert ranks == sorted(ranks)
    for e in doc["evidence"]:
        plus = {"derived", "inputs"} if "derived" in e else set()
        assert {"id", "cluster", "source", "pointer", "quote"} <= set(e) <= {"id", "cluster", "source", "pointer", "quote"} | plus
        assert e["cluster"] in doc["clusters"] and e.get("derived", True) is True
        assert all(i in ids and i != e["id"] for i in e.get("inputs", []))
    for b in doc["blind_spots"]:
        assert {"what", "why", "cluster"} == set(b) and b["what"] and b["why"]


@pytest.mark.parametrize("name", NAMES)
def test_expected_is_complete(name):
    want = expected(name)
    assert {"source", "question", "root_causes"} <= set(want) <= {"source", "question", "root_causes", "words"}
    for cause in want["root_causes"]:
        assert {"kind", "name"} <= set(cause) <= {"kind", "namespace", "name", "check"}


def matches(finding, want):
    found = finding["object"]
    return all((found.get(k) or None) == want.get(k) for k in ("kind", "namespace", "name"))


@pytest.fixture(scope="module", autouse=True)
def table():
    yield
    if not SCORES:
        return
    faulty = [s for s in SCORES.values() if s["faulty"]]
    quiet = [s for s in SCORES.values() if not s["faulty"]]
    out = ["", f"{'incident':34s} top-1 top-3 extra"]
    out += [f"{n:34s} {s['top1']!s:5s} {s['top3']!s:5s} {s['extra']}" for n, s in sorted(SCORES.items())]
    out.append(f"faulty: top-1 {sum(s['top1'] for s in faulty)}/{len(faulty)}, top-3 {sum(s['top3'] for s in faulty)}"
               f"/{len(faulty)}, needless root causes {sum(s['extra'] for s in faulty)}; healthy: false alarms "
               f"{sum(bool(s['extra']) for s in quiet)}/{len(quiet)}")
    text = "\n".join(out)
    print(text)
    build = os.environ.get("DUPIN_BUILD")
    if build:
        (pathlib.Path(build) / "incidents.txt").write_text(text.lstrip() + "\n")


@pytest.mark.parametrize("name", NAMES)
def test_cause(run, name):
    want = expected(name)
    ran = run("triage", "--snapshot", cluster(name), "-o", "json")
    assert ran.code == 0, ran.err
    doc = ran.doc
    check_shape(doc)
    findings = {f["id"]: f for f in doc["findings"]}
    roots = [findings[r] for r in doc["root_causes"]]
    files = Files(cluster(name))
    wrong = [e for e in doc["evidence"] if not e.get("derived") and not stands(files, e)]
    said = "\n".join(f"{r['check']}: {r['object']['kind']} {r['object']['namespace']}/{r['object']['name']}: {r['cause']}" for r in roots)
    causes = want["root_causes"]
    SCORES[name] = {
        "faulty": bool(causes),
        "top1": bool(causes) and bool(roots) and matches(roots[0], causes[0]),
        "top3": all(any(matches(r, c) for r in roots[:max(3, len(causes))]) for c in causes) and bool(causes),
        "extra": sum(not any(matches(r, c) for c in causes) for r in roots),
    }
    if not causes:
        assert not roots, f"a healthy cluster, but:\n{said}"
    else:
        assert SCORES[name]["top1"], f"expected {causes[0]}, got:\n{said}"
        assert SCORES[name]["top3"], f"expected {causes}, got:\n{said}"
        for cause in causes:
            if "check" in cause:
                assert any(matches(r, cause) and r["check"] == cause["check"] for r in roots), f"expected {cause}, got:\n{said}"
        lower = plain(said).lower()
        missing = [w for w in want.get("words", []) if str(w).lower() not in lower]
        assert not missing, f"{missing} not in:\n{said}"
        assert not SCORES[name]["extra"], f"more root causes than there are:\n{said}"
    assert not wrong, f"quotes that stand nowhere: {wrong}"


def unmetered(text):
    return re.sub(r'"(duration_ms|requests|bytes|objects)":\s*\d+', r'"\1":0', text)


@pytest.mark.parametrize("name", NAMES)
def test_same_bytes(run, name):
    first, second = (run("triage", "--snapshot", cluster(name), "-o", "json") for _ in range(2))
    assert unmetered(first.out) == unmetered(second.out)


@pytest.mark.parametrize("name", NAMES)
def test_headings(run, name):
    for form, head in (("text", r"^{}$"), ("markdown", r"^#+ {}$")):
        ran = run("triage", "--snapshot", cluster(name), "-o", form, "--color", "never")
        assert ran.code == 0, ran.err
        for heading in HEADINGS:
            assert re.search(head.format(heading), ran.out, re.M), f"no {heading} in:\n{ran.out}"


def test_archive_is_the_same(run, tmp_path):
    """A snapshot packed into an archive gives the same findings."""
    name = "demo-dra"
    path = tmp_path / "c.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        tar.add(cluster(name), arcname=".")
    folder, packed = (run("triage", "--snapshot", p, "-o", "json") for p in (cluster(name), path))
    assert unmetered(folder.out) == unmetered(packed.out)


def test_ask_names_the_cause(run):
    want = expected("demo-dra")
    ran = run("ask", "--offline", "--snapshot", cluster("demo-dra"), want["question"], "-o", "json")
    assert ran.code == 0, ran.err
    doc = ran.doc
    assert doc["mode"] == "offline" and doc["status"] == "answered"
    first = doc["root_causes"][0]
    assert matches({"object": first["object"]}, want["root_causes"][0]), first
    assert all(w in first["cause"] for w in want["words"]), first["cause"]
    assert all(c["verified"] for c in first["citations"])
    history = run("history", "list", "-o", "json")
    assert doc["id"] in history.out


def test_every_check_is_exercised(run):
    """Each check that a toolset lists is the cause of an incident here; the symptoms among them show in one."""
    checks = set()
    for toolset in json.loads(run("toolset", "list", "-o", "json").out):
        checks.update(c["name"] for c in toolset["checks"])
    wanted = {c.get("check") for n in NAMES for c in expected(n)["root_causes"]} - {None}
    assert not wanted - checks, "an incident expects a check that is not there"
    assert checks - wanted == SYMPTOMS, "checks that no incident has as its cause"
    doc = run("triage", "--snapshot", cluster("db-down-fanout"), "-o", "json").doc
    assert SYMPTOMS <= {f["check"] for f in doc["findings"] if f["caused_by"]}
