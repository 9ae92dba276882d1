"""Files of earlier stages are read as they were written, or refused by name."""

import json
import re
import subprocess

from kernel_dilation.stage_inputs.input_files import (
    folder_with_checksums,
    intact,
    intact_or_absent,
    read_arrays,
    read_columns,
    read_digit_arrays,
    read_json,
    require_entries,
)

import numpy as np
import pandas as pd
import pytest

DIGITS = {
    f"{letter}_{split}": np.zeros((3, *shape), np.uint8)
    for split in ("train", "validation", "test")
    for letter, shape in (("x", (28, 28)), ("y", ()))
}


@pytest.fixture
def folder(tmp_path):
    """Folder of an arm with one table."""
    with folder_with_checksums(tmp_path / "2-3-max") as temporary:
        (temporary / "history.csv").write_text("epoch,loss\n1,0.5\n")
    return tmp_path / "2-3-max"


def test_the_checksums_are_those_of_sha256sum(folder):
    done = subprocess.run(["sha256sum", "--strict", "-c", "2-3-max/SHA256SUMS"], cwd=folder.parent, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "2-3-max/history.csv: OK\n")


def test_an_intact_file_is_accepted_and_a_changed_one_refused_with_the_remedy(folder):
    assert intact(folder / "history.csv") == folder / "history.csv"
    (folder / "history.csv").write_text("epoch,loss\n1,0.6\n")
    with pytest.raises(ValueError, match=re.escape(f"{folder / 'history.csv'} is damaged") + ".*; delete .*/2-3-max and run `dvc repro`"):
        intact(folder / "history.csv")


def test_the_files_of_another_arm_are_refused(folder):
    other = folder.rename(folder.with_name("3-3-max"))
    with pytest.raises(ValueError, match="is damaged or belongs elsewhere"):
        intact(other / "history.csv")


def test_a_file_in_a_folder_of_the_folder_is_covered_by_the_same_checksums(tmp_path):
    for arm in ("2-3-max", "3-3-max"):
        with folder_with_checksums(tmp_path / arm) as temporary:
            (temporary / "untrained").mkdir()
            (temporary / "untrained" / "cascade.csv").write_text(f"arm\n{arm}\n")
    path, other = (tmp_path / arm / "untrained/cascade.csv" for arm in ("2-3-max", "3-3-max"))
    done = subprocess.run(["sha256sum", "--strict", "-c", "2-3-max/SHA256SUMS"], cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "2-3-max/untrained/cascade.csv: OK\n")
    assert intact(path) == intact_or_absent(path) == path
    path.write_bytes(other.read_bytes())
    with pytest.raises(ValueError, match=re.escape(f"{path} is damaged") + f".*; delete {re.escape(str(tmp_path / '2-3-max'))} and run"):
        intact(path)
    path.unlink()
    with pytest.raises(ValueError, match="it is missing"):
        intact_or_absent(path)


def test_a_file_that_was_never_written_is_absent_and_a_missing_one_is_refused(folder):
    assert not intact_or_absent(folder / "sweep.csv").exists()
    (folder / "history.csv").unlink()
    with pytest.raises(ValueError, match="it is missing"):
        intact_or_absent(folder / "history.csv")


def test_a_file_that_no_stage_has_written_is_refused(folder):
    (folder / "sweep.csv").write_text("a\n")
    with pytest.raises(ValueError, match=r"sweep.csv is damaged"):
        intact_or_absent(folder / "sweep.csv")


def test_digits_are_read_as_they_were_written(tmp_path):
    np.savez(tmp_path / "digits.npz", **DIGITS)
    digits = read_digit_arrays(tmp_path / "digits.npz")
    assert {name: array.tolist() for name, array in digits.items()} == {name: array.tolist() for name, array in DIGITS.items()}


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"y_test": np.zeros(2, np.uint8)}, r"y_test must be an array \(3\)"),
        ({"x_test": np.zeros((3, 28, 27), np.uint8)}, r"x_test must be an array \(3, 28, 28\)"),
        ({"x_test": np.zeros((3, 28, 28), np.uint16)}, "as bytes"),
        ({"x_test": np.full((3, 28, 28), np.nan)}, "of kind u"),
        ({"y_test": np.full(3, 10, np.uint8)}, "labels must be below 10"),
        ({"y_test": np.zeros(0, np.uint8), "x_test": np.zeros((0, 28, 28), np.uint8)}, "at least one digit"),
        ({"y_test": np.array([{}, {}, {}], object)}, "allow_pickle"),
    ],
)
def test_other_digits_are_refused(tmp_path, change, fault):
    np.savez(tmp_path / "digits.npz", allow_pickle=True, **(DIGITS | change))
    with pytest.raises(ValueError, match=rf"digits.npz is damaged or belongs elsewhere: .*{fault}"):
        read_digit_arrays(tmp_path / "digits.npz")


def test_an_array_with_numbers_that_are_not_finite_is_refused(tmp_path):
    np.savez(tmp_path / "a.npz", images=np.array([1, np.inf]))
    with pytest.raises(ValueError, match="images has numbers that are not finite"):
        read_arrays(tmp_path / "a.npz", {"images": (2,)}, "f")


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"\x93NUMPY\x01\x00v\x00", b"\x80\x04K\x01.", b"<html>"])
def test_a_file_that_is_no_archive_of_arrays_is_refused(tmp_path, content):
    (tmp_path / "a.npz").write_bytes(content)
    with pytest.raises(ValueError, match=r"a.npz is damaged"):
        read_arrays(tmp_path / "a.npz", {"images": (2,)}, "f")


@pytest.mark.parametrize("content", ["", "a,b\n1,2", "a,b\n1,2\n3,4\n", "a,c\n1,2\n", "a,b\n1,2,3,4\n1\n", "\x00"])
def test_a_damaged_table_is_refused(tmp_path, content):
    (tmp_path / "a.csv").write_text(content)
    with pytest.raises(ValueError, match=r"a.csv is damaged"):
        read_columns(tmp_path / "a.csv", ["a", "b"], 1)


@pytest.mark.parametrize("entries", [["a"], [1.5, np.nan], [1.5, np.inf], [-np.inf], [True]])
def test_an_entry_that_is_missing_or_of_another_type_or_not_finite_is_refused(tmp_path, entries):
    with pytest.raises(ValueError, match=r"a.csv is damaged .*: `loss` has an entry"):
        require_entries(tmp_path / "a.csv", pd.DataFrame({"loss": entries}), {"loss": "fi"})


def test_numbers_may_be_missing_where_the_reader_says_so(tmp_path):
    table = pd.DataFrame({"arm": ["2-3-max", "3-3-max"], "loss": [0.5, np.nan]})
    require_entries(tmp_path / "a.csv", table, {"arm": "OUT", "loss": "f"}, may_be_missing=True)
    with pytest.raises(ValueError, match="not finite"):
        require_entries(tmp_path / "a.csv", table.replace(0.5, np.inf), {"loss": "f"}, may_be_missing=True)


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"dataset": 3}', "[" * 100_000])
def test_damaged_json_is_refused(tmp_path, content):
    (tmp_path / "a.json").write_text(content)
    with pytest.raises(ValueError, match=r"a.json is damaged"):
        read_json(tmp_path / "a.json", {"dataset": str})


def test_json_is_read_as_it_was_written(tmp_path):
    (tmp_path / "a.json").write_text(json.dumps({"dataset": "mnist", "digits": [1]}))
    assert read_json(tmp_path / "a.json", {"dataset": str}) == {"dataset": "mnist", "digits": [1]}
