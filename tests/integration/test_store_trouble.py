# SPDX-License-Identifier: Apache-2.0
"""The database in trouble: no investigation ends because of it, people are told, and what was recorded stays."""

import errno
import json
import os
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess

import pytest
from asking import LIST_PODS, PANIC, READ_LOG, SLOW, eventually, kept, proven
from fakes.llmd import turn

KEPT_NOT = "this investigation is not kept"


@pytest.fixture
def db(home):
    return os.path.join(home["XDG_DATA_HOME"], "dupin", "dupin.db")


def answers_anyway(ran, *words):
    """The question is answered as ever; one warning says what is wrong with the database and what to do."""
    assert (ran.code, ran.doc["status"]) == (0, "answered"), ran.err
    assert PANIC in json.dumps(ran.doc["root_causes"])
    told = [line for line in ran.err.splitlines() if KEPT_NOT in line]
    assert len(told) == 1, ran.err
    for word in words:
        assert word in told[0], told[0]


def refused(ran, *words):
    assert (ran.code, ran.out) == (2, ""), ran.out + ran.err
    for word in words:
        assert word in ran.err, ran.err


# Opening -------------------------------------------------------------------------------------------------------------


def test_made_private(ask, db):
    assert ask(None, "--offline").code == 0
    assert stat.S_IMODE(os.stat(db).st_mode) == 0o600
    assert stat.S_IMODE(os.stat(os.path.dirname(db)).st_mode) == 0o700


def unwritable():
    """A folder in which even root can make nothing."""
    for folder in ("/sys/kernel", "/proc"):
        try:
            os.mkdir(folder + "/dupin")
        except OSError as e:
            if e.errno in (errno.EROFS, errno.EACCES, errno.EPERM) or folder == "/proc":
                return folder
        else:
            os.rmdir(folder + "/dupin")
    return pytest.skip("every folder here can be written")


def test_read_only_home(ask, run):
    folder = unwritable()
    place = {"XDG_DATA_HOME": folder}
    ran = ask(None, "--offline", env=place)
    answers_anyway(ran, folder + "/dupin/dupin.db", "--db PATH or DUPIN_DB")
    refused(run("history", env=place), folder + "/dupin/dupin.db")


def test_a_folder_in_its_place(ask, run, tmp_path):
    answers_anyway(ask(None, "--offline", "--db", tmp_path), "is a folder", "--db PATH")
    refused(run("history", "--db", tmp_path), "is a folder")


def test_not_a_database(ask, run, tmp_path):
    path = tmp_path / "notes.txt"
    path.write_text("shopping list: milk, bread, and other things that are no database\n" * 50)
    before = path.read_bytes()
    answers_anyway(ask(None, "--offline", "--db", path), str(path), "is no database", "move it away")
    refused(run("history", "list", "--db", path), "is no database")
    assert path.read_bytes() == before


def test_database_of_another_program(ask, run, tmp_path):
    path = tmp_path / "other.db"
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE bookmarks (url TEXT)")
    answers_anyway(ask(None, "--offline", "--db", path), "is the database of another program")
    with sqlite3.connect(path) as other:
        assert [r[0] for r in other.execute("SELECT name FROM sqlite_schema")] == ["bookmarks"]
    refused(run("history", "--db", path), "is the database of another program")


def test_newer_schema(ask, run, db):
    ask(None, "--offline")
    with sqlite3.connect(db) as handle:
        handle.execute("PRAGMA user_version = 999")
    answers_anyway(ask(None, "--offline"), "was written by a newer dupin (schema 999", "upgrade dupin")
    refused(run("history"), "was written by a newer dupin")


def test_damaged(ask, run, db):
    """Pages in the middle are overwritten: what cannot be read is said, nothing crashes, the question is answered."""
    for _ in range(3):
        assert ask(None, "--offline").code == 0
    with sqlite3.connect(db) as handle:
        handle.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = os.path.getsize(db)
    with open(db, "r+b") as f:
        f.seek(8192)
        f.write(os.urandom(1) * (size - 12288))
    ran = ask(None, "--offline")
    assert ran.code == 0 and PANIC in json.dumps(ran.doc["root_causes"]), ran.err
    assert "damaged" in ran.err and "move it away" in ran.err
    refused(run("history", "list"), "damaged", "move it away")


# Full ----------------------------------------------------------------------------------------------------------------


