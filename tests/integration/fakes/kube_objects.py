# SPDX-License-Identifier: Apache-2.0
"""The objects of the fake API server: loading, selecting, and showing them as the server's own tables."""

import datetime
import os
import re

import yaml


class CoreLoader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
    """YAML as Kubernetes reads it: times stay text, and only true and false are booleans."""


CoreLoader.yaml_implicit_resolvers = {
    first: [
        (tag, exp)
        for tag, exp in resolvers
        if tag not in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:bool", "tag:yaml.org,2002:value")
    ]
    for first, resolvers in CoreLoader.yaml_implicit_resolvers.items()
}
CoreLoader.add_implicit_resolver(
    "tag:yaml.org,2002:bool", re.compile(r"^(?:true|True|TRUE|false|False|FALSE)$"), list("tTfF")
)


def expand(doc):
    """The objects in one document: itself, or the items of a List."""
    if not isinstance(doc, dict) or "kind" not in doc:
        return []
    if doc["kind"] == "Table":
        return []
    if doc["kind"].endswith("List") and isinstance(doc.get("items"), list):
        kind = doc["kind"][: -len("List")]
        for item in doc["items"]:
            if kind:
                item.setdefault("kind", kind)
                item.setdefault("apiVersion", doc.get("apiVersion", "v1"))
        return [o for item in doc["items"] for o in expand(item)]
    return [doc]


def folder_objects(folder):
    """All objects below the folder; snapshot.yaml at its top is no object."""
    found = []
    for base, dirs, names in sorted(os.walk(folder)):
        dirs.sort()
        for name in sorted(names):
            path = os.path.join(base, name)
            rel = os.path.relpath(path, folder)
            if (
                rel == "snapshot.yaml"
                or rel.startswith("http" + os.sep)
                or not name.endswith((".yaml", ".yml", ".json"))
            ):
                continue
            with open(path, encoding="utf-8") as f:
                for doc in yaml.load_all(f, CoreLoader):
                    found += expand(doc)
    return found


TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")


def parse_time(text):
    return datetime.datetime.fromisoformat(re.sub(r"\.\d+", "", text).replace("Z", "+00:00"))


def shift_times(value, delta):
    """A copy in which every text that is a time is later by delta."""
    if isinstance(value, dict):
        return {k: shift_times(v, delta) for k, v in value.items()}
    if isinstance(value, list):
        return [shift_times(v, delta) for v in value]
    if isinstance(value, str) and TIME.match(value):
        fraction = re.search(r"\.\d+", value)
        return (parse_time(value) + delta).strftime("%Y-%m-%dT%H:%M:%S") + (fraction.group(0) if fraction else "") + "Z"
    return value


def label_selector(text):
    """A function labels → bool for "a=b,c!=d,e in (f,g),h,!i"."""
    tests = []
    for part in re.findall(r"[^,(]+(?:\([^)]*\))?", text):
        part = part.strip()
        many = re.match(r"^(\S+)\s+(in|notin)\s+\(([^)]*)\)$", part)
        if many:
            key, op, values = many.group(1), many.group(2), [v.strip() for v in many.group(3).split(",")]
            tests.append(lambda l, k=key, v=values, o=op: (l.get(k) in v) == (o == "in"))
        elif "!=" in part:
            key, value = part.split("!=")
            tests.append(lambda l, k=key, v=value: l.get(k) != v)
        elif "=" in part:
            key, value = re.split("==?", part)
            tests.append(lambda l, k=key, v=value: l.get(k) == v)
        elif part.startswith("!"):
            tests.append(lambda l, k=part[1:]: k not in l)
        else:
            tests.append(lambda l, k=part: k in l)
    return lambda labels: all(t(labels or {}) for t in tests)


def field_of(obj, path):
    for key in path.split("."):
        obj = obj.get(key) if isinstance(obj, dict) else None
    return "" if obj is None else str(obj)


def field_selector(text):
    """A function object → bool for "spec.nodeName=x,status.phase!=Running"."""
    tests = []
    for part in text.split(","):
        if "!=" in part:
            path, value = part.split("!=")
            tests.append(lambda o, p=path, v=value: field_of(o, p) != v)
        elif "=" in part:
            path, value = re.split("==?", part)
            tests.append(lambda o, p=path, v=value: field_of(o, p) == v)
    return lambda obj: all(t(obj) for t in tests)


