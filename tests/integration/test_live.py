# SPDX-License-Identifier: Apache-2.0
"""dupin triage on a live API that misbehaves in every way it can: message, exit status, blind spots."""

import os
import re
import signal
import socket
import subprocess
import time

import pytest
from conftest import healthy, knows
from fakes.kube_api import KubeApi, exec_user, write_kubeconfig

pytestmark = pytest.mark.skipif(not knows("triage"), reason="this build has no triage")

TOKEN = (
    "{\"apiVersion\":\"client.authentication.k8s.io/v1\",\"kind\":\"ExecCredential\",\"status\":{\"token\":\"'$t'\"}}"
)


@pytest.fixture
def triage(run, tmp_path):
    """triage(api) → Ran of `dupin triage -o json` on it. config: text of a config file."""

    def call(api=None, *more, config=None, env=None, **kubeconfig):
        args = ["triage", "-o", "json", *more]
        if api is not None:
            args += ["--kubeconfig", api.kubeconfig(tmp_path / "kubeconfig", **kubeconfig)]
        if config:
            (tmp_path / "config.yaml").write_text(config)
            args += ["--config", tmp_path / "config.yaml"]
        return run(*args, env=env)

    return call


def blind(ran, what, why):
    """The blind spots whose what and why hold these texts; the run must have gone well beside them."""
    assert ran.code == 0, ran.err
    return [b for b in ran.doc["blind_spots"] if re.search(what, b["what"]) and re.search(why, b["why"])]


def unreadable(ran, *words):
    """Exit 3, a document that holds nothing but that the whole cluster is a blind spot, and a message with these words."""
    assert ran.code == 3, ran.out + ran.err
    assert (ran.doc["root_causes"], ran.doc["findings"], ran.doc["evidence"]) == ([], [], [])
    assert [b["what"] for b in ran.doc["blind_spots"]] == ["the whole cluster"] * len(ran.doc["clusters"])
    for word in words:
        assert re.search(word, ran.err), f"{word!r} is not in: {ran.err}"


def sees_all(ran):
    assert ran.code == 0, ran.err
    assert ran.doc["root_causes"] == []
    assert ran.doc["blind_spots"] == []


# Sunshine, so that what follows means something --------------------------------------------------------------------


def test_healthy(triage, kube):
    ran = triage(kube)
    sees_all(ran)
    assert ran.doc["schema"] == "dupin.triage/v1" and ran.doc["clusters"] == ["fake"]
    assert ran.doc["scanned"]["requests"] == kube.count() and ran.doc["scanned"]["objects"] > 0
    assert all(r.headers["user-agent"].startswith("dupin/") for r in kube.requests)
    assert all(r.headers["authorization"] == "Bearer test-token" for r in kube.requests)


def test_only_reads(triage, kube):
    triage(kube)
    for r in kube.requests:
        assert r.method == "GET" or (r.method == "POST" and "/selfsubject" in r.path), (r.method, r.path)


def test_aggregated_discovery(triage, kube):
    kube.aggregated = True
    sees_all(triage(kube))


def test_tls(triage, tls_kube):
    sees_all(triage(tls_kube))


def test_server_with_a_path(triage, kube, tmp_path):
    """A proxy before the API, as Rancher has it: every request goes below the path."""
    ran = triage(kube, server=kube.url + "/k8s/clusters/c-x")
    assert ran.code == 3
    assert kube.requests and all(r.path.startswith("/k8s/clusters/c-x/") for r in kube.requests)


# Logging in ---------------------------------------------------------------------------------------------------------


def counting_plugin(tmp_path, tokens):
    """A plug-in that gives these tokens in turn (the last one for ever); and a function that tells its runs."""
    runs = tmp_path / "runs"
    cases = " ".join(f"{i + 1}) t={t};;" for i, t in enumerate(tokens[:-1]))
    script = f"echo x >> '{runs}'\ncase $(wc -l < '{runs}') in {cases} *) t={tokens[-1]};; esac\necho '{TOKEN}'"
    return exec_user(script, tmp_path / "plugin"), lambda: len(runs.read_text().splitlines()) if runs.exists() else 0


def test_plugin_runs_once(triage, kube, tmp_path):
    user, runs = counting_plugin(tmp_path, ["good"])
    kube.require_token("good")
    sees_all(triage(kube, user=user))
    assert runs() == 1


