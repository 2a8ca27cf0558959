# SPDX-License-Identifier: Apache-2.0
"""dupin triage --watch: prints what becomes different, survives a cluster that cannot be read, grows by nothing."""

import json
import os
import pty
import queue
import re
import select
import signal
import threading
import time

import pytest
from asking import SLOW, crashing_pod, eventually
from conftest import ROOT, healthy, knows
from fakes.kube_api import KubeApi

pytestmark = pytest.mark.skipif(not knows("triage"), reason="this build has no triage")

TICK = "100ms"


class Watched:
    """A running watch with -o json: its lines as documents."""

    def __init__(self, process):
        self.process, self.lines, self.err = process, queue.Queue(), []
        for stream, take in ((process.stdout, lambda s: self.lines.put(json.loads(s))), (process.stderr, self.err.append)):
            threading.Thread(target=self._read, args=(stream, take), daemon=True).start()

    @staticmethod
    def _read(stream, take):
        try:
            for line in stream:
                take(line)
        except ValueError:
            pass  # closed at the end of the test

    def next(self, event=None, seconds=20):
        try:
            doc = self.lines.get(timeout=seconds * SLOW)
        except queue.Empty:
            pytest.fail(f"no event came; standard error: {''.join(self.err)}")
        assert event is None or doc.get("event") == event, doc
        return doc

    def until(self, event, part):
        """The next event of that name that has this part; a round that was under way may have told of its findings."""
        while True:
            doc = self.next()
            assert doc["event"] in ("readable", "unreadable", event), doc
            if doc["event"] == event and part in doc:
                return doc

    def quiet(self):
        return self.lines.empty()

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        return self.process.wait(timeout=20 * SLOW)


@pytest.fixture
def watch(start, kube, tmp_path):
    def call(*args, tick=TICK, api=kube):
        line = ["triage", "--watch", tick, "-o", "json", "--kubeconfig", api.kubeconfig(tmp_path / "kc"), *args]
        return Watched(start(*line))

    return call


def rounds(api, n, pattern=r"^/version"):
    """Waits until so many more rounds have begun."""
    before = api.count(pattern)
    eventually(lambda: api.count(pattern) >= before + n, 30, f"{n} rounds")


def lone(name="web-9", restarts=7):
    return crashing_pod(name, "default", restarts)


def test_new_and_resolved(watch, kube):
    w = watch()
    first = w.next()
    assert first["schema"] == "dupin.triage/v1" and first["root_causes"] == []
    pod = kube.add(lone())
    new = w.next("new")
    assert new["finding"]["object"]["name"] == "web-9" and new["root_cause"] is True
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", new["at"])
    assert [e["id"] for e in new["evidence"]] == new["finding"]["evidence"]
    kube.remove(pod)
    gone = w.next("resolved")
    assert gone["finding"]["object"] == new["finding"]["object"] and gone["lasted_ms"] > 0
    assert gone["since"][:19] <= gone["at"] and "lasted_longer" not in gone
    rounds(kube, 3)
    assert w.quiet(), "nothing else is said"
    assert w.end() == 130


def test_what_was_there_at_the_start_is_no_news(watch, kube):
    pod = kube.add(lone())
    w = watch()
    assert w.next()["root_causes"] == ["F1"]
    rounds(kube, 3)
    assert w.quiet()
    kube.remove(pod)
    assert w.next("resolved")["lasted_longer"] is True


def test_counters_are_no_change_but_another_cause_is(watch, kube):
    kube.add(lone(restarts=7))
    w = watch()
    w.next()
    kube.add(lone(restarts=12))
    rounds(kube, 3)
    assert w.quiet(), "twelve restarts instead of seven are no news"
    kube.add_log("default", "web-9", "app", "FATAL: no such database\n")
    kube.add_log("default", "web-9", "app", "FATAL: no such database\n", previous=True)
    changed = w.next("changed")
    assert "no such database" in changed["finding"]["cause"]
    assert "no such database" not in changed["before"]["cause"] and changed["before"]["severity"] == "critical"


