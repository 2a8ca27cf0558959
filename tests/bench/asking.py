# SPDX-License-Identifier: Apache-2.0
"""Measurements of `dupin ask` between an API server and a model that both note when they were busy."""
import json
import os
import re
import statistics

import servers

PODS, NODES = 60, 10  # of a small team
MANY_PODS, MANY_NODES = 300, 30
ASK_RUNS, MANY_RUNS = 9, 3
# A model that answers at once and an API server in the same room: less than any real ones need.
MODEL_US, API_US = 200000, 2000
CALLS, CALL_US, TOGETHER, CALL_RUNS = 200, 20000, 8, 5
LOG_BYTES = 2 << 30
LINE, RARE = 128, 1000000  # of biglog.h
BROKEN = "deploy/checkout"
PANIC = "panic: settings: key \"pool\" must be a number below 16"


def report(summary, citations):
    """The call that ends an investigation."""
    cause = {"cause": summary, "object": "Deployment/team-3/checkout", "confidence": "high", "citations": citations}
    return ("report", {"summary": summary, "root_causes": [cause] if citations else [], "fix": [], "not_seen": []})


def busy_ns(spans, start, end):
    """How much of [start, end] lies in at least one span."""
    total, reached = 0, start
    for a, b, _, _ in sorted(spans):
        a, b = max(a, reached), min(b, end)
        if b > a:
            total += b - a
            reached = b
    return total


class Asked:
    """One run of dupin ask and what both servers saw of it."""

    def __init__(self, run, api, model, document):
        self.run, self.document = run, document
        self.api, self.model = api.spans(), model.spans()
        self.requests = [json.loads(model.get("/_bench/body?n=%d" % n)) for n in range(len(self.model))]
        self.share = 100.0 * busy_ns(self.api + self.model, run.start, run.end) / (run.end - run.start)
        self.own_ms = (run.end - run.start - busy_ns(self.api + self.model, run.start, run.end)) / 1e6
        self.first_ms = (self.model[0][0] - run.start) / 1e6

    def between_ms(self, turn):
        """From the end of the model's answer to the next request."""
        return (self.model[turn + 1][0] - self.model[turn][1]) / 1e6

    def results(self, request):
        """What the tools answered, as the model was told."""
        return [m["content"] for m in self.requests[request]["messages"] if m["role"] == "tool"]