def test_401_renews_once(triage, kube, tmp_path):
    user, runs = counting_plugin(tmp_path, ["old", "new"])
    kube.require_token("new")
    sees_all(triage(kube, user=user))
    assert runs() == 2


def test_401_for_ever(triage, kube, tmp_path):
    user, runs = counting_plugin(tmp_path, ["bad"])
    kube.require_token("good")
    unreadable(triage(kube, user=user), "401 Unauthorized", "plug-in")
    assert runs() == 2


def test_401_token(triage, kube):
    kube.require_token("good")
    ran = triage(kube, token="secret-and-wrong")
    unreadable(ran, "401 Unauthorized", "does not accept", "token")
    assert "secret-and-wrong" not in ran.err


def test_plugin_fails(triage, kube, tmp_path):
    user = exec_user("echo 'the SSO session has expired, run: aws sso login' >&2; exit 255", tmp_path / "plugin")
    unreadable(triage(kube, user=user), "ended with status 255", "run: aws sso login")
    assert kube.count() == 0


def test_plugin_missing(triage, kube):
    user = {
        "exec": {
            "apiVersion": "client.authentication.k8s.io/v1",
            "command": "dupin-no-such-plugin",
            "interactiveMode": "Never",
            "installHint": "Get it from https://example.com/plugin",
        }
    }
    unreadable(
        triage(kube, user=user), "dupin-no-such-plugin", "not installed", "Get it from https://example.com/plugin"
    )


def test_plugin_talks_nonsense(triage, kube, tmp_path):
    unreadable(triage(kube, user=exec_user("echo hello", tmp_path / "plugin")), "plug-in", "not JSON")


def test_token_file(triage, kube, tmp_path):
    (tmp_path / "token").write_text("from-file\n")
    kube.require_token("from-file")
    sees_all(triage(kube, user={"tokenFile": "token"}))


def test_impersonation(triage, kube):
    sees_all(triage(kube, user={"token": "t", "as": "jane", "as-groups": ["dev"]}))
    assert all(
        r.headers["impersonate-user"] == "jane" and r.headers["impersonate-group"] == "dev" for r in kube.requests
    )


def test_client_certificate(triage, tmp_path):
    with KubeApi(healthy(), tls=True, client_certs=True) as api:
        cert, key = api.authority.issue("jane")
        sees_all(triage(api, user={"client-certificate": cert, "client-key": key}))
        unreadable(triage(api), "127.0.0.1")


# Statuses -----------------------------------------------------------------------------------------------------------


def test_403_on_some_kinds(triage, kube):
    kube.forbid("nodes")
    kube.forbid("resourcequotas")
    ran = triage(kube)
    assert blind(ran, "nodes", "403 Forbidden") and ran.doc["root_causes"] == []
    assert all(b["cluster"] == "fake" for b in ran.doc["blind_spots"])


def test_403_on_everything(triage, kube):
    kube.misbehave(r"^/", status=403, message='User "jane" cannot do this')
    unreadable(triage(kube), "403 Forbidden", "jane")


def test_404_group(triage, kube):
    kube.unserve("resource.k8s.io")
    ran = triage(kube)
    assert ran.code == 0 and ran.doc["root_causes"] == []


def test_404_of_another_server(triage, kube):
    kube.misbehave(r"^/", status=404, body="404 page not found\n")
    unreadable(triage(kube), "404")


def crowd(kube, count):
    pod = [o for o in kube.objects[("", "pods")].values()][0]
    for i in range(count):
        meta = {**pod["metadata"], "name": f"web-1-{i:05}", "uid": f"u{i}"}
        kube.add({**pod, "metadata": meta})


def test_paging(triage, kube):
    crowd(kube, 1200)
    sees_all(triage(kube))
    assert kube.count("continue=")


def test_410_in_mid_paging(triage, kube):
    """An expired continue token: the list starts over once, and nothing is missing."""
    crowd(kube, 1200)
    kube.misbehave("pods.*continue=", status=410, times=1)
    sees_all(triage(kube))


def test_410_for_ever(triage, kube):
    crowd(kube, 1200)
    kube.misbehave("pods.*continue=", status=410)
    assert blind(triage(kube), "pods", "410|expired|too old")


def test_429_then_fine(triage, kube):
    kube.misbehave("/pods", status=429, headers={"Retry-After": "1"}, times=1)
    start = time.monotonic()
    sees_all(triage(kube))
    assert time.monotonic() - start >= 1