def test_a_cluster_that_is_away_resolves_nothing(watch, kube):
    pod = kube.add(lone())
    w = watch()
    w.next()
    kube.misbehave(r"/", status=500)
    away = w.until("unreadable", "cluster")
    assert away["cluster"] == "fake" and "500" in away["why"] and "finding" not in away
    rounds(kube, 3)
    assert w.quiet(), "said once"
    kube.behave()
    assert w.until("readable", "cluster")["cluster"] == "fake"
    rounds(kube, 2)
    while not w.quiet():
        w.next("readable")  # nothing but that the finding is seen again
    kube.misbehave(r"/", status=500)
    w.until("unreadable", "cluster")
    kube.remove(pod)
    kube.behave()
    assert w.until("resolved", "finding")["finding"]["object"]["name"] == "web-9", "now it was looked for in vain"


def test_a_finding_whose_data_is_away_stays(watch, kube):
    """Only pods cannot be listed any more: the cluster answers, but nothing is known of the pod."""
    kube.add(lone())
    w = watch()
    w.next()
    kube.misbehave(r"/pods", status=403)
    hidden = w.next("unreadable")
    assert hidden["finding"]["object"]["name"] == "web-9" and re.search("pods.*403", hidden["why"])
    rounds(kube, 3)
    assert w.quiet()
    kube.behave()
    assert w.next("readable")["finding"]["object"]["name"] == "web-9"


def test_what_was_never_readable_hides_nothing(watch, kube):
    """Secrets are denied from the start: that is no reason to doubt that the pod is well again."""
    pod = kube.add(lone())
    kube.forbid("secrets")
    w = watch()
    assert w.next()["root_causes"]
    kube.remove(pod)
    w.next("resolved")


def test_fail_on_ends_it(watch, kube):
    w = watch("--fail-on", "critical")
    w.next()
    rounds(kube, 2)
    kube.add(lone())
    w.next("new")
    assert w.process.wait(timeout=20 * SLOW) == 1
    assert watch("--fail-on", "critical").process.wait(timeout=20 * SLOW) == 1, "at once when it is there at the start"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it_at_once(watch, number):
    w = watch(tick="1h")
    w.next()
    started = time.monotonic()
    assert w.end(number) == 130
    assert time.monotonic() - started < 5 * SLOW and not "".join(w.err)


def test_signal_in_the_middle_of_a_round(watch, kube):
    w = watch()
    w.next()
    kube.misbehave(r"/api/v1/pods", hang=True)
    assert kube.wait_hung()
    assert w.end() == 130
    assert w.quiet(), "half a round says nothing"


