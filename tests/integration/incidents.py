# SPDX-License-Identifier: Apache-2.0
"""The clusters of tests/snapshots as tests read them, by nothing of the program's own: what is expected of them, their files,
their healed neighbours, and whether what triage quotes stands in them.
"""
import copy
import datetime
import json
import os
import pathlib
import re
import shutil

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[1] / "snapshots"
NAMES = sorted(p.parent.name for p in ROOT.glob("*/expected.yaml"))
HEALED = sorted(p.parent.name for p in ROOT.glob("*/healed.yaml"))
OBJECTS = (".yaml", ".yml", ".json")
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Times that go on in a cluster that is well: they tell nothing about when it got well.
BEATS = ("lastHeartbeatTime", "renewTime", "lastProbeTime", "acquireTime")


class Loader(yaml.CSafeLoader):  # pylint: disable=too-many-ancestors
    """Times stay the text that they are in an API object."""

    yaml_implicit_resolvers = {
        first: [(tag, pattern) for tag, pattern in pairs if tag != "tag:yaml.org,2002:timestamp"]
        for first, pairs in yaml.CSafeLoader.yaml_implicit_resolvers.items()
    }


def read_yaml(path):
    return yaml.load(path.read_text(), Loader=Loader)


def documents(path):
    text = path.read_text()
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


def unfounded(doc, folder):
    """The quotes of a triage document that stand nowhere in the files."""
    files = Files(folder)
    return [e for e in doc["evidence"] if not e.get("derived") and not stands(files, e)]


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


# Healed neighbours -------------------------------------------------------------------------------------------------------


def merged(target, patch):
    """RFC 7386."""
    if not isinstance(patch, dict):
        return patch
    out = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            out.pop(key, None)
        else:
            out[key] = merged(out.get(key), value)
    return out


class Rewrite:
    """Merge patches and removals on their way into the files of a snapshot; `changed` holds the objects that differ then."""

    def __init__(self, folder, patches, removals):
        self.folder, self.patches, self.removals = folder, patches, removals
        self.changed, self.total = set(), 0

    def objects(self):
        for path in sorted(self.folder.rglob("*")):
            if path.suffix in OBJECTS and path != self.folder / "snapshot.yaml":
                self.rewrite(path)
        missing = self.removals - self.changed
        assert not missing, f"removes what is not there: {missing}"
        added = [k for k in self.patches if k not in self.changed]
        for key in added:
            assert self.patches[key].get("apiVersion"), f"{key}: not there, and no whole object to add"
        if added:
            put(self.folder / "healed-added.yaml", [merged({}, self.patches[k]) for k in added])
        self.changed.update(added)

    def log(self, name, text):
        path = self.folder / name
        before = path.read_text() if path.exists() else None
        assert before != text, f"{path}: nothing changed"
        self.changed.add(name)
        if path.exists():
            path.unlink()
        if text is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    def rewrite(self, path):
        before = documents(path)
        after, emptied = [], set()
        for doc in before:
            if is_list(doc):
                items = [self.one(item, item_kind(doc, item)) for item in doc["items"]]
                after.append({**doc, "items": [i for i in items if i is not None]})
            elif is_object(doc):
                new = self.one(doc, doc["kind"])
                if new is None:
                    emptied.add((doc["apiVersion"], doc["kind"]))
                else:
                    after.append(new)
            else:
                after.append(doc)
        if after == before:
            return
        # A kind of which nothing is left was read all the same: an empty list says so.
        for version, kind in sorted(emptied - {(d["apiVersion"], d["kind"]) for d in after if is_object(d)}):
            after.append({"apiVersion": version, "kind": kind + "List", "metadata": {}, "items": []})
        put(path, after)

    def one(self, obj, kind):
        self.total += 1
        key = key_of(kind, obj)
        if key in self.removals:
            self.changed.add(key)
            return None
        if key not in self.patches:
            return obj
        new = merged(obj, self.patches[key])
        assert new != obj, f"{key}: the patch changes nothing"
        self.changed.add(key)
        return new


def put(path, docs):
    """Writes documents: JSON is YAML too. The file may be a link to the original, so it is made anew."""
    if path.exists():
        path.unlink()
    path.write_text("\n---\n".join(json.dumps(d, ensure_ascii=False, indent=1) for d in docs) + "\n")


def healing(name):
    """What healed.yaml says: the patches and the removals by the key of their object, the logs."""
    want = read_yaml(ROOT / name / "healed.yaml")
    assert isinstance(want.get("why"), str), f"{name}: healed.yaml does not say why"
    assert set(want) <= {"why", "objects", "remove", "logs"}, f"{name}: keys of healed.yaml"
    patches = want.get("objects") or []
    by_key = {key_of(p["kind"], p): p for p in patches}
    assert len(by_key) == len(patches) and all(k[2] for k in by_key), f"{name}: two patches of one object, or one without a name"
    return by_key, {tuple(text.split("/", 2)) for text in want.get("remove") or []}, want.get("logs") or {}


def heal(name, folder):
    """Builds the healed neighbour of an incident in the folder; the Rewrite tells what differs."""
    patches, removals, logs = healing(name)
    shutil.copytree(cluster(name), folder, copy_function=link)
    done = Rewrite(folder, patches, removals)
    done.objects()
    for path, text in logs.items():
        done.log(path, text)
    return done


def link(source, target):
    try:
        os.link(source, target)
    except OSError:
        shutil.copy2(source, target)


# Old events --------------------------------------------------------------------------------------------------------------


def moment(text):
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def times(value, key=""):
    """Every time that a value holds, but for heartbeats."""
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from times(inner, name)
    elif isinstance(value, list):
        for inner in value:
            yield from times(inner, key)
    elif isinstance(value, str) and key not in BEATS and TIME.fullmatch(value):
        yield moment(value)


def shifted(value, by):
    """The value with every time in it moved back."""
    if isinstance(value, dict):
        return {k: shifted(v, by) for k, v in value.items()}
    if isinstance(value, list):
        return [shifted(v, by) for v in value]
    if isinstance(value, str) and TIME.fullmatch(value):
        fraction = re.search(r"\.\d+", value)
        moved = (moment(value) - by).strftime("%Y-%m-%dT%H:%M:%S")
        return moved + (fraction.group(0) if fraction else "") + "Z"
    return value


def warnings_of(name):
    found = {}
    for path in sorted(cluster(name).rglob("*")):
        for doc in documents(path) if path.suffix in OBJECTS else []:
            for obj in doc["items"] if is_list(doc) else [doc]:
                kind = item_kind(doc, obj) if is_list(doc) else (obj or {}).get("kind")
                if kind == "Event" and obj.get("type") == "Warning":
                    found[key_of(kind, obj)] = {"apiVersion": "v1", **copy.deepcopy(obj), "kind": kind}
    return found


def age_warnings(name, healed, now):
    """
    Puts every Warning event of the incident into its healed neighbour, older than the recovery: the latest time that a
    patch tells, or ten minutes before now.
    """
    told = [t for k, p in healed.patches.items() if k[0] != "Event" for t in times(p) if t <= now]
    recovery = max(told, default=now - datetime.timedelta(minutes=10))
    events = warnings_of(name)
    last = max((t for e in events.values() for t in times(e)), default=recovery)
    by = max(last - (recovery - datetime.timedelta(minutes=2)), datetime.timedelta())
    there = Files(healed.folder).objects
    Rewrite(healed.folder, {}, {k for k in events if ("events", k[1] or None, k[2]) in there}).objects()
    put(healed.folder / "old-events.yaml", [shifted(e, by) for e in events.values()])
    return events
