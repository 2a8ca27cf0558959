# SPDX-License-Identifier: Apache-2.0
"""
A Kubernetes API server for tests, on a free loopback port: discovery, lists with paging and selectors, tables,
objects, logs, proxies, access reviews. It serves what it is given (objects, or a snapshot folder), records every
request, and misbehaves on request:

    with KubeApi(objects, tls=True) as api:
        api.misbehave(r"/secrets", status=403)
        api.misbehave(r"/pods\\?.*continue=", status=410, times=1)
        run("triage", "--kubeconfig", api.kubeconfig(tmp_path / "kc"))
        assert api.count(r"/pods") == 3
"""

import base64
import datetime
import json
import os
import re
import ssl
import tempfile
import threading
from dataclasses import dataclass, field
from http.server import ThreadingHTTPServer

import yaml

from .certs import Authority
from .kube_handler import Handler
from .kube_kinds import Kind, guess_plural, standard_kinds
from .kube_objects import CoreLoader, folder_objects, parse_time, shift_times


@dataclass
class Rule:
    """What happens to requests whose "PATH?QUERY" the pattern is found in."""

    pattern: str
    status: int = 0  # error status; its body is a Status object unless body is given
    body: object = None  # bytes or str: sent as it is
    headers: dict = field(default_factory=dict)
    message: str = None  # of the Status
    reason: str = None
    times: int = None  # so often, then it behaves; None: always
    skip: int = 0  # so many matching requests are let through first
    hang: bool = False  # accepts the request and never answers
    drip: float = 0  # seconds between pieces of the answer
    drip_bytes: int = 1
    cut: int = None  # closes the connection after so many bytes of the body
    huge: int = 0  # pads the body with so many blanks at its end
    seen: int = 0

    def applies(self, target):
        if not re.search(self.pattern, target):
            return False
        self.seen += 1
        return self.seen > self.skip and (self.times is None or self.seen <= self.skip + self.times)


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        pass  # clients that go away are part of the tests


