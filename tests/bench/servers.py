# SPDX-License-Identifier: Apache-2.0
"""Builds and runs what a measurement needs: an API server, a model, and a stop-watch for programs."""
import json
import os
import subprocess
import urllib.request

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PROGRAMS = {
    "kubed": ["kubed.c", "cluster.c", "biglog.c", "httpd.c"],
    "modeld": ["modeld.c", "httpd.c"],
    "fleetd": ["fleetd.c", "fleet.c", "fleet_json.c", "httpd.c"],
    "measure": ["measure.c"],
}


def build(folder):
    """Compiles the programs of this folder; returns {name: path}."""
    os.makedirs(folder, exist_ok=True)
    paths = {}
    for name, sources in PROGRAMS.items():
        paths[name] = os.path.join(folder, name)
        subprocess.run(
            [os.environ.get("CC", "cc"), "-std=gnu17", "-D_GNU_SOURCE", "-O2", "-Wall", "-Wextra", "-I" + TOP,
             "-pthread", "-o", paths[name]] + [os.path.join(HERE, s) for s in sources] + ["-lz"],
            check=True)
    return paths


class Server:
    """A program that prints "port N" and serves on loopback until the with block ends."""

    def __init__(self, argv):
        self.argv = argv

    def __enter__(self):
        self.process = subprocess.Popen(self.argv, stdout=subprocess.PIPE, text=True)
        words = self.process.stdout.readline().split()
        if len(words) != 2:
            raise RuntimeError(self.argv[0] + " did not start")
        self.url = "http://127.0.0.1:" + words[1]
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def get(self, path):
        with urllib.request.urlopen(self.url + path, timeout=30) as answer:
            return answer.read().decode()

    def spans(self):
        """[(start, end, bytes, path)] of every request so far, in ns of the monotonic clock."""
        rows = (line.split(" ", 3) for line in self.get("/_bench/requests").splitlines())
        return [(int(a), int(b), int(n), path) for a, b, n, path in rows]


def kubeconfig(path, api):
    """Writes a kubeconfig for an API server; JSON is YAML."""
    doc = {"apiVersion": "v1", "kind": "Config", "current-context": "bench",
           "clusters": [{"name": "bench", "cluster": {"server": api.url}}],
           "users": [{"name": "bench", "user": {"token": "of-the-bench"}}],
           "contexts": [{"name": "bench", "context": {"cluster": "bench", "user": "bench"}}]}
    with open(path, "w", encoding="utf-8") as f:
        json.dump(doc, f)
    return path


def turn(path, calls=(), text=None):
    """Writes one answer of the model as it goes over the wire: text, or calls [(tool, arguments)]."""
    events = []

    def event(delta, finish=None):
        events.append({"id": "bench", "object": "chat.completion.chunk", "model": "bench",
                       "choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})

    event({"role": "assistant", "content": text})
    for i, (tool, arguments) in enumerate(calls):
        event({"tool_calls": [{"index": i, "id": "call_%03d" % i, "type": "function",
                               "function": {"name": tool, "arguments": json.dumps(arguments)}}]})
    event({}, "tool_calls" if calls else "stop")
    events.append({"id": "bench", "object": "chat.completion.chunk", "model": "bench", "choices": [],
                   "usage": {"prompt_tokens": 4000, "completion_tokens": 100, "total_tokens": 4100}})
    with open(path, "w", encoding="utf-8") as f:
        f.writelines("data: %s\n\n" % json.dumps(e, separators=(",", ":")) for e in events)
        f.write("data: [DONE]\n\n")
    return path


class Run:
    """One run of a program, as the stop-watch saw it."""

    def __init__(self, line):
        self.number, self.start, wall, cpu, self.rss_kb, self.status = (int(w) for w in line.split())
        self.end = self.start + wall
        self.wall_ms = wall / 1e6
        self.cpu_ms = cpu / 1e3


def measure(programs, commands, runs=1, out=None, env=None):
    """Runs each command in turn, `runs` times over: [[Run of the first], [of the second], ...]."""
    argv = [programs["measure"], str(runs)] + (["-o", out] if out else [])
    for i, command in enumerate(commands):
        argv += (["--"] if i else []) + command
    done = subprocess.run(argv, check=True, stdout=subprocess.PIPE, text=True, env=env)
    lists = [[] for _ in commands]
    for line in done.stdout.splitlines():
        run = Run(line)
        lists[run.number].append(run)
    return lists
