"""DVC's own files after `dvc` was killed while it wrote them."""

import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

from tools.repair_dvc_files import is_valid_lock, keep_complete_stages, main

import psutil
import pytest
import yaml

ROOT = Path(__file__).parents[1]
LOCK = (ROOT / "dvc.lock").read_text()
STAGES = yaml.safe_load(LOCK)["stages"]


def count_stages() -> int:
    """Return how many stages DVC reads, in a process of its own: DVC does not close its databases, and later Pythons warn of that."""
    listed = subprocess.run([sys.executable, "-m", "dvc", "stage", "list", "--name-only"], check=True, capture_output=True, text=True)
    return len(listed.stdout.splitlines())


@pytest.fixture
def project(tmp_path, monkeypatch):
    """Folder with the pipeline's description and DVC's own files."""
    for name in ("dvc.yaml", "params.yaml", "dvc.lock"):
        shutil.copyfile(ROOT / name, tmp_path / name)
    (tmp_path / ".dvc/tmp").mkdir(parents=True)
    shutil.copyfile(ROOT / ".dvc/config", tmp_path / ".dvc/config")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("length", [0, 1, 9, 15, 30, 1_000, 3_210, len(LOCK) // 2, len(LOCK) - 2, len(LOCK)])
def test_dvc_reads_a_repaired_lock_file_with_the_stages_that_were_complete(project, length):
    described = count_stages()
    (project / "dvc.lock").write_text(LOCK[:length])
    main()
    kept = yaml.safe_load((project / "dvc.lock").read_text())["stages"] if (project / "dvc.lock").exists() else {}
    assert count_stages() == described, "DVC reads the pipeline and its lock file"
    complete = [name for name in list(STAGES)[:-1] if f"\n  {name}:\n" in LOCK[:length]][:-1]
    assert {name: kept.get(name) for name in complete} == {name: STAGES[name] for name in complete}


def test_every_truncation_is_repaired_to_a_valid_file_or_to_none():
    beginning = LOCK[:10_000]
    for length in range(0, len(beginning), 499):
        text = beginning[:length]
        kept = text if is_valid_lock(text) else keep_complete_stages(text)
        assert not kept or is_valid_lock(kept)


def test_an_intact_lock_file_is_not_touched(project):
    before = (project / "dvc.lock").stat()
    main()
    after = (project / "dvc.lock").stat()
    assert (after.st_ino, after.st_size, after.st_mtime_ns) == (before.st_ino, before.st_size, before.st_mtime_ns)


@pytest.mark.parametrize("content", ["", '{"write": {"/data'])
def test_an_incomplete_list_of_running_processes_is_deleted(project, content, capsys):
    (project / ".dvc/tmp/rwlock").write_text(content)
    main()
    assert not (project / ".dvc/tmp/rwlock").exists()
    assert "rwlock was incomplete and has been deleted" in capsys.readouterr().err


def test_an_intact_list_of_running_processes_is_kept(project):
    (project / ".dvc/tmp/rwlock").write_text(json.dumps({"read": {}}))
    main()
    assert json.loads((project / ".dvc/tmp/rwlock").read_text()) == {"read": {}}


def test_a_killed_process_is_deleted_from_the_list_even_if_nobody_collects_it_and_a_running_one_is_kept(project):
    """The test does not wait for the killed process, which is therefore a zombie, for which DVC would wait."""
    with subprocess.Popen(["sleep", "60"]) as killed, subprocess.Popen(["sleep", "60"]) as running:
        killed.kill()
        while psutil.Process(killed.pid).status() != psutil.STATUS_ZOMBIE:
            time.sleep(0.01)
        owners = [{"pid": process.pid, "cmd": "dvc repro"} for process in (killed, running)]
        (project / ".dvc/tmp/rwlock").write_text(json.dumps({"read": {"a": owners, "b": owners[:1]}, "write": {"c": owners[0], "d": owners[1]}}))
        main()
        running.kill()
    assert json.loads((project / ".dvc/tmp/rwlock").read_text()) == {"read": {"a": owners[1:]}, "write": {"d": owners[1]}}


def test_a_later_process_with_the_number_of_a_killed_one_is_not_taken_for_it(project):
    listed = project / ".dvc/tmp/rwlock"
    listed.write_text(json.dumps({"read": {}, "write": {"c": {"pid": os.getpid(), "cmd": "dvc repro"}}}))
    os.utime(listed, (0, psutil.Process().create_time() - 100))
    main()
    assert json.loads(listed.read_text()) == {"read": {}, "write": {}}


def test_a_file_that_dvc_is_writing_is_left_alone(project):
    """The lock of DVC is held by another process, which completes the file before it releases the lock."""
    program = f"""
import time
from pathlib import Path
from dvc.lock import make_lock
with make_lock(".dvc/tmp/lock", tmp_dir=".dvc/tmp"):
    Path("dvc.lock").write_text("")
    print("writing", flush=True)
    time.sleep(2)
    Path("dvc.lock").write_text(Path({str(ROOT / "dvc.lock")!r}).read_text())
"""
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True) as dvc:
        assert dvc.stdout.readline() == "writing\n"
        main()
    assert (project / "dvc.lock").read_text() == LOCK