def test_429_without_retry_after(triage, kube):
    kube.misbehave("/pods", status=429, times=2)
    sees_all(triage(kube))


def test_429_for_ever(triage, kube):
    rule = kube.misbehave("/services", status=429)
    assert blind(triage(kube), "services", "429 Too Many Requests")
    assert rule.seen < 12


def test_500_then_fine(triage, kube):
    kube.misbehave("/pods", status=500, times=1)
    sees_all(triage(kube))


def test_500_for_ever(triage, kube):
    kube.misbehave("/services", status=500)
    assert blind(triage(kube), "services", "500 Internal Server Error: Internal error occurred: etcdserver")


def test_500_on_everything(triage, kube):
    kube.misbehave(r"^/", status=500)
    unreadable(triage(kube), "500 Internal Server Error")


def test_web_page_instead_of_the_api(triage, kube):
    kube.misbehave(r"^/", status=502, body="<html><body>Bad gateway</body></html>")
    unreadable(triage(kube), "502 Bad Gateway")


def test_redirect_to_a_login_page(triage, kube):
    kube.misbehave(r"^/", status=302, body="", headers={"Location": "https://login.example.com/"})
    unreadable(triage(kube), "302 Found", "login page")


# Connections --------------------------------------------------------------------------------------------------------


def test_tls_name_wrong(triage):
    with KubeApi(healthy(), tls=True, san="DNS:kubernetes.default") as api:
        unreadable(triage(api), "kubernetes.default", "127.0.0.1")
        sees_all(triage(api, cluster={"tls-server-name": "kubernetes.default"}))


def test_ca_unknown(triage, tls_kube):
    unreadable(triage(tls_kube, cluster={"certificate-authority-data": None}), "certificate")
    sees_all(triage(tls_kube, cluster={"certificate-authority-data": None, "insecure-skip-tls-verify": True}))


def test_plain_port_asked_for_tls(triage, kube):
    unreadable(triage(kube, server=kube.url.replace("http:", "https:")), "127.0.0.1")


def test_refused(triage, kube):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    unreadable(triage(kube, server=f"http://127.0.0.1:{port}"), f"127.0.0.1:{port}", "refused")


def test_one_kind_hangs(triage, kube):
    kube.misbehave("/services", hang=True)
    ran = triage(kube, config="cluster: {request_timeout: 1s}\n")
    assert blind(ran, "services", "time limit|timed out|silent")


def test_server_hangs(triage, kube):
    kube.misbehave(r"^/", hang=True)
    unreadable(triage(kube, config="cluster: {request_timeout: 1s}\n"), "127.0.0.1", "time limit|timed out|silent")


def test_interrupted_while_it_hangs(start, kube, tmp_path):
    kube.misbehave("/services", hang=True)
    p = start("triage", "-o", "json", "--kubeconfig", kube.kubeconfig(tmp_path / "kc"))
    assert kube.wait_hung()
    begin = time.monotonic()
    p.send_signal(signal.SIGINT)
    p.communicate(timeout=20)
    assert p.returncode == 130 and time.monotonic() - begin < 5


def test_slow(triage, kube):
    kube.misbehave("/nodes", drip=0.001, drip_bytes=50)
    sees_all(triage(kube))


def test_huge_answer(triage, kube):
    kube.misbehave("/services", huge=8 << 20)
    assert blind(
        triage(kube, config="cluster: {max_response: 1MiB}\n"),
        "services",
        "cut after 1.0 MiB, the limit for one answer",
    )


def test_cut_in_the_middle(triage, kube):
    kube.misbehave("/services", cut=10)
    assert blind(triage(kube), "services", "broke off after 10 B")


def test_not_json(triage, kube):
    kube.misbehave("/services", body='{"kind": "ServiceList", "items": [{]}')
    assert blind(triage(kube), "services", "")


# kubeconfig ---------------------------------------------------------------------------------------------------------


def test_no_kubeconfig_at_all(triage, home):
    ran = triage()
    unreadable(ran, "--kubeconfig", r"\$KUBECONFIG is not set", "--snapshot", "KUBERNETES_SERVICE_HOST")
    assert home["HOME"] + "/.kube/config does not exist" in ran.err


