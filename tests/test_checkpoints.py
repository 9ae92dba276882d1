"""Checkpoints of an interrupted stage are restored exactly, or not at all."""

import ast
import os
import pickle
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from kernel_dilation.dilation_learning.learning_outcome import LearningOutcome
from kernel_dilation.execution.checkpoints import JobCheckpoints

import numpy as np
import pytest

ROOT = Path(__file__).parents[1]
RESULT = {
    "network": b"\x00PK\xff",
    "empty": b"",
    "features": {"gradient": np.array([[np.nan, -0.0], [np.inf, 1e-45]], np.float32), "none": np.zeros((0, 3), np.int8)},
    "big_endian": np.arange(3, dtype=">f8"),
    "columns": np.asfortranarray(np.arange(6, dtype=np.uint8).reshape(2, 3)),
    "names": np.array(["a", "é"]),
    "scalar": np.float32(0.1),
    "shapeless": np.array(3),
    3: (1, [True, None, "é\ud800", 0.1, float("nan"), 10**30], ()),
}


def test_a_result_is_available_to_a_later_run(tmp_path):
    JobCheckpoints(tmp_path, "train", b"digits", 1)["replicate-00"] = {"loss": 0.5}
    later = JobCheckpoints(tmp_path, "train", b"digits", 1)
    assert "replicate-00" in later
    assert later["replicate-00"] == {"loss": 0.5}
    assert "replicate-01" not in later


def test_other_inputs_have_other_checkpoints(tmp_path):
    JobCheckpoints(tmp_path, "train", b"digits", 1)["replicate-00"] = 1
    assert "replicate-00" not in JobCheckpoints(tmp_path, "train", b"digits", 2)
    assert "replicate-00" not in JobCheckpoints(tmp_path, "train", b"other", 1)


def test_a_result_that_was_not_written_completely_is_missing(tmp_path):
    checkpoints = JobCheckpoints(tmp_path, "train")
    checkpoints.folder.mkdir(parents=True)
    (checkpoints.folder / ".replicate-00").write_bytes(b"half")
    assert "replicate-00" not in checkpoints


def test_times_of_jobs_survive_an_interruption_and_are_kept_when_the_stage_has_finished(tmp_path):
    JobCheckpoints(tmp_path / "unfinished", "train").record_time("replicate-00", 2.0, 1.5)
    later = JobCheckpoints(tmp_path / "unfinished", "train")
    later.record_time("replicate-01", 3.25, 3.0)
    later.clear()
    kept = (tmp_path / "times/train.csv").read_text()
    assert kept == "job,wall_seconds,cpu_seconds\nreplicate-00,2.000,1.500\nreplicate-01,3.250,3.000\n"
    assert not later.folder.exists()


def test_clearing_the_checkpoints_deletes_all_files(tmp_path):
    JobCheckpoints(tmp_path, "train", 1)["a"] = 1
    checkpoints = JobCheckpoints(tmp_path, "train", 2)
    checkpoints["b"] = 2
    checkpoints.clear()
    assert list(tmp_path.iterdir()) == []


def are_identical(one: object, other: object) -> bool:
    """Return whether two results are equal in kind, shape, type and bytes."""
    if type(one) is not type(other):
        return False
    match one:
        case dict():
            return list(one) == list(other) and all(are_identical(one[key], other[key]) for key in one)
        case list() | tuple():
            return len(one) == len(other) and all(map(are_identical, one, other))
        case np.ndarray() | np.generic():
            layout = not one.size or one.strides == other.strides
            return layout and (one.dtype, one.shape, one.tobytes()) == (other.dtype, other.shape, other.tobytes())
        case LearningOutcome():
            return are_identical(vars(one), vars(other))
    return repr(one) == repr(other)


def test_a_result_is_restored_exactly(tmp_path):
    checkpoints = JobCheckpoints(tmp_path, "train")
    checkpoints["a"] = RESULT
    assert are_identical(checkpoints["a"], RESULT)


def test_a_record_is_restored_with_its_type(tmp_path):
    outcome = LearningOutcome((1, 2), np.array([[0.25, 0.75]]))
    checkpoints = JobCheckpoints(tmp_path, "learn", records=(LearningOutcome,))
    checkpoints["a"] = {"outcome": outcome}
    assert are_identical(checkpoints["a"], {"outcome": outcome})


@dataclass
class UnknownRecord:
    """A dataclass that is not among the records of the checkpoints."""

    value: int = 1


