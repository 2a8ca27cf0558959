# SPDX-License-Identifier: Apache-2.0
"""Toolsets from .so files: one that lives outside of the tree works, wrong ones are refused and the program goes on."""

import os
import pathlib
import shutil
import subprocess

import pytest
from asking import meta, results, write_snapshot
from conftest import ROOT, dupin_path
from fakes.llmd import call, turn

BUILT = pathlib.Path(os.environ.get("DUPIN_BUILD") or dupin_path().parent) / "plugin"


@pytest.fixture
def plugins(tmp_path):
    """plugins("owners", ...) → flags of a config whose toolset folder holds copies of these."""

    def load(*names, config="", mode=0o755):
        folder = tmp_path / "toolsets"
        folder.mkdir(exist_ok=True)
        for name in names:
            built = BUILT / f"{name}.so"
            assert built.exists(), f"{built} is not there: make plugin"
            shutil.copy(built, folder)
            (folder / built.name).chmod(mode)
        (tmp_path / "config.yaml").write_text(f"toolsets: {{dirs: ['{folder}']{config}}}\n")
        return ("--config", tmp_path / "config.yaml")

    return load


@pytest.fixture
def shop(tmp_path):
    deployment = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "spec": {"replicas": 0, "selector": {"matchLabels": {"app": "x"}}, "template": {}},
        "status": {},
    }
    owned = {**deployment, "metadata": meta("cart", "shop", labels={"team": "blue"})}
    orphan = {**deployment, "metadata": meta("legacy", "shop", labels={"app": "x"})}
    return write_snapshot(tmp_path / "shop", [owned, orphan])


def test_check_and_tool_work(run, ask, llm, plugins, shop):
    flags = plugins("owners")
    ran = run("triage", "-o", "json", "--snapshot", shop, "--only", "owner-label-missing", *flags)
    assert ran.code == 0 and ran.err == "", ran.err
    (finding,) = ran.doc["findings"]
    assert finding["object"]["name"] == "legacy" and finding["severity"] == "info"
    assert ran.doc["root_causes"] == [] and ran.doc["evidence"][0]["pointer"] == "/metadata/name"
    model = llm(turn(calls=[call("owners_list")]), "Nobody owns legacy.")
    ran = ask(model, *flags, where=("--snapshot", shop))
    assert "owners_list" in model.requests[0].tool_names
    assert "shop/legacy (nobody)" in list(results(model.requests[1]).values())[0]
    assert ran.doc["tool_calls"][0]["status"] == "ok"


def test_it_is_listed(run, plugins, tmp_path):
    flags = plugins("owners")
    shown = run("toolset", "show", "owners", *flags)
    assert shown.code == 0 and "owners_list" in shown.out and "owner-label-missing" in shown.out
    listed = next(t for t in run("toolset", "list", "-o", "json", *flags).doc if t["name"] == "owners")
    assert listed["origin"] == str(tmp_path / "toolsets" / "owners.so")
    assert "(loaded)" in run("toolset", "list", *flags).out


@pytest.mark.parametrize(
    "name, words",
    [
        ("bad_abi", ["built for toolset ABI", "this program speaks 1", "build it again"]),
        ("bad_size", ["struct toolset has", "bytes", "build it again"]),
        ("bad_symbol", ["no symbol toolset_entry"]),
    ],
)
def test_wrong_ones_are_refused(run, plugins, shop, name, words):
    """With a reason, and the one beside it is loaded all the same."""
    flags = plugins("owners", name)
    ran = run("triage", "-o", "json", "--snapshot", shop, "--only", "owner-label-missing", *flags)
    assert ran.code == 0 and len(ran.doc["findings"]) == 1
    (told,) = ran.err.splitlines()
    for word in [f"{name}.so was not loaded", *words]:
        assert word in told


@pytest.mark.parametrize("mode", [0o757, 0o775])
def test_writable_by_others(run, plugins, mode):
    ran = run("toolset", "list", "-o", "json", *plugins("owners", mode=mode))
    assert ran.code == 0 and not any(t["name"] == "owners" for t in ran.doc)
    assert "owners.so was not loaded" in ran.err and f"can be written by others (mode {mode:03o})" in ran.err
    assert "chmod go-w" in ran.err


def test_folder_writable_by_others(run, plugins, tmp_path):
    flags = plugins("owners")
    (tmp_path / "toolsets").chmod(0o777)
    ran = run("toolset", "list", *flags)
    assert (ran.code, ran.out) == (2, "") and "can be written by others" in ran.err


def test_no_library_at_all(run, plugins, tmp_path):
    flags = plugins("owners")
    (tmp_path / "toolsets" / "broken.so").write_bytes(b"\x7fELF but not really")
    (tmp_path / "toolsets" / "notes.txt").write_text("no plug-in\n")
    ran = run("toolset", "list", *flags)
    assert ran.code == 0 and "owners" in ran.out
    assert "broken.so was not loaded: it cannot be loaded" in ran.err and "notes.txt" not in ran.err


def test_name_that_is_taken(run, plugins, tmp_path):
    flags = plugins("owners")
    shutil.copy(tmp_path / "toolsets" / "owners.so", tmp_path / "toolsets" / "owners2.so")
    ran = run("toolset", "list", *flags)
    assert ran.code == 0 and 'owners2.so was not loaded: a toolset named "owners" is there already' in ran.err


def test_builtin_toolset_as_a_plugin(run, snap, tmp_path, plugins):
    """The same source that is linked in builds as a .so, and finds the same."""
    folder = tmp_path / "build"
    subprocess.run(
        ["make", "-s", f"B={folder}", f"{folder}/plugin/kubernetes.so", "CFLAGS=-O0"],
        cwd=ROOT,
        env={k: v for k, v in os.environ.items() if "MAKE" not in k},
        check=True,
        capture_output=True,
    )
    flags = plugins(config=", disable: [kubernetes]")
    shutil.copy(folder / "plugin" / "kubernetes.so", tmp_path / "toolsets")
    loaded = run("triage", "-o", "json", "--snapshot", snap, *flags)
    linked = run("triage", "-o", "json", "--snapshot", snap)
    assert loaded.code == 0 and loaded.err == "", loaded.err
    assert loaded.doc["findings"] == linked.doc["findings"] and loaded.doc["findings"]


def test_exports_one_symbol_only():
    if not shutil.which("nm"):
        pytest.skip("there is no nm here")
    line = ["nm", "-D", "--defined-only", BUILT / "owners.so"]
    symbols = subprocess.run(line, capture_output=True, text=True, check=True).stdout.splitlines()
    assert [s.split()[-1] for s in symbols] == ["toolset_entry"]
