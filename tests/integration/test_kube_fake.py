# SPDX-License-Identifier: Apache-2.0
"""The fake API server answers as a real one does where the other tests lean on it."""

import json
import urllib.error
import urllib.request

import pytest
from fakes.kube_api import KubeApi
from fakes.kube_logs import BigLog


def get(api, path, **headers):
    request = urllib.request.Request(api.url + path, headers=headers)
    try:
        with urllib.request.urlopen(request, timeout=20) as r:
            return r.status, r.read()
    except urllib.error.HTTPError as e:
        return e.code, e.read()


def doc(api, path, **headers):
    return json.loads(get(api, path, **headers)[1])


def test_discovery(kube):
    assert doc(kube, "/api")["versions"] == ["v1"]
    groups = {g["name"]: g for g in doc(kube, "/apis")["groups"]}
    assert groups["resource.k8s.io"]["preferredVersion"]["groupVersion"] == "resource.k8s.io/v1"
    pods = {r["name"]: r for r in doc(kube, "/api/v1")["resources"]}
    assert pods["pods"]["shortNames"] == ["po"] and "pods/log" in pods
    kube.aggregated = True
    accept = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList"
    items = doc(kube, "/apis", Accept=accept)["items"]
    assert "apps" in [i["metadata"]["name"] for i in items]
    kube.unserve("resource.k8s.io")
    assert get(kube, "/apis/resource.k8s.io/v1/deviceclasses") == (404, b"404 page not found\n")


def test_lists(kube):
    for i in range(5):
        kube.add(
            {
                "apiVersion": "v1",
                "kind": "ConfigMap",
                "metadata": {"name": f"c{i}", "namespace": "x", "labels": {"n": str(i)}},
            }
        )
    first = doc(kube, "/api/v1/configmaps?limit=2")
    assert first["kind"] == "ConfigMapList" and "kind" not in first["items"][0]
    assert first["metadata"]["remainingItemCount"] == 3
    second = doc(kube, f"/api/v1/configmaps?limit=2&continue={first['metadata']['continue']}")
    assert [o["metadata"]["name"] for o in second["items"]] == ["c2", "c3"]
    picked = doc(kube, "/api/v1/namespaces/x/configmaps?labelSelector=n%20in%20(1,4),n!=4")
    assert [o["metadata"]["name"] for o in picked["items"]] == ["c1"]
    assert len(doc(kube, "/api/v1/pods?fieldSelector=spec.nodeName%3Dnode-1,status.phase!=Failed")["items"]) == 1
    status, body = get(kube, "/api/v1/namespaces/x/configmaps/none")
    assert status == 404 and json.loads(body)["details"]["name"] == "none"
    shown = doc(
        kube,
        "/api/v1/namespaces/default/pods?includeObject=None",
        Accept="application/json;as=Table;v=v1;g=meta.k8s.io",
    )
    assert shown["kind"] == "Table" and shown["rows"][0]["object"] is None
    assert shown["rows"][0]["cells"][:4] == ["web-1-a", "1/1", "Running", "0"]


def test_logs(kube):
    kube.add_log("default", "web-1-a", "web", "2026-01-01T00:00:00Z a\n2026-01-02T00:00:00Z b\n\tat b\nc\n")
    path = "/api/v1/namespaces/default/pods/web-1-a/log"
    assert get(kube, path + "?tailLines=1")[1] == b"c\n"
    assert get(kube, path + "?sinceTime=2026-01-01T12:00:00Z")[1].startswith(b"2026-01-02")
    assert get(kube, path + "?limitBytes=4")[1] == b"2026"
    assert get(kube, path + "?previous=true")[0] == 400
    big = BigLog(64 << 20, {-3: "2026-05-01T11:00:00Z ERROR near the end"})
    kube.add_log("default", "web-1-a", "web", big)
    assert get(kube, path + "?tailLines=3")[1].startswith(b"2026-05-01T11:00:00Z ERROR near the end")
    body = get(kube, path)[1]
    assert len(body) == 64 << 20 and body.count(b"ERROR") == 1


@pytest.mark.parametrize(
    "rule, status", [({"status": 500, "times": 1}, [500, 200]), ({"status": 429, "skip": 1}, [200, 429])]
)
def test_misbehaviour(kube, rule, status):
    kube.misbehave("/pods", **rule)
    assert [get(kube, "/api/v1/pods")[0] for _ in status] == status
    assert kube.count("/pods") == 2


def test_login(kube):
    kube.require_token("right")
    assert get(kube, "/api/v1/pods")[0] == 401
    assert get(kube, "/api/v1/pods", Authorization="Bearer right")[0] == 200
    kube.forbid("secrets")
    assert get(kube, "/api/v1/secrets", Authorization="Bearer right")[0] == 403


def test_snapshot_folder(tmp_path):
    (tmp_path / "logs/ns/p").mkdir(parents=True)
    (tmp_path / "logs/ns/p/c.log").write_text("hello\n")
    (tmp_path / "snapshot.yaml").write_text(
        "capturedAt: 2026-01-01T00:00:00Z\ncaptured: [{resource: secrets, status: denied}]\n"
    )
    (tmp_path / "a.yaml").write_text(
        "apiVersion: v1\nkind: List\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata: {name: p, namespace: ns,"
        " creationTimestamp: 2025-12-31T23:00:00Z}\n  spec: {containers: [{name: c}]}\n---\napiVersion:"
        " example.com/v1\nkind: Policy\nmetadata: {name: q, namespace: ns}\non: yes\n"
    )
    with KubeApi() as api:
        api.load(tmp_path, now=api.now())
        assert get(api, "/api/v1/namespaces/ns/pods/p/log")[1] == b"hello\n"
        assert get(api, "/api/v1/secrets")[0] == 403
        policy = doc(api, "/apis/example.com/v1/namespaces/ns/policies/q")
        assert policy["on"] == "yes"
        assert not doc(api, "/api/v1/namespaces/ns/pods/p")["metadata"]["creationTimestamp"].startswith("2025-12")