def test_kubeconfig_missing(triage, run):
    unreadable(run("triage", "-o", "json", "--kubeconfig", "/nowhere/kc"), "/nowhere/kc")
    unreadable(triage(env={"KUBECONFIG": "/nowhere/a:/nowhere/b"}), "/nowhere/a:/nowhere/b", "none of it exists")


def test_kubeconfig_broken(run, tmp_path):
    path = tmp_path / "kc"
    path.write_text("apiVersion: v1\nclusters:\n- name: c\n   cluster: {\n")
    unreadable(run("triage", "-o", "json", "--kubeconfig", path), f"{path}:4")
    path.write_text("kind: Pod\n")
    unreadable(run("triage", "-o", "json", "--kubeconfig", path), "is no kubeconfig but a Pod object")
    path.write_text("current-context: a\ncontexts:\n- {name: a, context: {cluster: gone}}\n")
    unreadable(run("triage", "-o", "json", "--kubeconfig", path), f'{path}:3: cluster "gone" does not exist')
    path.write_text(
        "current-context: a\ncontexts:\n- {name: a, context: {cluster: c}}\nclusters:\n- name: c\n  cluster:\n"
        "    server: https://h\n    certificate-authority: ca.pem\n"
    )
    unreadable(run("triage", "-o", "json", "--kubeconfig", path), f"{path}:8: certificate-authority", "ca.pem")


def test_context_unknown(triage, kube):
    ran = triage(kube, "--context", "fakd")
    assert (ran.code, ran.out) == (2, "")
    assert 'context "fakd" is not in' in ran.err and 'did you mean "fake"?' in ran.err


def test_no_current_context(run, tmp_path):
    path = write_kubeconfig(
        tmp_path / "kc", [("a", {"server": "https://a"}, {}, None), ("b", {"server": "https://b"}, {}, None)]
    )
    ran = run("triage", "--kubeconfig", path)
    assert ran.code == 2 and "choose one with --context (there are: a, b)" in ran.err


def test_two_files(run, kube, tmp_path):
    """The context stands in the first file, its cluster and user in the second; what both define is the first one's."""
    kube.require_token("first")
    first, second = tmp_path / "first", tmp_path / "second"
    first.write_text(
        "current-context: x\ncontexts: [{name: x, context: {cluster: c, user: u}}]\nusers: [{name: u, user: {token:"
        " first}}]\n"
    )
    second.write_text(
        "current-context: y\nclusters: [{name: c, cluster: {server: '%s'}}]\nusers: [{name: u, user: {token:"
        " second}}]\n"
        % kube.url
    )
    ran = run("triage", "-o", "json", env={"KUBECONFIG": os.pathsep.join([str(first), "/nowhere/kc", str(second)])})
    sees_all(ran)
    assert ran.doc["clusters"] == ["x"]


def test_auth_provider(triage, kube):
    unreadable(triage(kube, user={"auth-provider": {"name": "gcp"}}), "gke-gcloud-auth-plugin")


def test_several_clusters(run, kube, tmp_path):
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        port = s.getsockname()[1]
    path = write_kubeconfig(
        tmp_path / "kc",
        [
            ("good", {"server": kube.url}, {"token": "t"}, None),
            ("dead", {"server": f"http://127.0.0.1:{port}"}, {"token": "t"}, None),
        ],
    )
    ran = run("triage", "-o", "json", "--kubeconfig", path, "--context", "good", "--context", "dead")
    assert ran.code == 0, ran.err
    assert ran.doc["clusters"] == ["good", "dead"]
    assert {b["cluster"] for b in ran.doc["blind_spots"]} == {"dead"}
    assert any("refused" in b["why"] for b in ran.doc["blind_spots"])
    unreadable(run("triage", "-o", "json", "--kubeconfig", path, "--context", "dead"), "refused")


def test_output_goes_away(dupin, home, kube, tmp_path):
    """A reader that closes the pipe ends the program quietly, not by a crash."""
    p = subprocess.Popen(
        [dupin, "triage", "--kubeconfig", kube.kubeconfig(tmp_path / "kc")],
        env=home,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    p.stdout.close()
    err = p.stderr.read()
    p.stderr.close()
    assert p.wait(timeout=60) not in (-signal.SIGSEGV, -signal.SIGABRT) and b"Sanitizer" not in err


def test_unreadable_in_text(run, tmp_path):
    """For people the message is all."""
    ran = run("triage", "--kubeconfig", tmp_path / "none")
    assert (ran.code, ran.out) == (3, "") and "none" in ran.err
