# SPDX-License-Identifier: Apache-2.0
"""What changed: told beside the cause it came before, listed by --since, read with few requests more."""
import datetime
import re

import pytest
import yaml
from fakes.kube_api import KubeApi

from incidents import ROOT, cluster

# What stands before the onset of each incident, and what is as new but has nothing to do with it.
BEFORE = {
    "changed-env-value": "Deployment shop/cart env DB_HOST postgres-primary -> postgres-prime; env LOG_LEVEL info -> debug "
                         "(kubectl-set, 09:23:00)",
    "changed-configmap": "ConfigMap shop/pricing-config edited (key application.yaml) (kubectl-edit, 09:25:00)",
    "changed-network-policy": "NetworkPolicy billing/lock-down created (argocd-controller, 08:56:00)",
    "changed-helm-upgrade": "Deployment web/storefront image registry.example.com/web/storefront:7.0.6 -> 7.1.0 (helm, "
                            "09:26:00)",
    "changed-statefulset": "StatefulSet bank/ledger-db requests.memory 1Gi -> 192Mi; limits.memory 1Gi -> 192Mi "
                           "(kubectl-edit, 09:21:00)",
    "changed-tag": "Deployment crm/mailer tag moved: registry.example.com/crm/mailer:stable is ",
}


def first_told(doc):
    """The lines "Changed ..." of the first root cause, and their inputs."""
    found = next(f for f in doc["findings"] if f["id"] == doc["root_causes"][0])
    by_id = {e["id"]: e for e in doc["evidence"]}
    told = [by_id[i] for i in found["evidence"] if by_id[i]["quote"].startswith("Changed ")]
    return told, by_id


@pytest.mark.parametrize("name", sorted(BEFORE))
def test_told(run, name):
    doc = run("triage", "--snapshot", cluster(name), "-o", "json").doc
    told, by_id = first_told(doc)
    assert told, "nothing changed before it"
    assert BEFORE[name] in told[0]["quote"], told[0]["quote"]
    assert re.match(r"Changed (\d+ (s|min) before onset|at onset): ", told[0]["quote"])
    assert told[0]["derived"] and told[0]["inputs"] and all(i in by_id for i in told[0]["inputs"])
    assert not any("search" in e["quote"] or "reviews" in e["quote"] for e in told), "an innocent change"
    text = run("triage", "--snapshot", cluster(name), "--color", "never").out
    assert " ".join(told[0]["quote"].split()) in " ".join(text.split())


def test_release_is_told(run):
    told, _ = first_told(run("triage", "--snapshot", cluster("changed-helm-upgrade"), "-o", "json").doc)
    assert "Helm release storefront: revision 8 (upgrade), pending-upgrade" in told[1]["quote"]


def test_nothing_without_a_failure(run):
    doc = run("triage", "--snapshot", cluster("healthy-many-changes"), "-o", "json").doc
    assert doc["root_causes"] == [] and "changes" not in doc
    assert not any(e["quote"].startswith("Changed ") for e in doc["evidence"])


def test_since(run):
    name = "healthy-many-changes"
    doc = run("triage", "--snapshot", cluster(name), "--since", "1h", "-o", "json").doc
    changes = doc["changes"]
    assert all(set(c) == {"time", "cluster", "object", "type", "who", "what", "sure", "source", "pointer"} for c in changes)
    times = [c["time"] for c in changes]
    assert times == sorted(times, reverse=True) and min(times) >= "2026-07-14T08:42:00Z"
    said = {f"{c['object']['kind']} {c['object']['namespace']}/{c['object']['name']} {c['what']} by {c['who']}" for c in changes}
    for want in (
        "ConfigMap web/flags edited (key flags.json) by kubectl-edit",
        "Deployment web/storefront image registry.example.com/web/storefront:7.0.5 -> 7.0.6; env LOG_LEVEL info -> debug by helm",
        "Secret web/sh.helm.release.v1.storefront.v8 Helm release storefront: revision 8 (upgrade), deployed by helm",
        "NetworkPolicy shop/search created by kubectl-client-side-apply",
        "Deployment shop/reviews scaled to 1 by kubectl",
    ):
        assert want in said, "\n".join(sorted(said))
    assert not any("kube-controller-manager" in c["who"] for c in changes)
    fewer = run("triage", "--snapshot", cluster(name), "--since", "2026-07-14T09:39:30Z", "-o", "json").doc["changes"]
    assert fewer == changes[:len(fewer)] and 0 < len(fewer) < len(changes)


