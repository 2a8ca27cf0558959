# SPDX-License-Identifier: Apache-2.0
"""
The rules of SARIF 2.1.0 (OASIS, schema and sections 3.13 to 3.59) for the parts that Dupin writes: which properties an
object may have, of which type, which it must have. Anything else is an error, as `additionalProperties: false` has it.
"""

import re

TEXT, BOOL, WHOLE, NUMBER, BAG = "text", "bool", "whole", "number", "bag"


def many(kind, unique=False):
    return ("many", kind, unique)


def one_of(*values):
    return ("one of", *values)


LEVEL = one_of("none", "note", "warning", "error")

# object: {property: type}; a "!" behind the name: required
OBJECTS = {
    "log": {"$schema": TEXT, "version!": one_of("2.1.0"), "runs!": many("run"), "properties": BAG},
    "run": {
        "tool!": "tool",
        "invocations": many("invocation"),
        "results": many("result"),
        "columnKind": one_of("utf16CodeUnits", "unicodeCodePoints"),
        "properties": BAG,
    },
    "tool": {"driver!": "component", "extensions": many("component", True), "properties": BAG},
    "component": {
        "name!": TEXT,
        "version": TEXT,
        "semanticVersion": TEXT,
        "informationUri": "uri",
        "rules": many("descriptor", True),
        "notifications": many("descriptor", True),
        "properties": BAG,
    },
    "descriptor": {
        "id!": TEXT,
        "name": TEXT,
        "shortDescription": "multiformat",
        "fullDescription": "multiformat",
        "help": "multiformat",
        "helpUri": "uri",
        "defaultConfiguration": "configuration",
        "properties": BAG,
    },
    "configuration": {"enabled": BOOL, "level": LEVEL, "rank": NUMBER, "properties": BAG},
    "multiformat": {"text!": TEXT, "markdown": TEXT, "properties": BAG},
    "message": {"text": TEXT, "markdown": TEXT, "id": TEXT, "arguments": many(TEXT), "properties": BAG},
    "invocation": {
        "executionSuccessful!": BOOL,
        "exitCode": WHOLE,
        "toolExecutionNotifications": many("notification"),
        "toolConfigurationNotifications": many("notification"),
        "properties": BAG,
    },
    "notification": {
        "message!": "message",
        "level": LEVEL,
        "descriptor": "reference",
        "locations": many("location", True),
        "properties": BAG,
    },
    "reference": {"id": TEXT, "index": WHOLE, "guid": TEXT, "properties": BAG},
    "result": {
        "message!": "message",
        "ruleId": TEXT,
        "ruleIndex": WHOLE,
        "kind": one_of("notApplicable", "pass", "fail", "review", "open", "informational"),
        "level": LEVEL,
        "locations": many("location"),
        "relatedLocations": many("location", True),
        "fingerprints": "strings",
        "partialFingerprints": "strings",
        "suppressions": many("suppression", True),
        "rank": NUMBER,
        "properties": BAG,
    },
    "location": {
        "id": WHOLE,
        "physicalLocation": "physical",
        "logicalLocations": many("logical", True),
        "message": "message",
        "properties": BAG,
    },
    "physical": {"artifactLocation!": "artifact", "properties": BAG},
    "artifact": {"uri": TEXT, "uriBaseId": TEXT, "properties": BAG},
    "logical": {"name": TEXT, "fullyQualifiedName": TEXT, "kind": TEXT, "properties": BAG},
    "suppression": {
        "kind!": one_of("inSource", "external"),
        "status": one_of("accepted", "underReview", "rejected"),
        "justification": TEXT,
        "properties": BAG,
    },
}


def check(value, kind, where="$"):
    """Raises AssertionError that names the place when value is not what the rules want."""
    if isinstance(kind, tuple) and kind[0] == "one of":
        assert value in kind[1:], f"{where}: {value!r}"
    elif isinstance(kind, tuple):
        assert isinstance(value, list), where
        for i, item in enumerate(value):
            check(item, kind[1], f"{where}[{i}]")
        if kind[2]:
            assert all(a not in value[:i] for i, a in enumerate(value)), f"{where}: items repeat"
    elif kind == TEXT:
        assert isinstance(value, str), where
    elif kind == BOOL:
        assert isinstance(value, bool), where
    elif kind == WHOLE:
        assert isinstance(value, int) and not isinstance(value, bool) and value >= -1, where
    elif kind == NUMBER:
        assert isinstance(value, (int, float)) and -1.0 <= value <= 100.0, where
    elif kind == "uri":
        assert re.fullmatch(r"[a-z][a-z0-9+.-]*:\S+", value), where
    elif kind == "strings":
        assert isinstance(value, dict) and all(isinstance(v, str) for v in value.values()), where
    elif kind == BAG:
        assert isinstance(value, dict), where
        check(value.get("tags", []), many(TEXT, True), f"{where}.tags")
    else:
        check_object(value, kind, where)


def check_object(value, kind, where):
    rules = {name.rstrip("!"): t for name, t in OBJECTS[kind].items()}
    assert isinstance(value, dict), where
    for name in OBJECTS[kind]:
        assert not name.endswith("!") or name[:-1] in value, f"{where}: {name[:-1]} is missing"
    for name, item in value.items():
        assert name in rules, f"{where}: no property {name}"
        check(item, rules[name], f"{where}.{name}")
    if kind == "message":
        assert "text" in value or "id" in value, f"{where}: a message without text (3.11.2)"


def check_log(log):
    check(log, "log")
    for run in log["runs"]:
        rules = run["tool"]["driver"].get("rules", [])
        for i, result in enumerate(run.get("results", [])):
            index = result.get("ruleIndex", -1)
            assert index == -1 or rules[index]["id"] == result["ruleId"], f"result {i}: another rule (3.52.5)"
            assert result.get("kind", "fail") == "fail" or result.get("level", "none") == "none", f"result {i} (3.27.10)"
            ids = [place["id"] for place in result.get("relatedLocations", []) if "id" in place]
            assert len(ids) == len(set(ids)), f"result {i}: ids repeat (3.28.2)"
        told = ["suppressions" in result for result in run.get("results", [])]
        assert all(told) or not any(told), "suppressions of some results only (3.27.23)"
