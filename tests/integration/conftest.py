# SPDX-License-Identifier: Apache-2.0
"""Fixtures of all tests that run the real program: the binary, a home of its own, a runner, a fake API server."""

import concurrent.futures
import json
import os
import pathlib
import signal
import subprocess
import sys
from dataclasses import dataclass

import pytest

sys.path.insert(0, os.path.dirname(__file__))

from fakes.kube_api import KubeApi  # noqa: E402  pylint: disable=wrong-import-position

from incidents import cluster  # noqa: E402  pylint: disable=wrong-import-position
from scores import Scores  # noqa: E402  pylint: disable=wrong-import-position

from asking import ask, asked, checks_answer, goes_well, llm, snap  # noqa: E402,F401  pylint: disable=all

ROOT = pathlib.Path(__file__).resolve().parents[2]
KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR", "ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS")


def dupin_path():
    path = pathlib.Path(os.environ.get("DUPIN_BIN") or ROOT / "build" / "dupin")
    return path if path.is_absolute() else ROOT / path


def knows(command):
    """True when the program has this command: its help lists it."""
    try:
        done = subprocess.run([str(dupin_path()), "help"], capture_output=True, text=True, timeout=30, check=False)
    except OSError:
        return False
    return done.returncode == 0 and any(
        line.split()[:1] == [command] or f"dupin {command}" in line for line in done.stdout.splitlines() if line.strip()
    )


@dataclass
class Ran:
    code: int
    out: str
    err: str

    @property
    def doc(self):
        """Standard output as the one JSON document that it must be."""
        return json.loads(self.out)


@pytest.fixture(scope="session")
def dupin():
    path = dupin_path()
    if not path.exists():
        pytest.fail(f"{path} is not there: run make first, or set DUPIN_BIN")
    return str(path)


def environment(folder):
    """An environment in which nothing of the machine's user shows through."""
    env = {k: os.environ[k] for k in KEPT if k in os.environ}
    env.update(
        HOME=str(folder),
        XDG_CONFIG_HOME=str(folder / ".config"),
        XDG_DATA_HOME=str(folder / ".local/share"),
        XDG_CACHE_HOME=str(folder / ".cache"),
        XDG_STATE_HOME=str(folder / ".local/state"),
        TERM="dumb",
        NO_COLOR="1",
        NO_PROXY="*",
    )
    folder.mkdir()
    return env


@pytest.fixture
def home(tmp_path):
    return environment(tmp_path / "home")