@pytest.mark.parametrize("value", [UnknownRecord(), {1, 2}, print, np.array([None]), Path("a")])
def test_an_unsupported_value_is_refused_before_anything_is_written(tmp_path, value):
    checkpoints = JobCheckpoints(tmp_path, "train", records=(LearningOutcome,))
    with pytest.raises(ValueError, match=r"must consist of arrays, .* and LearningOutcome; got|allow_pickle"):
        checkpoints["a"] = value
    assert not checkpoints.folder.exists()


def damaged_contents(content: bytes) -> dict[str, bytes]:
    """Contents that a power failure, a full disk or another program may leave instead of a file."""
    return {
        "empty": b"",
        "truncated": content[:-1],
        "half": content[: len(content) // 2],
        "zeros": bytes(len(content)),
        "one bit": content[:-40] + bytes([content[-40] ^ 1]) + content[-39:],
        "foreign": b"<!DOCTYPE html>",
        "pickle": pickle.dumps({"loss": 0.5}),
    }


@pytest.mark.parametrize("damage", damaged_contents(bytes(100)))
def test_a_damaged_file_counts_as_missing_and_is_replaced(tmp_path, damage):
    checkpoints = JobCheckpoints(tmp_path, "train")
    checkpoints["a"] = RESULT
    path = checkpoints.folder / "a"
    intact = path.read_bytes()
    path.write_bytes(damaged_contents(intact)[damage])
    assert "a" not in checkpoints
    checkpoints["a"] = RESULT
    assert path.read_bytes() == intact


def test_a_pickle_among_the_checkpoints_is_never_executed(tmp_path):
    """The pickle would create a folder if it were loaded."""

    class Bomb:
        def __reduce__(self):
            return os.mkdir, (str(tmp_path / "ran"),)

    checkpoints = JobCheckpoints(tmp_path, "train")
    checkpoints.folder.mkdir(parents=True)
    (checkpoints.folder / "a").write_bytes(pickle.dumps(Bomb()))
    assert "a" not in checkpoints
    with pytest.raises(ValueError, match="must begin with the SHA-256 digest"):
        checkpoints["a"]
    assert not (tmp_path / "ran").exists()


def test_no_file_is_unpickled():
    """Only jobs are pickled, as Dask does: they are sent between processes of one user and never stored in a file."""
    transport = {ROOT / "kernel_dilation/execution" / name for name in ("workers.py", "job_transport.py")}
    code = {path for folder in ("stages", "tools", "kernel_dilation") for path in (ROOT / folder).rglob("*.py")}
    assert transport < code
    for path in code - transport:
        tree = ast.parse(path.read_text())
        imported = {alias.name.split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
        imported |= {(node.module or "").split(".")[0] for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
        assert not imported & {"pickle", "cloudpickle", "dill", "joblib", "shelve", "marshal"}, path
        allowed = [node for node in ast.walk(tree) if isinstance(node, ast.keyword) and node.arg in ("allow_pickle", "safe_mode")]
        assert all(ast.unparse(node.value) == ("False" if node.arg == "allow_pickle" else "True") for node in allowed), path


def test_times_leave_no_temporary_file_of_a_killed_process(tmp_path):
    checkpoints = JobCheckpoints(tmp_path / "unfinished", "train")
    leftover = tmp_path / "times" / ".partial-1-train.csv"
    leftover.parent.mkdir()
    leftover.write_text("job,wall")
    checkpoints.record_time("a", 1.0, 2.0)
    checkpoints.clear()
    assert [path.name for path in leftover.parent.iterdir()] == ["train.csv"]


WRITER = """
import os, sys
from pathlib import Path
import numpy as np
from kernel_dilation.execution.checkpoints import JobCheckpoints
synced = []
fsync, replace = os.fsync, os.replace
os.fsync = lambda number: (print("fsync", os.path.basename(os.readlink(f"/proc/self/fd/{number}"))[:9]), fsync(number))
os.replace = lambda source, target: (print("replace"), replace(source, target))
JobCheckpoints(Path(sys.argv[1]), "train")["a"] = np.zeros(3)
"""


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs the file names of /proc")
def test_the_content_of_a_file_is_durable_before_its_name(tmp_path):
    """After a power failure a file is complete or absent: first the content is synced, then the file renamed, then the folder synced."""
    process = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=True)
    folder = next((tmp_path / "train").iterdir()).name[:9]
    assert process.stdout.splitlines() == ["fsync .partial-", "replace", f"fsync {folder}"]