def test_ends_when_nobody_reads(start, kube, tmp_path):
    p = start("triage", "--watch", TICK, "--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    assert "Root causes" in p.stdout.readline() + p.stdout.readline()
    p.stdout.close()
    assert p.wait(timeout=20 * SLOW) == 0


def test_text_says_each_change_in_a_block(start, kube, tmp_path):
    p = start("triage", "--watch", TICK, "--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    lines = iter(p.stdout.readline, "")
    assert any("findings; " in line for line in lines), "the whole picture first"
    kube.add(lone())
    assert any(re.match(r"\d{4}-\d\d-\d\dT\S+Z new: root cause, critical, container-crash-loop$", x) for x in lines)
    assert "Pod default/web-9 ends again and again" in next(lines)
    assert any("kubectl logs web-9 -n default" in line for line in lines)
    kube.misbehave(r"/", status=500)
    assert any(re.search(r" unreadable: cluster fake: 500", line) for line in lines)
    kube.behave()
    assert any(line.endswith(" readable: cluster fake\n") for line in lines)
    kube.remove(lone())
    assert any(re.search(r" resolved: after \d+\S*, root cause, critical", line) for line in lines)
    p.send_signal(signal.SIGINT)
    assert p.wait(timeout=20 * SLOW) == 130


def test_first_look_has_to_succeed(run, kube, tmp_path):
    kube.misbehave(r"/", status=500)
    ran = run("triage", "--watch", TICK, "--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    assert ran.code == 3 and "500" in ran.err
    kube.behave()
    ran = run("triage", "--watch", TICK, "-n", "defalt", "--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    assert ran.code == 2 and 'did you mean "default"' in ran.err


def test_kubeconfig_that_is_broken_for_a_while(watch, kube, tmp_path):
    kube.add(lone())
    w = watch()
    w.next()
    (tmp_path / "kc").write_text("clusters: [")
    away = w.next("unreadable")
    assert away["cluster"] == "fake" and "kc:" in away["why"]
    kube.kubeconfig(tmp_path / "kc")
    assert w.next("readable")["cluster"] == "fake"
    rounds(kube, 2)
    assert w.quiet(), "the finding did not come and go"
    assert w.end() == 130


@pytest.mark.parametrize(
    "args, words",
    [
        (("--snapshot", ROOT / "tests/snapshots/image-tag/cluster", "--watch"), "snapshot never changes"),
        (("--watch", "-o", "markdown"), "-o json"),
        (("--watch", "-o", "sarif"), "-o json"),
        (("--watch", "--since", "1h"), "--since"),
        (("--watch=often",), "50ms to 24h"),
        (("--watch=1ms",), "50ms to 24h"),
        (("--watch", "99h"), "50ms to 24h"),
        (("--watch", "often"), "no argument"),
    ],
)
def test_usage(run, kube, tmp_path, args, words):
    live = () if "--snapshot" in args else ("--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    ran = run("triage", *args, *live)
    assert ran.code == 2 and words in ran.err and ran.out == "", ran.err


def test_only_triage_watches(run):
    ran = run("ask", "--watch", "why?")
    assert ran.code == 2 and "--watch" in ran.err


def test_a_hundred_rounds_take_no_more_memory(start, tmp_path):
    objects = healthy() + [lone(f"web-{i}") for i in range(8)]
    with KubeApi(objects) as api:
        # a sanitizer holds back what was freed, which would look like growth
        env = {"ASAN_OPTIONS": os.environ.get("ASAN_OPTIONS", "") + ":quarantine_size_mb=1"}
        p = start("triage", "--watch", "50ms", "-o", "json", "--kubeconfig", api.kubeconfig(tmp_path / "kc"), env=env)
        p.stdout.readline()

        def resident():
            with open(f"/proc/{p.pid}/status", encoding="ascii") as f:
                return int(re.search(r"VmRSS:\s+(\d+)", f.read())[1])

        def files():
            return len(os.listdir(f"/proc/{p.pid}/fd"))

        rounds(api, 20)
        memory, open_files = resident(), files()
        eventually(lambda: api.count(r"^/version") >= 120, 120, "a hundred rounds")
        assert p.poll() is None
        assert resident() < memory * 1.25 + 2048, f"{memory} KiB, then {resident()} KiB"
        # a round that is under way has more sockets open than the pause after it
        eventually(lambda: files() <= open_files + 8, 60, "the files of the rounds before are closed")
        p.send_signal(signal.SIGINT)
        assert p.wait(timeout=20 * SLOW) == 130


def test_terminal_is_greeted(dupin, home, kube, tmp_path):
    """On a terminal it says that it goes on; the width is that of the screen."""
    pid, fd = pty.fork()
    if pid == 0:
        os.execve(dupin, [dupin, "triage", "--watch", "1h", "--kubeconfig", str(kube.kubeconfig(tmp_path / "kc"))], home)
    seen = b""
    deadline = time.monotonic() + 20 * SLOW
    while b"Ctrl-C ends it" not in seen and time.monotonic() < deadline:
        if select.select([fd], [], [], 1)[0]:
            seen += os.read(fd, 65536)
    assert b"a look every 3.6e+03 s" in seen or b"a look every 3600 s" in seen, seen
    os.write(fd, b"\x03")
    _, status = os.waitpid(pid, 0)
    os.close(fd)
    assert os.waitstatus_to_exitcode(status) == 130