class Bench:
    def __init__(self, board, programs, dupin, folder):
        self.board, self.programs, self.dupin, self.folder = board, programs, dupin, folder
        self.env = {"PATH": os.environ.get("PATH", "/usr/bin:/bin"), "HOME": folder, "LC_ALL": "C.UTF-8",
                    "XDG_DATA_HOME": folder, "DUPIN_CONFIG": self.path("config.yaml")}
        with open(self.env["DUPIN_CONFIG"], "w", encoding="utf-8") as f:
            f.write("model:\n  context_tokens: 1000000\n")  # nothing is shortened here

    def path(self, name):
        return os.path.join(self.folder, name)

    def turns(self, *turns):
        return [servers.turn(self.path("turn-%d" % i), calls) for i, calls in enumerate(turns)]

    def ask(self, turns, model_us=0, api=(), on_api=None):
        """Runs dupin ask once against fresh servers."""
        api_argv = [self.programs["kubed"]] + [str(a) for a in api]
        with servers.Server(api_argv) as kube, \
                servers.Server([self.programs["modeld"], "--delay-us", str(model_us)] + turns) as model:
            out = self.path("answer.json")
            command = [self.dupin, "ask", "why does checkout not start?", "-q", "-o", "json", "--model", "bench",
                       "--base-url", model.url + "/v1", "--kubeconfig", servers.kubeconfig(self.path("kubeconfig"), kube)]
            run = servers.measure(self.programs, [command], out=out, env=self.env)[0][0]
            with open(out, encoding="utf-8") as f:
                document = json.load(f)
            if run.status or document["mode"] != "model" or document["status"] != "answered":
                raise RuntimeError("dupin ask did not answer with the model: status %d" % run.status)
            asked = Asked(run, kube, model, document)
            if on_api:
                on_api(kube)
            return asked

    def waiting(self):
        """The time of a question is spent with the cluster and the model, not here."""
        turns = self.turns(
            [("logs_get", {"name": BROKEN, "namespace": "team-3", "previous": True, "tail": 50}),
             ("kubernetes_get", {"kind": "deployment", "name": "checkout", "namespace": "team-3"}),
             ("kubernetes_events", {"kind": "deployment", "name": "checkout", "namespace": "team-3"})],
            [("kubernetes_get", {"kind": "configmap", "name": "checkout", "namespace": "team-3"})],
            [report("the setting pool is too large", [{"evidence": "E1", "quote": PANIC}])])
        cluster = ["--pods", PODS, "--nodes", NODES]
        slow, fast, many = [], [], []
        for _ in range(ASK_RUNS):  # by turns, so that both see the same machine
            slow.append(self.ask(turns, MODEL_US, cluster + ["--delay-us", API_US]))
            fast.append(self.ask(turns, 0, cluster))
        for _ in range(MANY_RUNS):
            many.append(self.ask(turns, 0, ["--pods", MANY_PODS, "--nodes", MANY_NODES]))
        if not all(c["verified"] for a in slow + fast + many for r in a.document["root_causes"] for c in r["citations"]):
            raise RuntimeError("a quote was not found in the evidence")
        self.board.row("ask: waiting for API and model", statistics.median(a.share for a in slow), 90, "%",
                       at_least=True)
        self.tell("API %d ms a request, model %d ms a turn" % (API_US // 1000, MODEL_US // 1000), slow)
        self.board.row("ask: first model request leaves after", statistics.median(a.first_ms for a in fast), 50, "ms")
        self.tell("both without delay", fast)
        self.tell("the same with %d pods on %d nodes" % (MANY_PODS, MANY_NODES), many)

    def tell(self, what, asked):
        def spread(values):
            return "%.1f / %.1f / %.1f" % (min(values), statistics.median(values), max(values))

        one = asked[0]
        self.board.note("%s; %d API requests of %.1f MB, %d turns; least / median / most of %d:" % (
            what, len(one.api), sum(s[2] for s in one.api) / 1e6, len(one.model), len(asked)))
        self.board.note("waiting %% %s; wall ms %s; own ms %s; CPU ms %s; first request ms %s; peak MB %s" % tuple(
            spread([get(a) for a in asked]) for get in (
                lambda a: a.share, lambda a: a.run.wall_ms, lambda a: a.own_ms, lambda a: a.run.cpu_ms,
                lambda a: a.first_ms, lambda a: a.run.rss_kb / 1024)))

    def calls(self):
        """Many calls in one turn run side by side, eight at a time."""
        with servers.Server([self.programs["kubed"], "--pods", str(MANY_PODS)]) as kube:
            pods = json.loads(kube.get("/api/v1/pods"))["items"]
        names = [(p["metadata"]["namespace"], p["metadata"]["name"]) for p in pods
                 if not p["metadata"]["name"].startswith("checkout")][:CALLS]
        turns = self.turns([("logs_get", {"name": "pod/" + name, "namespace": ns, "tail": 3}) for ns, name in names],
                           [report("nothing is wrong", [])])
        times, ideals = [], []
        for _ in range(CALL_RUNS):
            asked = self.ask(turns, 0, ["--pods", MANY_PODS, "--log-delay-us", CALL_US])
            answers = asked.results(1)
            reads = [span for span in asked.api if "/log?" in span[3] and span[0] >= asked.model[0][1]]
            if len(answers) != CALLS or not all("request=000000000060" in text for text in answers):
                raise RuntimeError("not every call was answered with its log")
            if len(reads) != CALLS:
                raise RuntimeError("%d calls took %d reads" % (CALLS, len(reads)))
            times.append(asked.between_ms(0))
            ideals.append(sum(end - start for start, end, _, _ in reads) / TOGETHER / 1e6)
        at = times.index(sorted(times)[len(times) // 2])
        self.board.row("%d calls of %d ms, %d at a time" % (CALLS, CALL_US // 1000, TOGETHER), times[at],
                       ideals[at] * 1.15, "ms")
        self.board.note("ms of each run, and the ideal: %s" % "; ".join(
            "%.0f, %.0f" % pair for pair in zip(times, ideals)))

    def long_log(self):
        """A log that fits nowhere is read through: in constant memory, and right."""
        lines = LOG_BYTES // LINE
        turns = self.turns(
            [("logs_get", {"name": "pod/ledger-0", "namespace": "team-0", "grep": "error .*refused", "tail": 5})],
            [("logs_get", {"name": "pod/ledger-0", "namespace": "team-0", "tail": 4})],
            [report("nothing is wrong", [])])
        curl = []

        def fetch(api):
            url = api.url + "/api/v1/namespaces/team-0/pods/ledger-0/log"
            curl.append(servers.measure(self.programs, [["curl", "-s", url]], env=self.env)[0][0].wall_ms)

        asked = self.ask(turns, 0, ["--pods", 10, "--nodes", 3, "--log-bytes", LOG_BYTES], fetch)
        self.board.row("log of %d MB: peak memory" % (LOG_BYTES >> 20), asked.run.rss_kb / 1024, 32, "MB")
        grep, tail = asked.results(1)[-1], asked.results(2)[-1]
        last = lines // RARE * RARE
        self.board.fact("log: lines that were asked for",
                        self.numbers(grep) == [(n, n) for n in range(last - 4 * RARE, last + 1, RARE)]
                        and "%d of %d lines match" % (lines // RARE, lines) in grep
                        and [n for _, n in self.numbers(tail)] == list(range(lines - 3, lines + 1)),
                        "grep and tail")
        took = asked.between_ms(0)
        self.board.note("grep %.2f s, %.2f GB/s; curl to nowhere %.2f s, %.2f GB/s: %.2f times as long" % (
            took / 1000, LOG_BYTES / took / 1e6, curl[0] / 1000, LOG_BYTES / curl[0] / 1e6, took / curl[0]))

    @staticmethod
    def numbers(text):
        """[(line number that is shown, number that stands in the line)]"""
        return [(int(a), int(b)) for a, b in re.findall(r"^(?:> )?(\d+): \S+ \S+ +request=(\d+)", text, re.M)]
