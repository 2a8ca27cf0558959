# SPDX-License-Identifier: Apache-2.0
"""Triage of a large cluster beside what curl and kubectl need for it, and of a small snapshot."""
import json
import os
import shutil
import statistics
import subprocess

import servers

RUNS = 3
NODES, PODS, BROKEN = 5000, 150000, 500
SMALL_RUNS = 9


def curl_config(path, api):
    """The same requests with the same Accept headers, for curl -K, on one connection."""
    lines = [line.split("\t", 1) for line in api.get("/_bench/accepts").splitlines()]
    with open(path, "w", encoding="utf-8") as f:
        for i, (accept, target) in enumerate(lines):
            f.write("%surl = \"%s%s\"\nheader = \"Accept: %s\"\noutput = \"/dev/null\"\ncompressed\nsilent\n" % (
                "next\n" if i else "", api.url, target, accept))
    return path


def full_lists(api):
    """Bytes of all nodes and pods whole, in pages of 500, uncompressed, as curl gets them."""
    api.get("/_bench/forget")
    for kind, count in (("nodes", NODES), ("pods", PODS)):
        urls = ["%s/api/v1/%s?limit=500&continue=%d" % (api.url, kind, at) for at in range(0, count, 500)]
        subprocess.run(["curl", "-s"] + [w for u in urls for w in ("-o", "/dev/null", u)],
                       check=True)
    total = sum(n for _, _, n, _ in api.spans())
    api.get("/_bench/forget")
    return total


def triage(dupin, config):
    return [dupin, "triage", "-o", "json", "--kubeconfig", config]


def broken_named(document):
    """How many of the 250 broken workloads are named by a root cause, each with its own fault."""
    names = set()
    by_id = {f["id"]: f for f in document["findings"]}
    for cause in document["root_causes"]:
        names.add((by_id[cause]["object"]["namespace"], by_id[cause]["object"]["name"]))
    wanted = {("team-%02d" % t, "api-%d-%03d" % (t, i * 4 + 2)) for t in range(50) for i in range(5)}
    return len(names & wanted), len(names - wanted)


class Scale:
    def __init__(self, board, programs, dupin, folder, env):
        self.board, self.programs, self.dupin, self.folder, self.env = board, programs, dupin, folder, env

    def large(self):
        out = os.path.join(self.folder, "large.json")
        ours, theirs = [], []
        with servers.Server([self.programs["fleetd"], "1"]) as api:
            config = servers.kubeconfig(os.path.join(self.folder, "large"), api)
            for _ in range(RUNS):
                api.get("/_bench/forget")
                ours += servers.measure(self.programs, [triage(self.dupin, config)], 1, out=out, env=self.env)[0]
                requests = len(api.spans())
                ours_bytes = sum(n for _, _, n, _ in api.spans())
                again = curl_config(os.path.join(self.folder, "again"), api)
                theirs += servers.measure(self.programs, [["curl", "-K", again]], 1, env=self.env)[0]
            whole_bytes = full_lists(api)
            kubectl = self.kubectl(config)
        with open(out, encoding="utf-8") as f:
            document = json.load(f)
        named, others = broken_named(document)
        read = document["scanned"]["bytes"]
        wall = statistics.median(r.wall_ms for r in ours)
        memory = max(r.rss_kb for r in ours) / 1024
        self.board.fact("large: broken workloads named", (named, others) == (250, 0), "%d of 250" % named)
        self.board.row("large: bytes / those of full lists", read / whole_bytes, 1 / 8, "x", digits=3)
        self.board.row("large: time / that of curl for the same",
                       wall / statistics.median(r.wall_ms for r in theirs), 4, "x", digits=2)
        self.board.row("large: peak memory", memory, 64, "MB")
        self.board.note("%d requests, %.1f MB (%.1f MB on the wire, with gzip; full lists %.1f MB); s: dupin %s; curl %s; CPU s: dupin %.2f" % (
            requests, read / 1e6, ours_bytes / 1e6, whole_bytes / 1e6, " ".join("%.2f" % (r.wall_ms / 1e3) for r in ours),
            " ".join("%.2f" % (r.wall_ms / 1e3) for r in theirs), statistics.median(r.cpu_ms for r in ours) / 1e3))
        if kubectl:
            self.board.row("large: time / that of kubectl -o wide", wall / kubectl.wall_ms, 0.5, "x", digits=2)
            self.board.note("kubectl get pods -A -o wide: %.1f s, %.0f MB" % (kubectl.wall_ms / 1e3, kubectl.rss_kb / 1024))
        else:
            self.board.note("kubectl (Debian's kubernetes-client) is not installed: not compared")
        self.twice(wall, memory)

    def kubectl(self, config):
        if not shutil.which("kubectl"):
            return None
        env = dict(self.env, HOME=self.folder)
        argv = ["kubectl", "--kubeconfig", config, "get", "pods", "-A", "-o", "wide"]
        run = servers.measure(self.programs, [argv], 1, env=env)[0][0]
        return run if run.status == 0 else None

    def twice(self, wall, memory):
        with servers.Server([self.programs["fleetd"], "2"]) as api:
            config = servers.kubeconfig(os.path.join(self.folder, "twice"), api)
            runs = servers.measure(self.programs, [triage(self.dupin, config)], RUNS, env=self.env)[0]
        # a few percent are noise of the machine
        self.board.row("twice the pods: time / that of half", statistics.median(r.wall_ms for r in runs) / wall, 2.1, "x",
                       digits=2)
        self.board.row("twice the pods: memory / that of half", max(r.rss_kb for r in runs) / 1024 / memory, 1.05, "x",
                       digits=2)

    def small(self):
        """A snapshot of 150 pods, as an API server lists them."""
        folder = os.path.join(self.folder, "small")
        os.makedirs(folder)
        with servers.Server([self.programs["kubed"], "--pods", "150", "--nodes", "10"]) as api:
            for kind in ("nodes", "pods", "events", "services", "configmaps", "namespaces"):
                with open(os.path.join(folder, kind + ".json"), "w", encoding="utf-8") as f:
                    f.write(api.get("/api/v1/" + kind))
            for kind in ("deployments", "replicasets", "statefulsets"):
                with open(os.path.join(folder, kind + ".json"), "w", encoding="utf-8") as f:
                    f.write(api.get("/apis/apps/v1/" + kind))
        runs = servers.measure(self.programs, [[self.dupin, "triage", "--snapshot", folder], ["curl", "--version"]],
                               SMALL_RUNS, env=self.env)
        ours, theirs = ([r.wall_ms for r in list_] for list_ in runs)
        self.board.row("snapshot of 150 pods: triage", statistics.median(ours), 50, "ms")
        self.board.note("curl --version in the same run: %.1f ms" % statistics.median(theirs))
