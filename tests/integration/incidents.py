# SPDX-License-Identifier: Apache-2.0
"""The clusters of tests/snapshots as tests read them, by nothing of the program's own: what is expected of them, their files,
and whether what triage quotes stands in them.
"""
import functools
import json
import pathlib
import re

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1] / "snapshots"
NAMES = sorted(p.parent.name for p in ROOT.glob("*/expected.yaml"))
HEALED = sorted(p.parent.name for p in ROOT.glob("*/healed.yaml"))
# Checks that only ever give advice, which is never a cause: healthy-untidy has some of each.
ADVICE = {"hygiene-config", "hygiene-paused", "hygiene-policy", "hygiene-rights", "hygiene-selector", "hygiene-storage"}
OBJECTS = (".yaml", ".yml", ".json")


class Loader(yaml.CSafeLoader):  # pylint: disable=too-many-ancestors
    """Times stay the text that they are in an API object."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(path):
    return yaml.load(path.read_text(), Loader=Loader)


def documents(path):
    """The documents of a file, not to be changed: a file that is linked into another cluster is parsed once."""
    at = path.stat()
    return parsed(Once(path, (at.st_dev, at.st_ino, at.st_mtime_ns, at.st_size)))


class Once:  # pylint: disable=too-few-public-methods
    """A path that stands for the file behind it."""

    def __init__(self, path, file):
        self.path, self.file = path, file

    def __hash__(self):
        return hash(self.file)

    def __eq__(self, other):
        return self.file == other.file


@functools.lru_cache(maxsize=60)
def parsed(once):
    path, text = once.path, once.path.read_text()
    if path.suffix == ".json":
        try:
            return [json.loads(text)]
        except ValueError:
            pass
    return list(yaml.load_all(text, Loader=Loader))


def expected(name):
    return read_yaml(ROOT / name / "expected.yaml")


def cluster(name):
    return ROOT / name / "cluster"


def is_object(doc):
    return isinstance(doc, dict) and isinstance(doc.get("kind"), str) and isinstance(doc.get("metadata"), dict)


def is_list(doc):
    return isinstance(doc, dict) and isinstance(doc.get("kind"), str) and isinstance(doc.get("items"), list)


def item_kind(doc, item):
    """Items of a PodList and the like need not say that they are Pods."""
    return item.get("kind") or (doc["kind"][:-4] if doc["kind"] != "List" else None)


def key_of(kind, obj):
    meta = obj.get("metadata") or {}
    return kind, meta.get("namespace") or "", meta.get("name")


# Files -------------------------------------------------------------------------------------------------------------------


class Files:
    """What a snapshot's files hold: objects by kind, namespace and name; log lines by pod."""

    def __init__(self, folder):
        self.objects, self.logs, self.lists = {}, [], {}
        for path in sorted(folder.rglob("*")):
            if path.suffix in OBJECTS:
                for doc in documents(path):
                    self.take(doc)
            elif path.name.endswith((".log", "logs.txt")):
                self.logs.append((str(path.relative_to(folder)), path.read_text(errors="replace").split("\n")))

    def take(self, doc):
        if is_list(doc):
            for item in doc["items"]:
                self.take({"apiVersion": doc.get("apiVersion"), **item, "kind": item_kind(doc, item)})
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
    return word[:-1] + "ies" if re.search("[^aeiou]y$", word) else word + "s"


# Quotes ------------------------------------------------------------------------------------------------------------------


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


def values(files, evidence):
    """What stands at the pointer, in each copy of the object."""
    for doc in files.at(evidence["source"]):
        try:
            yield pointed(doc, evidence["pointer"])
        except (KeyError, IndexError, TypeError, ValueError):
            continue


def absent(files, evidence):
    """"3 Secrets, none named x": counted again in the files."""
    said = re.fullmatch(r"(\d+) \w+, (?:none|not) named (\S+)", evidence["quote"])
    assert said, f"{evidence}: a list, but no absence"
    parts = evidence["source"].split("?")[0].split(" ")[-1].strip("/").split("/")
    ns = parts[-2] if "namespaces" in parts[:-1] else None
    names = {name for kind, where, name in files.objects if kind == parts[-1] and ns in (None, where)}
    every = [key for key in files.objects if key[0] == parts[-1] and ns in (None, key[1])]
    return len(every) == int(said.group(1)) and said.group(2) not in names


def left(files, evidence):
    """"worker-1: cpu allocatable 4, free 3.6 after the requests of 4 pods": the pods counted again in the files."""
    node, count = re.match(r"(\S+): .* of (\d+) pods?$", evidence["quote"]).groups()
    pods = [docs[0] for key, docs in files.objects.items() if key[0] == "pods" and docs[0]["spec"].get("nodeName") == node]
    live = [p for p in pods if (p.get("status") or {}).get("phase") not in ("Succeeded", "Failed")]
    return len(live) == int(count) and any(f"allocatable {v}," in evidence["quote"] for v in values(files, evidence))


def follows(files, evidence):
    """True when a derived text follows from what stands at its place, as far as its form tells how."""
    quote, found = evidence["quote"], list(values(files, evidence)) if evidence["pointer"] != "/items" else []
    if evidence["pointer"] == "/items":
        return absent(files, evidence)
    if not found:
        return False
    if re.search(r" after the requests of \d+ pods?$", quote):
        return left(files, evidence)
    if quote[:1] in "{[":
        return any(json.loads(quote) == value for value in found)
    at = re.match(r"Changed .*\((\d\d:\d\d:\d\d)\)$", quote, re.S)
    return not at or any(at.group(1) in str(value) for value in found)


def unfounded(doc, folder):
    """The evidence of a triage document that stands nowhere in the files, or does not follow from them."""
    files = Files(folder)
    return [e for e in doc["evidence"] if not (follows if e.get("derived") else stands)(files, e)]


# Documents ------------------------------------------------------------------------------------------------------------


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


def matches(finding, want):
    found = finding["object"]
    return all((found.get(k) or None) == want.get(k) for k in ("kind", "namespace", "name"))
