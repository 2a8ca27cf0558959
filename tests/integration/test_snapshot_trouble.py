# SPDX-License-Identifier: Apache-2.0
"""Snapshots in trouble: what can be read is judged, what cannot is a blind spot with its reason, never skipped."""

import gzip
import io
import json
import os
import tarfile
import time

import pytest
from asking import PANIC, SLOW, incident, meta, write_snapshot

POD_LOG = {("shop", "web-1", "app"): f"starting\n{PANIC}\n"}


@pytest.fixture
def triage(run):
    return lambda path, *flags: run("triage", "-o", "json", "--snapshot", path, *flags, timeout=60 * SLOW)


def finds_it(ran):
    """The incident in the rest of the snapshot is found all the same."""
    assert ran.code == 0, ran.err
    assert PANIC in json.dumps(ran.doc["findings"]), ran.out
    return ran.doc["blind_spots"]


def blind(ran, what, *why):
    """The blind spot of a file, with these words in its reason; the incident is found beside it."""
    found = [b for b in finds_it(ran) if what in b["what"]]
    assert found, ran.doc["blind_spots"]
    for word in why:
        assert any(word in b["why"] for b in found), found
    return found


def unreadable(ran, *words):
    """Exit 3, a document that says that nothing was seen, and a message with these words."""
    assert ran.code == 3, ran.out + ran.err
    assert (ran.doc["root_causes"], ran.doc["findings"]) == ([], [])
    assert [b["what"] for b in ran.doc["blind_spots"]] == ["the whole cluster"]
    for word in words:
        assert word in ran.err, ran.err


@pytest.fixture
def good(tmp_path):
    return write_snapshot(tmp_path / "snap", incident(), POD_LOG)


# Files ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text, line",
    [
        ("apiVersion: v1\nkind: Pod\nmetadata:\n  name: [x\n", ":5"),
        ("kind: Pod\n  metadata: {name: x}\n", ":2"),
        ("a: b\n\tc: d\n", ":2"),
        ("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: ok, namespace: shop}\n---\n}\n", ":5"),
    ],
)
def test_broken_yaml(triage, good, text, line):
    (good / "broken.yaml").write_text(text)
    blind(triage(good), "broken.yaml", "broken.yaml" + line)


def test_broken_json(triage, good):
    (good / "pods.json").write_text('{"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": ')
    blind(triage(good), "pods.json")


def test_alias_bomb(triage, good):
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 12)]
    (good / "bomb.yaml").write_text("\n".join(lines) + "\n")
    begin = time.monotonic()
    blind(triage(good), "bomb.yaml", "alias")
    assert time.monotonic() - begin < 5 * SLOW


def test_deep_nesting(triage, good):
    (good / "deep.yaml").write_text("[" * 100000)
    (good / "deep.json").write_text('{"a":' * 100000)
    ran = triage(good)
    blind(ran, "deep.yaml", "deep")
    blind(ran, "deep.json", "deep")


def test_huge_file(triage, good):
    """A gigabyte (of holes: it takes no room) is not read into memory."""
    with open(good / "huge.yaml", "wb") as f:
        f.truncate(1 << 30)
    begin = time.monotonic()
    blind(triage(good), "huge.yaml", "1024 MiB", "split it")
    assert time.monotonic() - begin < 10 * SLOW


@pytest.mark.skipif(os.getuid() == 0, reason="root may read everything")
def test_unreadable_file(triage, good):
    (good / "secret.yaml").write_text("kind: Pod\n")
    (good / "secret.yaml").chmod(0)
    blind(triage(good), "secret.yaml", "Permission denied")


def test_link_that_leads_nowhere(triage, good):
    (good / "gone.yaml").symlink_to("/nowhere/at/all.yaml")
    blind(triage(good), "gone.yaml")


def test_link_out_of_the_folder(triage, good, tmp_path):
    (tmp_path / "outside.yaml").write_text("apiVersion: v1\nkind: Secret\nmetadata: {name: stolen, namespace: shop}\n")
    (good / "link.yaml").symlink_to(tmp_path / "outside.yaml")
    ran = triage(good)
    blind(ran, "link.yaml")
    assert "stolen" not in ran.out


