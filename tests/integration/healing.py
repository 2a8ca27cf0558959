# SPDX-License-Identifier: Apache-2.0
"""Builds the healed neighbour of an incident out of its healed.yaml, and puts what went wrong before back into it, as the past."""
import copy
import datetime
import json
import os
import re
import shutil

from incidents import OBJECTS, ROOT, Files, cluster, documents, is_list, is_object, item_kind, key_of, read_yaml

TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
# Times that go on in a cluster that is well: they tell nothing about when it got well.
BEATS = ("lastHeartbeatTime", "renewTime", "lastProbeTime", "acquireTime")


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
    link_cluster(name, folder)
    done = Rewrite(folder, patches, removals)
    done.objects()
    for path, text in logs.items():
        done.log(path, text)
    return done


def link_cluster(name, folder):
    """A copy of a cluster to change: files are linked, so replace them, never write into them."""
    shutil.copytree(cluster(name), folder, copy_function=link)


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