def with_limit(size):
    """No file may grow beyond this; the signal that comes with it is the program's own matter."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))

    return limit


def test_file_size_limit(dupin, home, asked, llm, run, db):
    model = llm(turn(calls=[READ_LOG]), proven())
    assert run(*asked(None, "--offline")).code == 0
    limit = os.path.getsize(db) + 40_000
    p = subprocess.run(
        [dupin, *map(str, asked(model, "-o", "json"))],
        env=home,
        preexec_fn=with_limit(limit),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60 * SLOW,
        check=False,
    )
    assert p.returncode == 0, (p.returncode, p.stderr)
    assert json.loads(p.stdout)["root_causes"][0]["citations"][0]["verified"]
    assert p.stderr.count("File too large") == 1 and "only a part of this investigation is kept" in p.stderr
    assert len(run("history", "list", "-o", "json").doc) >= 1


def in_small_disk(script, env, folder, timeout=60):
    """Runs a shell script in a mount namespace where this folder is a disk of 1 MiB."""
    folder.mkdir(parents=True, exist_ok=True)
    mount = f"mount -t tmpfs -o size=1m tmpfs '{folder}' || exit 99; {script}"
    if not shutil.which("unshare"):
        pytest.skip("there is no unshare here")
    done = subprocess.run(
        ["unshare", "-rm", "sh", "-c", mount],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=timeout * SLOW,
        check=False,
    )
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("no file system can be mounted here: " + done.stderr.strip())
    return done


def test_full_disk(dupin, home, asked, llm, tmp_path):
    """The first investigation fits, the second fills the disk: both answer, the first one stays whole."""
    disk = tmp_path / "disk"
    first = " ".join(f"'{a}'" for a in asked(None, "--offline", "-o", "json", "--db", disk / "d.db", question="first?"))
    model = llm(turn(calls=[READ_LOG, LIST_PODS]), proven())
    second = " ".join(f"'{a}'" for a in asked(model, "-o", "json", "--db", disk / "d.db", question="second?"))
    out = tmp_path / "out"
    out.mkdir()
    done = in_small_disk(
        f"'{dupin}' {first} >'{out}/1' && dd if=/dev/zero of='{disk}/fill' bs=1k 2>/dev/null;"
        f" '{dupin}' {second} >'{out}/2' 2>'{out}/2.err'; echo $? >'{out}/2.code';"
        f" rm '{disk}/fill'; '{dupin}' history list -o json --db '{disk}/d.db' >'{out}/list' 2>'{out}/list.err'",
        home,
        disk,
    )
    assert (out / "2.code").read_text() == "0\n", (out / "2.err").read_text() + done.stderr
    assert json.loads((out / "2").read_text())["root_causes"][0]["citations"][0]["verified"]
    told = (out / "2.err").read_text()
    assert "only a part of this investigation is kept" in told or KEPT_NOT in told, told
    assert "full" in told and "free some space or name another database" in told
    listed = json.loads((out / "list").read_text())
    assert ("first?", "answered") in [(i["question"], i["status"]) for i in listed], (out / "list.err").read_text()


# Others --------------------------------------------------------------------------------------------------------------


def test_several_processes_at_once(start, asked, run):
    """Even a database that none of them has made yet."""
    processes = [start(*asked(None, "--offline", "-o", "json", question=f"question {i}?")) for i in range(6)]
    outs = [p.communicate(timeout=60 * SLOW) for p in processes]
    assert [p.returncode for p in processes] == [0] * 6, outs
    assert not any(KEPT_NOT in err or "not everything" in err for _, err in outs)
    listed = run("history", "list", "-o", "json").doc
    assert sorted(i["question"] for i in listed) == [f"question {i}?" for i in range(6)]
    assert {json.loads(out)["id"] for out, _ in outs} == {i["id"] for i in listed}


def test_killed_in_the_middle(start, asked, llm, run):
    """Everything up to the last event is there: the question, the findings, the calls with their evidence."""
    model = llm(turn("Let me look.", calls=[READ_LOG]), turn(fault="silence"))
    p = start(*asked(model, "-o", "json"))
    eventually(lambda: len(model.requests) == 2, what="the second request")
    running = kept(run)
    assert running["status"] == "running" and "still running" in running["answer"]
    refused(run("history", "delete", "last"), "still running")
    os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    doc = kept(run)
    assert doc["status"] == "cancelled" and "was interrupted" in doc["answer"]
    assert [(c["tool"], c["status"]) for c in doc["tool_calls"]] == [("logs_get", "ok")]
    assert any(PANIC in e["quote"] for e in doc["evidence"])
    assert PANIC in json.dumps(doc["root_causes"]) and doc["usage"]["requests"] == 1
    shown = run("history", "show", "last")
    assert shown.code == 0 and PANIC in shown.out and "cancelled" in shown.out
    assert run("history", "delete", "last").code == 0 and run("history", "list", "-o", "json").doc == []


def test_killed_process_leaves_the_database_usable(start, asked, llm, run, ask):
    model = llm(turn(calls=[READ_LOG]), turn(fault="silence"))
    p = start(*asked(model, "-o", "json"))
    eventually(lambda: len(model.requests) == 2, what="the second request")
    os.killpg(p.pid, signal.SIGKILL)
    p.wait()
    ran = ask(None, "--offline")
    assert ran.code == 0 and KEPT_NOT not in ran.err
    assert [i["status"] for i in run("history", "list", "-o", "json").doc] == ["answered", "cancelled"]


def test_held_by_another_process(ask, db):
    ask(None, "--offline")
    with sqlite3.connect(db, isolation_level=None) as holder:
        holder.execute("BEGIN IMMEDIATE")
        ran = ask(None, "--offline")
        holder.execute("ROLLBACK")
    assert ran.code == 0 and PANIC in json.dumps(ran.doc["root_causes"]), ran.err
    assert "was held by another process for more than" in ran.err