def test_loop_of_links(triage, good):
    (good / "loop").symlink_to(good)
    finds_it(triage(good))


def test_fifo(triage, good):
    """Opening it would wait for ever."""
    os.mkfifo(good / "pipe.yaml")
    blind(triage(good), "pipe.yaml")


def test_text_that_is_no_object(triage, good):
    (good / "notes.yaml").write_text("just: some\nnotes: [about, it]\n")
    (good / "table.json").write_text('{"kind": "Table", "apiVersion": "meta.k8s.io/v1", "rows": []}')
    finds_it(triage(good))


def test_bytes_in_a_log(triage, good):
    (good / "logs/shop/web-1/app.log").write_bytes(b"\xff\xfe\x00\x1b[31m\x07 noise\n" * 1000 + PANIC.encode() + b"\n")
    ran = triage(good)
    finds_it(ran)
    assert "\x1b" not in ran.out and "\\u001b" not in ran.out.replace("\\\\", "")


def test_objects_of_odd_shapes(triage, good):
    """What no API server would answer: the parts that make sense are used, nothing crashes."""
    odd = [
        {"apiVersion": "v1", "kind": "Pod"},
        {"apiVersion": "v1", "kind": "Pod", "metadata": None},
        {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": 5, "namespace": ["x"]}},
        {"apiVersion": "v1", "kind": "Pod", "metadata": meta("odd", "shop"), "spec": [], "status": "Running"},
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": meta("odder", "shop", labels=["a"], ownerReferences={"kind": 1}),
            "spec": {"containers": {"name": "x"}, "volumes": [None, 7, {"persistentVolumeClaim": 1}]},
            "status": {"containerStatuses": [None, 3, {"state": [], "restartCount": "many"}], "conditions": {}},
        },
        {"apiVersion": "v1", "kind": "Service", "metadata": meta("s", "shop"), "spec": {"selector": [], "ports": {}}},
        {"apiVersion": "v1", "kind": "Event", "metadata": meta("e", "shop"), "involvedObject": [], "lastTimestamp": 1},
        {"apiVersion": "v1", "kind": "Node", "metadata": meta("n"), "status": {"allocatable": {"cpu": {}}}},
        {"apiVersion": 1, "kind": 2, "metadata": {}},
    ]
    (good / "odd.json").write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": odd}))
    finds_it(triage(good))


def test_wrong_settings(triage, good):
    (good / "snapshot.yaml").write_text("name: demo\ncapturedAt: yesterday\nkubernetesVersio: v1\n")
    ran = triage(good)
    blind(ran, "snapshot.yaml", "capturedAt")
    blind(ran, "snapshot.yaml", 'did you mean "kubernetesVersion"?')


# Folders -------------------------------------------------------------------------------------------------------------


def test_missing(triage, tmp_path):
    unreadable(triage(tmp_path / "none"), str(tmp_path / "none"), "No such file or directory")


def test_empty_folder(triage, tmp_path):
    (tmp_path / "empty").mkdir()
    ran = triage(tmp_path / "empty")
    unreadable(ran, str(tmp_path / "empty"), "holds no .yaml, .yml or .json file and no log", "cluster-info dump")


def test_only_rubbish(triage, tmp_path):
    (tmp_path / "bad").mkdir()
    (tmp_path / "bad" / "a.yaml").write_text("{{{{\n")
    unreadable(triage(tmp_path / "bad"), "a.yaml")


def test_no_namespaces(triage, tmp_path):
    """A folder of manifests without any Namespace object works as it is."""
    snap = write_snapshot(tmp_path / "manifests", incident()[1:], POD_LOG)
    finds_it(triage(snap))
    finds_it(triage(snap, "-n", "shop"))


def test_only_cluster_objects(triage, tmp_path):
    node = {"apiVersion": "v1", "kind": "Node", "metadata": meta("n"), "status": {}}
    ran = triage(write_snapshot(tmp_path / "nodes", [node]))
    assert ran.code == 0 and any("pods" in b["what"] for b in ran.doc["blind_spots"])