def age(obj, now):
    created = obj.get("metadata", {}).get("creationTimestamp")
    if not created:
        return "<unknown>"
    seconds = max(0, int((now - parse_time(created)).total_seconds()))
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds >= 2 * size:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def init_status(pod):
    """STATUS while init containers have not finished, else None."""
    status, total = pod.get("status", {}), len(pod.get("spec", {}).get("initContainers", []))
    for i, c in enumerate(status.get("initContainerStatuses", [])):
        state = c.get("state", {})
        if state.get("terminated", {}).get("exitCode") == 0:
            continue
        if "terminated" in state:
            t = state["terminated"]
            return "Init:" + (
                t.get("reason") or (f"Signal:{t['signal']}" if t.get("signal") else f"ExitCode:{t.get('exitCode')}")
            )
        waiting = state.get("waiting", {}).get("reason")
        if waiting and waiting != "PodInitializing":
            return "Init:" + waiting
        return f"Init:{i}/{total}"
    return None


def pod_status(pod):
    """The STATUS column, as the server computes it from reason, init containers and containers."""
    status = pod.get("status", {})
    reason = status.get("reason") or status.get("phase", "Unknown")
    for c in status.get("conditions", []):
        if c.get("type") == "PodScheduled" and c.get("reason") == "SchedulingGated":
            reason = "SchedulingGated"
    init = init_status(pod)
    if init:
        reason = init
    else:
        running = False
        for c in reversed(status.get("containerStatuses", [])):
            state = c.get("state", {})
            if state.get("waiting", {}).get("reason"):
                reason = state["waiting"]["reason"]
            elif "terminated" in state:
                t = state["terminated"]
                reason = t.get("reason") or (
                    f"Signal:{t['signal']}" if t.get("signal") else f"ExitCode:{t.get('exitCode', 0)}"
                )
            elif c.get("ready") and "running" in state:
                running = True
        if reason == "Completed" and running:
            reason = "Running"
    if pod.get("metadata", {}).get("deletionTimestamp"):
        reason = "Unknown" if status.get("reason") == "NodeLost" else "Terminating"
    return reason


def pod_row(pod, now):
    spec, status = pod.get("spec", {}), pod.get("status", {})
    states = status.get("containerStatuses", [])
    ready = sum(1 for c in states if c.get("ready"))
    restarts = sum(c.get("restartCount", 0) for c in states)
    return [
        pod["metadata"]["name"],
        f"{ready}/{len(spec.get('containers', []))}",
        pod_status(pod),
        str(restarts),
        age(pod, now),
        status.get("podIP") or "<none>",
        spec.get("nodeName") or "<none>",
        status.get("nominatedNodeName") or "<none>",
        "<none>",
    ]


def node_row(node, now):
    ready = [c for c in node.get("status", {}).get("conditions", []) if c.get("type") == "Ready"]
    text = {"True": "Ready", "False": "NotReady"}.get(ready[0].get("status"), "NotReady") if ready else "Unknown"
    if node.get("spec", {}).get("unschedulable"):
        text += ",SchedulingDisabled"
    version = node.get("status", {}).get("nodeInfo", {}).get("kubeletVersion", "")
    return [node["metadata"]["name"], text, "<none>", age(node, now), version]


def workload_row(obj, now):
    want, status = obj.get("spec", {}).get("replicas", 1), obj.get("status", {})
    return [
        obj["metadata"]["name"],
        f"{status.get('readyReplicas', 0)}/{want}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age(obj, now),
    ]


TABLES = {
    "pods": (
        ["Name", "Ready", "Status", "Restarts", "Age", "IP", "Node", "Nominated Node", "Readiness Gates"],
        pod_row,
    ),
    "nodes": (["Name", "Status", "Roles", "Age", "Version"], node_row),
    "deployments": (["Name", "Ready", "Up-to-date", "Available", "Age"], workload_row),
}


def table(plural, objects, include, meta, now):
    """meta.k8s.io/v1 Table; include: None, Metadata or Object, as ?includeObject= says."""
    names, row = TABLES.get(plural, (["Name", "Age"], lambda o, n: [o["metadata"]["name"], age(o, n)]))
    columns = [
        {
            "name": n,
            "type": "string",
            "format": "name" if n == "Name" else "",
            "description": n,
            "priority": 1 if i >= 5 else 0,
        }
        for i, n in enumerate(names)
    ]
    rows = []
    for o in objects:
        shown = {"None": None, "Object": o}.get(
            include, {"kind": "PartialObjectMetadata", "apiVersion": "meta.k8s.io/v1", "metadata": o["metadata"]}
        )
        rows.append({"cells": row(o, now), "object": shown})
    return {
        "kind": "Table",
        "apiVersion": "meta.k8s.io/v1",
        "metadata": meta,
        "columnDefinitions": columns,
        "rows": rows,
    }