def test_places_hold_the_time(run):
    """Each change names where its time stands: in the file as it was written, all writers counted."""
    docs = {}
    for doc in yaml.load_all((cluster("changed-env-value") / "objects.yaml").read_text(), Loader=yaml.CSafeLoader):
        docs[(doc["kind"].lower(), doc["metadata"].get("namespace"), doc["metadata"]["name"])] = doc
    changes = run("triage", "--snapshot", cluster("changed-env-value"), "--since", "1h", "-o", "json").doc["changes"]
    assert len(changes) >= 5
    for c in changes:
        path = c["source"].split(" ")[1].strip("/").split("/")
        ns = path[path.index("namespaces") + 1] if "namespaces" in path else None
        value = docs[(path[-2].rstrip("s"), ns, path[-1])]
        for key in c["pointer"].split("/")[1:]:
            value = value[int(key)] if isinstance(value, list) else value[key]
        assert value == c["time"], c


def test_since_in_text_and_markdown(run):
    for form, heading in (("text", "\nChanges\n"), ("markdown", "\n## Changes\n")):
        out = run("triage", "--snapshot", cluster("changed-configmap"), "--since", "20m", "-o", form, "--color", "never").out
        assert heading in out and "ConfigMap shop/pricing-config edited (key application.yaml) (kubectl-edit)" in " ".join(out.split())
        assert out.index("Evidence") < out.index(heading) < out.index("Could not see")
        none = run("triage", "--snapshot", cluster("changed-configmap"), "--since", "1s", "-o", form, "--color", "never").out
        assert heading in none and "one in that time" in none


def test_since_that_is_none(run):
    ran = run("triage", "--snapshot", cluster("changed-configmap"), "--since", "yesterday")
    assert ran.code == 2 and "30m" in ran.err and not ran.out


def test_secrets_are_masked(run, tmp_path):
    """A template difference shows no value that the masker hides."""
    for path in (cluster("changed-env-value")).rglob("*"):
        if path.is_file():
            to = tmp_path / path.relative_to(cluster("changed-env-value"))
            to.parent.mkdir(parents=True, exist_ok=True)
            to.write_text(path.read_text().replace("name: LOG_LEVEL", "name: DB_PASSWORD").replace("value: debug", "value: hunter2hunter2"))
    for form in ("json", "text"):
        out = run("triage", "--snapshot", tmp_path, "--since", "1d", "-o", form).out
        assert "hunter2hunter2" not in out and "DB_PASSWORD" in out


def test_ask_opens_with_it(run):
    """The answer without a model carries it as well."""
    doc = run("ask", "--offline", "--snapshot", cluster("changed-env-value"), "what broke cart?", "-o", "json").doc
    assert any(e["quote"].startswith("Changed ") for e in doc["evidence"])


@pytest.fixture
def live(run, tmp_path):
    """live(NAME, ARGS): triage of an incident as an API server serves it; the document and the paths that were asked for."""

    def call(name, *args):
        with KubeApi() as api:
            api.load(cluster(name), now=datetime.datetime.now(datetime.timezone.utc))
            ran = run("triage", "-o", "json", "--kubeconfig", api.kubeconfig(tmp_path / f"kc-{len(args)}"), *args)
            assert ran.code == 0, ran.err
            return ran.doc, [r.path for r in api.seen() if r.method == "GET"]

    return call


def test_live_reads_one_object_more(live):
    doc, paths = live("changed-configmap")
    told, _ = first_told(doc)
    assert "ConfigMap shop/pricing-config edited (key application.yaml) (kubectl-edit" in told[0]["quote"]
    whole = [p for p in paths if re.search(r"/configmaps/pricing-config$", p)]
    assert len(whole) == 1, whole
    assert not [p for p in paths if "controllerrevisions" in p]


def test_live_reads_one_list_more(live):
    doc, paths = live("changed-statefulset")
    told, _ = first_told(doc)
    assert "limits.memory 1Gi -> 192Mi" in told[0]["quote"]
    assert len([p for p in paths if "controllerrevisions" in p]) == 1


def test_live_asks_nothing_more_without_a_failure(live):
    doc, paths = live("healthy-many-changes")
    assert doc["root_causes"] == []
    assert not [p for p in paths if "controllerrevisions" in p]
    more, since = live("healthy-many-changes", "--since", "1h")
    assert len(more["changes"]) > 10
    extra = [p for p in since if p not in paths]
    # lists of the standard kinds that no check asked for, and at most four objects whole
    assert len(extra) == len(set(extra)) and len(extra) <= 34, extra


def test_live_denied_is_a_blind_spot_of_since(run, tmp_path):
    with KubeApi() as api:
        api.load(cluster("healthy-many-changes"), now=datetime.datetime.now(datetime.timezone.utc))
        api.forbid("priorityclasses", "scheduling.k8s.io")
        args = ("triage", "-o", "json", "--kubeconfig", api.kubeconfig(tmp_path / "kc"), "--only", "image-pull")
        assert not any("priorityclasses" in b["what"] for b in run(*args).doc["blind_spots"])
        assert any("priorityclasses" in b["what"] for b in run(*args, "--since", "1h").doc["blind_spots"])


def test_incidents_are_there():
    assert {p.name for p in ROOT.glob("changed-*")} == set(BEFORE)
