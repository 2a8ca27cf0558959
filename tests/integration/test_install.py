# SPDX-License-Identifier: Apache-2.0
"""make install puts everything where it belongs, a plug-in builds against what is there, make uninstall takes it away."""

import os
import pathlib
import subprocess

import pytest
from conftest import ROOT

BUILD = pathlib.Path(os.environ.get("DUPIN_BUILD") or ROOT / "build")

pytestmark = pytest.mark.skipif(BUILD.resolve() != (ROOT / "build").resolve(), reason="only the plain build is installed")


def make(*words):
    done = subprocess.run(["make", "-C", ROOT, *words], capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def files(folder):
    return sorted(str(p.relative_to(folder)) for p in folder.rglob("*") if p.is_symlink() or p.is_file())


def test_install_and_uninstall(tmp_path):
    make("install", f"DESTDIR={tmp_path}", "PREFIX=/usr")
    there = files(tmp_path)
    for name in ("bin/dupin", "bin/kubectl-dupin", "share/man/man1/dupin.1", "include/dupin/toolsets/toolset.h"):
        assert "usr/" + name in there
    assert len([n for n in there if "completion" in n or "site-functions" in n]) == 3, there
    for program in ("dupin", "kubectl-dupin"):
        done = subprocess.run([tmp_path / "usr/bin" / program, "version"], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout[:6]) == (0, "dupin "), done.stderr
    flags = subprocess.check_output(["pkg-config", "--cflags", "--libs", "jansson"], text=True).split()
    source = ROOT / "tests/plugin/owners.c"
    include = f"-I{tmp_path}/usr/include/dupin"
    subprocess.run(["cc", "-shared", "-fPIC", include, "-o", tmp_path / "owners.so", source, *flags], check=True)
    make("uninstall", f"DESTDIR={tmp_path}", "PREFIX=/usr")
    assert files(tmp_path) == ["owners.so"]