class Ahead:
    """Triages of the bundled clusters, run beside the tests in the order in which those will ask, each no more than once."""

    FORMS = (("json", 0), ("json", 1), ("text", 0), ("markdown", 0))

    def __init__(self, program, env, names):
        self.program, self.env, self.runs = program, env, {}
        self.pool = concurrent.futures.ThreadPoolExecutor(max_workers=os.cpu_count() or 2)
        for name in names:
            for form, turn in self.FORMS:
                self.runs[name, form, turn] = self.pool.submit(self.triage, name, form)

    def triage(self, name, form):
        done = subprocess.run(
            [self.program, "triage", "--snapshot", str(cluster(name)), "-o", form, "--color", "never"],
            env=self.env, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", check=False, timeout=120,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    def __call__(self, name, form="json", turn=0):
        """The run; turn 1 is another one of the same."""
        if (name, form, turn) not in self.runs:
            self.runs[name, form, turn] = self.pool.submit(self.triage, name, form)
        return self.runs[name, form, turn].result()


@pytest.fixture(scope="session")
def ahead(dupin, request, tmp_path_factory):
    named = [getattr(i, "callspec", None) for i in request.session.items if "ahead" in i.fixturenames]
    names = {c.params["name"]: None for c in named if c and "name" in c.params}
    runs = Ahead(dupin, environment(tmp_path_factory.mktemp("ahead") / "home"), names)
    yield runs
    runs.pool.shutdown(cancel_futures=True)


@pytest.fixture(scope="session")
def scores():
    """The table that tests/run.py prints at the end."""
    table = Scores()
    yield table
    print("\n" + table.write())


@pytest.fixture
def run(dupin, home):
    """run("triage", "-o", "json", env={...}, input="...", timeout=30) → Ran(code, out, err)."""

    def call(*args, env=None, input=None, timeout=60, cwd=None):  # pylint: disable=redefined-builtin
        done = subprocess.run(
            [dupin, *map(str, args)],
            env={**home, **(env or {})},
            input=input,
            timeout=timeout,
            cwd=cwd,
            capture_output=True,
            check=False,
            text=True,
            errors="replace",
            stdin=None if input is not None else subprocess.DEVNULL,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return call


@pytest.fixture
def start(dupin, home):
    """As run, but returns the process while it runs; what is left at the end of the test is killed."""
    processes = []

    def call(*args, env=None, stdin=subprocess.DEVNULL):
        p = subprocess.Popen(
            [dupin, *map(str, args)],
            env={**home, **(env or {})},
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        processes.append(p)
        return p

    yield call
    for p in processes:
        if p.poll() is None:
            os.killpg(p.pid, signal.SIGKILL)
        p.communicate()


@pytest.fixture
def kube():
    """A fake API server over HTTP that holds one healthy pod."""
    with KubeApi(healthy()) as api:
        yield api


@pytest.fixture(scope="module")
def tls_kube():
    """As kube, over HTTPS with an authority of its own; a module shares it, so no test may change anything in it."""
    with KubeApi(healthy(), tls=True) as api:
        yield api


def healthy():
    """A namespace, a node, a Deployment with one running pod."""
    since = "2026-01-01T00:00:00Z"

    def meta(name, namespace=None, **more):
        m = {"name": name, "uid": f"uid-{name}", "creationTimestamp": since, "resourceVersion": "1", **more}
        return {**m, "namespace": namespace} if namespace else m

    ready = [
        {"type": "Ready", "status": "True", "lastTransitionTime": since, "reason": "KubeletReady", "message": "ok"}
    ]
    template = {
        "metadata": {"labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": "nginx:1.27"}]},
    }
    owner = {"apiVersion": "apps/v1", "controller": True, "blockOwnerDeletion": True}
    return [
        {"apiVersion": "v1", "kind": "Namespace", "metadata": meta("default"), "status": {"phase": "Active"}},
        {
            "apiVersion": "v1",
            "kind": "Node",
            "metadata": meta("node-1"),
            "spec": {},
            "status": {
                "conditions": ready,
                "allocatable": {"cpu": "4", "memory": "16Gi", "pods": "110"},
                "capacity": {"cpu": "4", "memory": "16Gi", "pods": "110"},
                "nodeInfo": {"kubeletVersion": "v1.34.1"},
            },
        },
        {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": meta("default", "default")},
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": meta("web", "default", generation=1),
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template},
            "status": {
                "observedGeneration": 1,
                "replicas": 1,
                "readyReplicas": 1,
                "updatedReplicas": 1,
                "availableReplicas": 1,
                "conditions": [{"type": "Available", "status": "True", "lastTransitionTime": since}],
            },
        },
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": meta(
                "web-1", "default", ownerReferences=[{**owner, "kind": "Deployment", "name": "web", "uid": "uid-web"}]
            ),
            "spec": {"replicas": 1, "selector": {"matchLabels": {"app": "web"}}, "template": template},
            "status": {"replicas": 1, "readyReplicas": 1, "availableReplicas": 1},
        },
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": meta(
                "web-1-a",
                "default",
                labels={"app": "web"},
                ownerReferences=[{**owner, "kind": "ReplicaSet", "name": "web-1", "uid": "uid-web-1"}],
            ),
            "spec": {**template["spec"], "nodeName": "node-1", "serviceAccountName": "default"},
            "status": {
                "phase": "Running",
                "podIP": "10.0.0.2",
                "startTime": since,
                "conditions": [
                    {"type": t, "status": "True", "lastTransitionTime": since}
                    for t in ("PodScheduled", "Initialized", "ContainersReady", "Ready")
                ],
                "containerStatuses": [
                    {
                        "name": "web",
                        "image": "nginx:1.27",
                        "imageID": "",
                        "ready": True,
                        "started": True,
                        "restartCount": 0,
                        "state": {"running": {"startedAt": since}},
                    }
                ],
            },
        },
    ]
