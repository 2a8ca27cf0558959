# SPDX-License-Identifier: Apache-2.0
"""Custom resources on a live cluster: how many lists are asked for, and what becomes of those that may not be read."""
import re

import pytest
from fakes.kube_api import KubeApi
from incidents import cluster


@pytest.fixture
def kube_of():
    opened = []

    def call(**what):
        opened.append(KubeApi(**what))
        return opened[-1].__enter__()

    yield call
    for api in opened:
        api.__exit__(None, None, None)


def custom(group, plural, kind, name, status):
    return {
        "apiVersion": f"{group}/v1",
        "kind": kind,
        "metadata": {"name": name, "namespace": "shop", "uid": f"{plural}-{name}", "generation": 1,
                     "creationTimestamp": "2026-01-01T00:00:00Z"},
        "spec": {"x": 1},
        "status": status,
    }


READY = {"conditions": [{"type": "Ready", "status": "True", "reason": "Fine", "message": "",
                         "lastTransitionTime": "2026-01-01T00:00:00Z"}]}


def lists(kube, group):
    return [r.path for r in kube.requests if re.search(rf"/apis/[^/]*{re.escape(group)}/v1/[a-z0-9]+(\?|$)", r.path)]


def test_the_cause_is_found_live(run, kube_of, tmp_path):
    kube = kube_of(folder=cluster("certificate-challenge"))
    doc = run("triage", "--kubeconfig", kube.kubeconfig(tmp_path / "kc"), "-o", "json").doc
    roots = [f for f in doc["findings"] if f["id"] in doc["root_causes"]]
    assert [f["object"]["kind"] for f in roots] == ["Challenge"], doc["findings"]


def test_the_number_of_lists_is_bounded(run, kube_of, tmp_path):
    objects = [custom(f"g{i}.example.com", f"things{i}", f"Thing{i}", "one", READY) for i in range(100)]
    kube = kube_of(objects=objects)
    run("triage", "--kubeconfig", kube.kubeconfig(tmp_path / "kc"), "-o", "json")
    asked = lists(kube, ".example.com")
    assert 0 < len(asked) <= 60
    assert len(asked) == len(set(asked)), "each list once"


def test_what_may_not_be_read_is_left(run, kube_of, tmp_path):
    objects = [custom(f"g{i}.example.com", f"things{i}", f"Thing{i}", "one", READY) for i in range(40)]
    kube = kube_of(objects=objects)
    kube.misbehave(r"/apis/g\d+\.example\.com/v1/", status=403)
    doc = run("triage", "--kubeconfig", kube.kubeconfig(tmp_path / "kc"), "-o", "json").doc
    asked = {re.search(r"/(thing\w+)", p).group(1) for p in lists(kube, ".example.com")}
    assert len(asked) <= 6, "who may read none of the first may not read the others"
    assert not doc["root_causes"]
