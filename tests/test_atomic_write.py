"""Outputs are complete or absent."""

import errno
import json
import os
import random
import subprocess
import sys
import time

from kernel_dilation.experiment.atomic_write import atomic_file, atomic_folder, save_json

import pytest


def test_a_file_appears_only_when_it_is_complete(tmp_path):
    target = tmp_path / "new" / "digits.npz"
    with atomic_file(target) as temporary:
        temporary.write_text("half")
        assert not target.exists()
        assert temporary.parent == target.parent
        assert temporary.suffix == ".npz"  # writers look at the suffix, or add one that is missing
        temporary.write_text("whole")
    assert [path.name for path in target.parent.iterdir()] == ["digits.npz"]
    assert target.read_text() == "whole"


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path, error):
    target = tmp_path / "digits.npz"
    target.write_text("old")

    def write_half() -> None:
        with atomic_file(target) as temporary:
            temporary.write_text("half")
            raise error

    with pytest.raises(error):
        write_half()
    assert [path.name for path in tmp_path.iterdir()] == ["digits.npz"]
    assert target.read_text() == "old"


def test_a_folder_replaces_all_of_the_old_one(tmp_path):
    target = tmp_path / "networks" / "2-3-max"
    for name in ("old", "new"):
        with atomic_folder(target) as temporary:
            (temporary / name).write_text(name)
    assert [path.name for path in target.parent.iterdir()] == ["2-3-max"]
    assert [path.name for path in target.iterdir()] == ["new"]


def test_a_failed_write_leaves_the_old_folder_and_nothing_else(tmp_path):
    target = tmp_path / "2-3-max"
    with atomic_folder(target) as temporary:
        (temporary / "old").touch()

    def write_half() -> None:
        with atomic_folder(target) as temporary:
            (temporary / "half").touch()
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write_half()
    assert [path.name for path in tmp_path.iterdir()] == ["2-3-max"]
    assert [path.name for path in target.iterdir()] == ["old"]


def test_leftovers_of_a_killed_writer_are_removed_but_not_the_files_of_other_writers(tmp_path):
    (tmp_path / ".partial-1-digits.npz").touch()
    (tmp_path / ".partial-1-other.npz").touch()
    (tmp_path / ".partial-1-2-3-max").mkdir()
    (tmp_path / ".partial-1-12-3-max").mkdir()
    with atomic_file(tmp_path / "digits.npz") as temporary:
        temporary.touch()
    with atomic_folder(tmp_path / "2-3-max"):
        pass
    assert sorted(path.name for path in tmp_path.iterdir()) == [".partial-1-12-3-max", ".partial-1-other.npz", "2-3-max", "digits.npz"]


def test_a_link_into_a_cache_is_replaced_and_the_cache_kept(tmp_path):
    (tmp_path / "cached").mkdir()
    (tmp_path / "cached" / "network").write_text("old")
    (tmp_path / "2-3-max").symlink_to(tmp_path / "cached")
    with atomic_folder(tmp_path / "2-3-max"):
        pass
    assert (tmp_path / "cached" / "network").read_text() == "old"
    assert not (tmp_path / "2-3-max").is_symlink()


def test_json_keeps_the_order_of_its_keys_and_ends_with_a_newline(tmp_path):
    save_json(tmp_path / "metrics" / "fetch.json", {"name": "é", "digits": {"train": 2, "a": [1.5]}})
    text = (tmp_path / "metrics" / "fetch.json").read_text(encoding="utf-8")
    assert text.endswith("}\n")
    assert "é" in text
    assert json.loads(text) == {"name": "é", "digits": {"train": 2, "a": [1.5]}}
    assert list(json.loads(text)["digits"]) == ["train", "a"]


def test_json_refuses_a_number_that_is_not_finite_and_keeps_the_old_file(tmp_path):
    save_json(tmp_path / "answers.json", {"p_value": 0.5})
    with pytest.raises(ValueError, match="not JSON compliant"):
        save_json(tmp_path / "answers.json", {"p_value": float("nan")})
    assert json.loads((tmp_path / "answers.json").read_text()) == {"p_value": 0.5}


@pytest.mark.parametrize("writer", [atomic_file, atomic_folder])
def test_an_error_of_a_full_disk_names_the_output(tmp_path, writer):
    """Python's own error has no file name when a write fails."""

    def write() -> None:
        with writer(tmp_path / "digits"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(OSError, match=r"No space left on device: '.*/digits'"):
        write()
    assert list(tmp_path.iterdir()) == []


REPLACE = """
import sys
from pathlib import Path
from kernel_dilation.experiment.atomic_write import atomic_folder
number = 0
while True:
    with atomic_folder(Path(sys.argv[1])) as folder:
        for name in range(20):
            (folder / str(name)).write_text(str(number))
    number += 1
"""


@pytest.mark.slow
def test_a_folder_whose_writer_is_killed_is_complete_or_absent(tmp_path):
    """The writer is killed 20 times, at random moments of its replacing the folder again and again."""
    moments, target = random.Random(0), tmp_path / "2-3-max"
    for _ in range(20):
        with subprocess.Popen([sys.executable, "-c", REPLACE, str(target)]) as writer:
            while not target.exists():
                time.sleep(0.01)
            time.sleep(moments.uniform(0, 0.1))
            writer.kill()
        contents = {path.name: path.read_text() for path in target.iterdir()} if target.exists() else {}
        assert not contents or (len(contents) == 20 and len(set(contents.values())) == 1)
    with atomic_folder(target):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["2-3-max"], "the next writer removes what the killed ones left"
