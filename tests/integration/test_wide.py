# SPDX-License-Identifier: Apache-2.0
"""The wide scan: with more pods than are read whole, rows of tables are read, and only what is suspicious is fetched."""

import datetime
import json
import os
import pathlib
import signal
import subprocess

import pytest
from conftest import knows
from fakes.kube_api import KubeApi

pytestmark = pytest.mark.skipif(not knows("triage"), reason="this build has no triage")

ROOT = pathlib.Path(__file__).resolve().parents[1] / "snapshots"
NAMES = sorted(p.parent.name for p in ROOT.glob("*/expected.yaml"))
HAND_WRITTEN = [n for n in NAMES if (ROOT / n / "cluster").is_dir()]
WIDE = "cluster:\n  whole_pods: 0\n"


@pytest.fixture
def triage(run, tmp_path):
    def call(api, *more, config=WIDE, code=0):
        (tmp_path / "config.yaml").write_text(config)
        ran = run("triage", "-o", "json", "--kubeconfig", api.kubeconfig(tmp_path / "kubeconfig"),
                  "--config", tmp_path / "config.yaml", *more)  # fmt: skip
        assert ran.code == code, ran.err
        return ran

    return call


def served(name):
    api = KubeApi()
    api.load(str(ROOT / name / "cluster"), now=datetime.datetime.now(datetime.timezone.utc))
    return api


def told(doc):
    """Root causes by check and object; what is said of how many pods may differ."""
    by_id = {f["id"]: f for f in doc["findings"]}
    return {
        (f["check"], f["object"]["kind"], f["object"].get("namespace"), f["object"]["name"])
        for f in (by_id[i] for i in doc["root_causes"])
    }


def filler(count):
    """Healthy pods of so many owners that one of each is too many to be read whole."""
    for i in range(count):
        name = f"filler{i:04}-7d9f8b6c5-x2x4z"
        status = {"name": "main", "ready": True, "started": True, "restartCount": 0, "image": "filler:1",
                  "state": {"running": {"startedAt": "2026-01-01T00:00:00Z"}}}  # fmt: skip
        yield {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {"name": name, "namespace": "filler", "uid": name, "labels": {"app": f"filler{i:04}"},
                         "creationTimestamp": "2026-01-01T00:00:00Z"},
            "spec": {"nodeName": "filler", "containers": [{"name": "main", "image": "filler:1"}]},
            "status": {"phase": "Running", "containerStatuses": [status],
                       "conditions": [{"type": "Ready", "status": "True"}]},
        }  # fmt: skip


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_wide_sees_what_whole_sees(triage, name):
    """Of every bundled incident and healthy cluster, with tables and with a server that refuses them."""
    with served(name) as api:
        whole = told(triage(api, config="{}\n").doc)
        assert told(triage(api).doc) == whole, "with tables"
        if api.objects.get(("", "namespaces")):
            assert any("includeObject=None" in r.path for r in api.requests)
        api.tables = "refuse"
        assert told(triage(api).doc) == whole, "with tables refused"


@pytest.mark.parametrize("name", HAND_WRITTEN)
def test_wide_sees_what_whole_sees_among_many(triage, name):
    """The same in a cluster of so many workloads that not all healthy ones are looked into."""
    with served(name) as api:
        for pod in filler(220):
            api.add(pod)
        for ns in {ns for ns, _ in api.objects[("", "pods")]}:
            if (None, ns) not in api.objects.get(("", "namespaces"), {}):
                api.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": ns}})
        whole = told(triage(api, config="{}\n").doc)
        assert told(triage(api).doc) == whole


# How it goes wrong ------------------------------------------------------------------------------------------------




def crowd(api, spaces=3, each=1200):
    """Healthy pods of few owners in some namespaces: more than one page of rows."""
    for s in range(spaces):
        api.add({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": f"crowd{s}"}})
        for i, pod in enumerate(filler(each)):
            pod["metadata"].update(namespace=f"crowd{s}", name=f"crowd-{i}", uid=f"u{s}-{i}")
            api.add(pod)


def test_rows_are_a_fraction_of_the_pods(triage):
    with KubeApi() as api:
        crowd(api)
        doc = triage(api, config="{}\n").doc
        wide = [r.path for r in api.requests if "includeObject=None" in r.path]
        assert any("continue=" in p for p in wide) and doc["root_causes"] == []
        assert not [r for r in api.requests if "/pods?limit=500&continue" in r.path], "lists were read whole"


def test_expired_in_the_middle(triage):
    with KubeApi() as api:
        crowd(api, spaces=1)
        api.misbehave(r"/crowd0/pods\?.*continue=", status=410, times=1)
        doc = triage(api).doc
        assert doc["blind_spots"] == []
        api.misbehave(r"/crowd0/pods\?.*continue=", status=410)
        spots = triage(api).doc["blind_spots"]
        assert [b for b in spots if "pods" in b["what"] and "only the first" in b["why"]], spots


def test_one_namespace_denied(triage):
    with KubeApi() as api:
        crowd(api, each=10)
        api.misbehave(r"/namespaces/crowd1/pods", status=403)
        spots = triage(api).doc["blind_spots"]
        assert [b["what"] for b in spots] == ["pods in namespace crowd1"], spots


def test_lists_in_place_of_tables(triage):
    with KubeApi() as api:
        crowd(api, each=400)
        api.tables = "ignore"
        doc = triage(api).doc
        assert doc["blind_spots"] == [] and doc["root_causes"] == []


def test_interrupted(dupin, tmp_path):
    with KubeApi() as api:
        crowd(api, each=10)
        api.misbehave(r"includeObject=None", hang=True)
        (tmp_path / "config.yaml").write_text(WIDE)
        env = {**os.environ, "HOME": str(tmp_path)}
        process = subprocess.Popen(
            [dupin, "triage", "-o", "json", "--config", str(tmp_path / "config.yaml"), "--kubeconfig",
             str(api.kubeconfig(tmp_path / "kubeconfig"))],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env)  # fmt: skip
        assert api.hung.acquire(timeout=30)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=10)
        assert process.returncode == 130, err
        json.loads(out)
