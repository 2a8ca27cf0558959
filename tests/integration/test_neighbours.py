# SPDX-License-Identifier: Apache-2.0
"""The healed neighbour of each incident (healed.yaml, see tests/snapshots/README.md): the check that fires on the incident is
quiet there, nothing else takes its place, and every quote stands in the files, on both sides of the fence.
"""
import json

import pytest
from healing import age_warnings, heal, moment
from incidents import ADVICE, HEALED, NAMES, check_shape, cluster, expected, unfounded


# Checks that only ever report symptoms: they fire beside the cause of an incident.
SYMPTOMS = {"service-endpoints", "workload-short"}


@pytest.fixture
def triage(run):
    def call(folder):
        ran = run("triage", "--snapshot", folder, "-o", "json")
        assert ran.code == 0, ran.err
        check_shape(ran.doc)
        return ran.doc

    return call


def firing(doc):
    """The checks that say that something is wrong now; history (info) is none."""
    return {f["check"] for f in doc["findings"] if f["severity"] != "info" and f["score"] > 0}


def told(doc, checks):
    return "\n".join(f"{f['check']} {f['severity']} {f['score']}: {f['object']['kind']} {f['object']['namespace']}/"
                     f"{f['object']['name']}: {f['cause']}" for f in doc["findings"] if f["check"] in checks)


def checks_of(name, doc):
    """The checks that have to fire on the incident: those that its expectation names, or else those of its root causes."""
    named = {c["check"] for c in expected(name)["root_causes"] if c.get("check")}
    return named or {f["check"] for f in doc["findings"] if f["id"] in doc["root_causes"]}


def quiet(doc, checks, folder):
    still = firing(doc) & checks
    assert not still, f"still fires:\n{told(doc, still)}"
    roots = {f["check"] for f in doc["findings"] if f["id"] in doc["root_causes"]}
    assert not roots, f"a healed cluster, but:\n{told(doc, roots)}"
    wrong = unfounded(doc, folder)
    assert not wrong, f"quotes that stand nowhere: {wrong}"


@pytest.mark.parametrize("name", HEALED)
def test_neighbour(triage, ahead, scores, tmp_path, name):
    ill = ahead(name).doc
    checks = checks_of(name, ill)
    assert checks and checks <= firing(ill), f"{checks} do not all fire on the incident"
    healed = heal(name, tmp_path / "healed")
    # A neighbour differs, but only a little.
    assert 0 < len(healed.changed) <= max(6, healed.total * 0.6), f"{len(healed.changed)} of {healed.total} objects differ"
    well = triage(healed.folder)
    scores.healed[name] = len(well["root_causes"])
    quiet(well, checks, healed.folder)
    # What could be read before can be read still: silence is no blindness.
    assert {b["what"] for b in well["blind_spots"]} <= {b["what"] for b in ill["blind_spots"]}
    # The same with all that went wrong before: the old warnings tell of a time that is over.
    age_warnings(name, healed, moment(well["now"]))
    again = triage(healed.folder)
    scores.healed[name] += len(again["root_causes"])
    quiet(again, checks, healed.folder)


def test_every_check_has_a_neighbour(run):
    """Each check that a toolset lists is the cause of an incident that has a healed neighbour."""
    checks = {c["name"] for t in json.loads(run("toolset", "list", "-o", "json").out) for c in t["checks"]}
    with_one = {c.get("check") for n in HEALED for c in expected(n)["root_causes"]}
    without = sorted(checks - with_one - SYMPTOMS - ADVICE)
    assert not without, f"checks without a healed neighbour: {without}"


@pytest.mark.parametrize("check", sorted(SYMPTOMS))
def test_symptoms_go_with_their_cause(triage, tmp_path, check):
    name = "db-down-fanout"
    assert check in {f["check"] for f in triage(cluster(name))["findings"] if f["caused_by"]}
    assert check not in firing(triage(heal(name, tmp_path / "healed").folder))


def test_only_faulty_clusters_are_healed():
    assert not [n for n in HEALED if n not in NAMES or not expected(n)["root_causes"]]