class KubeApi:
    def __init__(
        self,
        objects=(),
        tls=False,
        folder=None,
        san="IP:127.0.0.1,DNS:localhost",
        client_certs=False,
        aggregated=False,
        name="fake",
        version="v1.34.1",
    ):
        self.name, self.aggregated, self.version = name, aggregated, version
        self.kinds, self.objects = standard_kinds(), {}
        self.logs, self.proxies = {}, {}
        self.requests, self.rules, self.denied = [], [], []
        self.tokens = None
        self.tables = "serve"  # "refuse": 406; "ignore": lists in their place, as older aggregated servers do
        self.lock, self.stopping, self.hung = threading.RLock(), threading.Event(), threading.Semaphore(0)
        self.scratch = None
        self.authority = None
        for o in objects:
            self.add(o)
        if folder:
            self.load(folder)
        self.server = Server(("127.0.0.1", 0), Handler)
        self.server.api = self
        if tls:
            self._use_tls(san, client_certs)
        self.port = self.server.server_address[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}"
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def _use_tls(self, san, client_certs):
        self.scratch = tempfile.TemporaryDirectory(prefix="dupin-fake-kube-")
        self.authority = Authority(self.scratch.name)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*self.authority.issue("kube-apiserver", san))
        if client_certs:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.authority.cert)
        # The handshake happens in the thread of the connection, so that a client that never shakes hands blocks nobody.
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True, do_handshake_on_connect=False)

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()
        if self.scratch:
            self.scratch.cleanup()

    # What is served -------------------------------------------------------------------------------------------------

    def kind_of(self, obj):
        """The kind of an object; a kind that is not known yet is served from now on."""
        group, _, version = obj.get("apiVersion", "v1").rpartition("/")
        same = [k for k in self.kinds if (k.group, k.kind) == (group, obj["kind"])]
        for k in same:
            if k.version == version:
                return k
        if same:
            new = Kind(group, version, same[0].plural, same[0].kind, same[0].namespaced, same[0].short, same[0].builtin)
        else:
            new = Kind(
                group,
                version,
                guess_plural(obj["kind"]),
                obj["kind"],
                "namespace" in obj.get("metadata", {}),
                [],
                False,
            )
        self.kinds.append(new)
        return new

    def add(self, obj):
        if obj["kind"] == "CustomResourceDefinition":
            self.define(obj)
        kind = self.kind_of(obj)
        meta = obj.setdefault("metadata", {})
        if kind.namespaced:
            meta.setdefault("namespace", "default")
        with self.lock:
            key = (meta.get("namespace") if kind.namespaced else None, meta.get("name", ""))
            self.objects.setdefault((kind.group, kind.plural), {})[key] = obj
        return obj

    def remove(self, obj):
        kind, meta = self.kind_of(obj), obj["metadata"]
        with self.lock:
            key = (meta.get("namespace") if kind.namespaced else None, meta["name"])
            del self.objects[(kind.group, kind.plural)][key]

    def define(self, crd):
        spec = crd.get("spec", {})
        names = spec.get("names", {})
        for v in spec.get("versions", []):
            if v.get("served", True) and names.get("plural"):
                self.kinds.append(
                    Kind(
                        spec["group"],
                        v["name"],
                        names["plural"],
                        names["kind"],
                        spec.get("scope") != "Cluster",
                        names.get("shortNames", []),
                        False,
                    )
                )

    def unserve(self, group, plural=None):
        """The API group (or one kind of it) does not exist here."""
        self.kinds = [k for k in self.kinds if k.group != group or (plural and k.plural != plural)]

    def load(self, folder, now=None):
        """Serves a snapshot folder. now: a datetime that its capturedAt becomes, with all times in the objects."""
        top, head = os.path.join(folder, "snapshot.yaml"), {}
        if os.path.exists(top):
            with open(top, encoding="utf-8") as f:
                head = yaml.load(f, CoreLoader) or {}
        objects = folder_objects(folder)
        if now is not None and head.get("capturedAt"):
            objects = shift_times(objects, now - parse_time(head["capturedAt"]))
        for o in sorted(objects, key=lambda o: o["kind"] != "CustomResourceDefinition"):
            self.add(o)
        for entry in head.get("captured") or []:
            plural, _, group = entry["resource"].partition(".")
            if entry.get("status") == "denied":
                self.forbid(plural, group)
            elif entry.get("status") == "notServed":
                self.unserve(group, plural)
        self._load_logs(folder)

    def _load_logs(self, folder):
        for base, _, names in os.walk(folder):
            parts = os.path.relpath(base, folder).split(os.sep)
            for name in names:
                path = os.path.join(base, name)
                if parts[0] == "logs" and len(parts) == 3 and name.endswith(".log"):
                    previous = name.endswith(".previous.log")
                    container = name[: -len(".previous.log" if previous else ".log")]
                    with open(path, encoding="utf-8", errors="surrogateescape") as f:
                        self.add_log(parts[1], parts[2], container, f.read(), previous)
                elif parts[0] == "metrics" and len(parts) == 2 and name.endswith(".prom"):
                    with open(path, "rb") as f:
                        self.proxies[(parts[1], "pods", name[: -len(".prom")], "/metrics")] = (
                            200,
                            "text/plain",
                            f.read(),
                        )

    def add_log(self, namespace, pod, container, log, previous=False):
        """log: a text, or a BigLog."""
        self.logs[(namespace, pod, container, previous)] = log

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc)

    # How it misbehaves ----------------------------------------------------------------------------------------------

    def misbehave(self, pattern, **how):
        rule = Rule(pattern, **how)
        with self.lock:
            self.rules.append(rule)
        return rule

    def behave(self):
        """From now on it does not misbehave."""
        with self.lock:
            self.rules.clear()

    def rule_for(self, target):
        with self.lock:
            for rule in self.rules:
                if rule.applies(target):
                    return rule
        return None

    def forbid(self, plural, group="", namespace=None):
        """403 for this kind (in one namespace, or everywhere), and access reviews say so."""
        self.denied.append((group, plural, namespace))

    def is_forbidden(self, group, plural, namespace):
        return any(g == group and p in ("*", plural) and n in (None, namespace) for g, p, n in self.denied)

    def require_token(self, *tokens):
        """401 for everybody who comes without one of these bearer tokens."""
        self.tokens = set(tokens)

    def wait_hung(self, timeout=20):
        """Until a request hangs (see Rule.hang)."""
        return self.hung.acquire(timeout=timeout)

    # What happened --------------------------------------------------------------------------------------------------

    def record(self, request):
        with self.lock:
            self.requests.append(request)

    def seen(self, pattern=""):
        with self.lock:
            return [r for r in self.requests if re.search(pattern, r.path)]

    def count(self, pattern=""):
        return len(self.seen(pattern))

    # How clients find it --------------------------------------------------------------------------------------------

    def kubeconfig(self, path, token="test-token", user=None, cluster=None, context=None, namespace=None, server=None):
        """Writes a kubeconfig; user and cluster replace or add fields (None takes one away). Its path as text."""
        where = {"server": server or self.url}
        if self.authority:
            with open(self.authority.cert, "rb") as f:
                where["certificate-authority-data"] = base64.b64encode(f.read()).decode()
        where.update(cluster or {})
        name = context or self.name
        return write_kubeconfig(
            path,
            [
                (
                    name,
                    {k: v for k, v in where.items() if v is not None},
                    user if user is not None else {"token": token},
                    namespace,
                )
            ],
            current=name,
        )


def write_kubeconfig(path, contexts, current=None):
    """contexts: [(name, cluster, user, namespace)]. JSON is YAML."""
    doc = {"apiVersion": "v1", "kind": "Config", "clusters": [], "users": [], "contexts": []}
    for name, cluster, user, namespace in contexts:
        doc["clusters"].append({"name": name, "cluster": cluster})
        doc["users"].append({"name": name + "-user", "user": user})
        context = {"cluster": name, "user": name + "-user"}
        if namespace:
            context["namespace"] = namespace
        doc["contexts"].append({"name": name, "context": context})
    if current:
        doc["current-context"] = current
    with open(path, "w", encoding="utf-8") as f:
        json.dump(doc, f, indent=1)
    os.chmod(path, 0o600)
    return str(path)


def exec_user(script, path, api_version="client.authentication.k8s.io/v1", **more):
    """A user whose credential plug-in is this shell script, written to path."""
    with open(path, "w", encoding="utf-8") as f:
        f.write("#!/bin/sh\n" + script + "\n")
    os.chmod(path, 0o700)
    return {"exec": {"apiVersion": api_version, "command": str(path), "interactiveMode": "Never", **more}}