def test_namespace_that_is_not_there(triage, ask, good):
    """A misspelt name must not look like a healthy namespace."""
    for ran in triage(good, "-n", "shpo"), ask(None, "--offline", "-n", "shpo"):
        assert (ran.code, ran.out) == (2, "")
        assert 'there is no namespace "shpo" in cluster demo (1 namespaces were read); did you mean "shop"?' in ran.err


def test_ask_says_what_it_could_not_read(ask, good):
    (good / "broken.yaml").write_text("kind: [\n")
    ran = ask(None, "--offline", where=("--snapshot", good), output="text")
    assert ran.code == 0 and "broken.yaml" in ran.out.split("Could not see")[1]


# Archives ------------------------------------------------------------------------------------------------------------


def archive(path, folder, mode="w:gz", extra=()):
    with tarfile.open(path, mode) as tar:
        tar.add(folder, arcname=".")
        for name, data, changes in extra:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            for key, value in changes.items():
                setattr(info, key, value)
            tar.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("ending, mode", [("tar", "w"), ("tar.gz", "w:gz"), ("tgz", "w:gz")])
def test_archive(triage, good, tmp_path, ending, mode):
    whole = triage(good)
    packed = triage(archive(tmp_path / f"snap.{ending}", good, mode))
    finds_it(packed)
    assert {**packed.doc, "scanned": 0} == {**whole.doc, "scanned": 0}


def test_archive_with_evil_names(triage, good, tmp_path):
    """Members that would lead out of the folder, links and devices are told; nothing is written anywhere."""
    secret = b"apiVersion: v1\nkind: Secret\nmetadata: {name: stolen, namespace: shop}\n"
    extra = [
        ("../../escape.yaml", secret, {}),
        ("/absolute.yaml", secret, {}),
        ("link.yaml", b"", {"type": tarfile.SYMTYPE, "linkname": "/etc/passwd"}),
        ("hard.yaml", b"", {"type": tarfile.LNKTYPE, "linkname": "../../etc/passwd"}),
        ("device.yaml", b"", {"type": tarfile.CHRTYPE, "devmajor": 1, "devminor": 5}),
    ]
    before = sorted(p.name for p in tmp_path.iterdir())
    ran = triage(archive(tmp_path / "evil.tar.gz", good, extra=extra))
    for name in ("escape.yaml", "link.yaml", "hard.yaml", "device.yaml"):
        blind(ran, name, "not read")
    assert "root:" not in ran.out
    assert sorted(p.name for p in tmp_path.iterdir()) == sorted([*before, "evil.tar.gz"])


def test_archive_cut_off(triage, good, tmp_path):
    noise = {"apiVersion": "v1", "kind": "List", "items": [], "x": os.urandom(50000).hex()}
    (good / "zz.json").write_text(json.dumps(noise))
    path = archive(tmp_path / "snap.tar", good, "w")
    data = path.read_bytes()
    path.write_bytes(data[: len(data) - 40000])
    blind(triage(path), "archive", "broken or cut off")


def test_no_archive_at_all(triage, tmp_path):
    (tmp_path / "snap.tar.gz").write_bytes(os.urandom(5000))
    unreadable(triage(tmp_path / "snap.tar.gz"), "snap.tar.gz")


def test_gzip_bomb(triage, good, tmp_path):
    """A member that grows beyond what is read of one file: told, and the rest is judged."""
    block = gzip.compress(bytes(32 << 20))
    info = tarfile.TarInfo("zeros.yaml")
    info.size = 320 << 20
    pack = io.BytesIO()
    with tarfile.open(fileobj=pack, mode="w") as tar:
        tar.add(good, arcname=".")
    head = pack.getvalue().rstrip(b"\0")
    head += bytes(-len(head) % tarfile.BLOCKSIZE)
    path = tmp_path / "bomb.tar.gz"
    path.write_bytes(gzip.compress(head + info.tobuf()) + block * 10 + gzip.compress(bytes(tarfile.RECORDSIZE)))
    assert path.stat().st_size < 1 << 20
    blind(triage(path), "zeros.yaml", "320 MiB, more than the 256 MiB that are read of one file")
