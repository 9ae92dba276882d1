"""Damaged inputs of every stage are refused in one sentence that names the file, and no result is written from them."""

import io
import os
import pickle
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
from finished_projects import POOL, digest_results, run_to_end, tiny_project

pytestmark = pytest.mark.stress

ARM, OTHER = "1-3-max", "2-3-max"
INPUTS = {  # of each stage with its argument: patterns of the files that it reads
    ("train", ARM): ["data/digits.npz"],
    ("learn", "mixture"): ["data/digits.npz"],
    ("mark",): ["data/digits.npz"],
    ("rounds",): ["data/digits.npz"],
    ("saliency", ARM): ["data/digits.npz", f"data/networks/{ARM}/*.keras"],
    ("transfer",): ["data/digits.npz", f"data/networks/{ARM}/*.keras", f"data/class_models/{ARM}.npz"],
    ("analyze",): [
        "data/digits.npz", f"data/networks/{ARM}/predictions.npz", f"data/networks/{ARM}/history.csv", f"data/saliency/{ARM}/measures.csv",
        f"data/saliency/{ARM}/maps.npz", f"data/saliency/{ARM}/untrained/maps.npz", f"data/saliency/{ARM}/autocorrelations.npz",
        "data/learned/mixture/*.csv", "data/rounds.csv", "data/transfer.csv", "data/representations.csv",
        "data/judges/confidence.csv", "data/marks/*.csv",
        "metrics/fetch.json",
    ],
    ("report",): [
        "data/digits.npz", "data/analysis/levels.csv", "data/analysis/accuracy.csv", "data/learned/mixture/*.csv", "data/rounds.csv",
        f"data/networks/{ARM}/predictions.npz", f"data/networks/{ARM}/replicate-00.keras",
        *(f"data/saliency/{ARM}/{name}.npz" for name in ("class_models", "inside", "maps", "spectra")), f"data/saliency/{ARM}/*.csv",
        "data/analysis/answers.json", "metrics/fetch.json",
    ],
}  # fmt: skip
UNPICKLED = "unpickled"  # a file that exists if a pickle was loaded


class Touch:
    """An object whose unpickling creates a file."""

    def __reduce__(self) -> tuple:
        return (os.mkdir, (UNPICKLED,))


def pickled_arrays(path: Path) -> bytes:
    """Content with pickled objects under the names of the arrays."""
    if path.suffix != ".npz":
        return pickle.dumps(Touch())
    content = io.BytesIO()
    np.savez(content, allow_pickle=True, **{name: np.array([Touch()], object) for name in np.load(path).files})
    return content.getvalue()


def changed_arrays(path: Path, change: Callable[[np.ndarray], np.ndarray]) -> bytes:
    """Content of an .npz file after a change of every array that holds numbers."""
    content = io.BytesIO()
    np.savez(content, **{name: change(array) if array.dtype.kind in "uif" else array for name, array in np.load(path).items()})
    return content.getvalue()


def without_last_column(path: Path) -> bytes:
    return b"".join(line.rpartition(b",")[0] + b"\n" for line in path.read_bytes().splitlines())


def with_nan(path: Path) -> bytes:
    """Content of a CSV file in which the last number of the second line is missing."""
    first, second, *rest = path.read_bytes().splitlines()
    return b"\n".join([first, re.sub(rb"[^,]+(,*)$", rb"\1", second), *rest, b""])


def of_other(path: Path) -> bytes:
    """Content of the same file of another arm, method or table."""
    replaced = {
        ARM: OTHER,
        "mixture": "continuous",
        "judges/confidence": "judges/accuracy",
        "marks/maps": "marks/networks",
        "marks/networks": "marks/maps",
        "levels": "accuracy",
        "accuracy.csv": "levels.csv",
        "answers.json": "levels.csv",
        "fetch.json": "accuracy.json",
    }
    name = next(part for part in replaced if part in path.as_posix())
    return Path(path.as_posix().replace(name, replaced[name])).read_bytes()


ANY: dict[str, Callable[[Path], bytes]] = {
    "empty": lambda path: b"",
    "half": lambda path: path.read_bytes()[: path.stat().st_size // 2],
    "without its last two bytes": lambda path: path.read_bytes()[:-2],
    "zeros": lambda path: bytes(path.stat().st_size),
    "HTML": lambda path: b"<!DOCTYPE html><html><body>404</body></html>",
    "pickle": pickled_arrays,
}
TABLE = {"a missing column": without_last_column, "another header": lambda path: b"a," + path.read_bytes(), "a missing number": with_nan}
ARRAYS: dict[str, Callable[[Path], bytes]] = {
    "another type": lambda path: changed_arrays(path, lambda array: array.astype(np.complex128)),
    "another shape": lambda path: changed_arrays(path, lambda array: array[:-1] if array.ndim == 1 else array[..., :-1]),
    "NaN": lambda path: changed_arrays(path, lambda array: np.full(array.shape, np.nan, np.float32)),
    "text": lambda path: changed_arrays(path, lambda array: array.astype(str)),
    "one array": lambda path: np.lib.format.magic(1, 0) + b"v\x00" + repr({"descr": "<f4", "fortran_order": False, "shape": (0,)}).encode(),
}
JSON = {
    "no object": lambda path: b"[1, 2]\n",
    "no keys": lambda path: b"{}\n",
    "other values": lambda path: b'{"dataset": 3, "digits": {"train": "x"}}\n',
}
DAMAGES = {".npz": ANY | ARRAYS, ".csv": ANY | TABLE, ".json": ANY | JSON, ".keras": ANY}


def damages_of(path: Path) -> dict[str, Callable[[Path], bytes]]:
    """Every damage that is possible for a file."""
    other = {} if path.name in ("digits.npz", "rounds.csv", "transfer.csv", "representations.csv") else {"another arm's": of_other}
    return DAMAGES[path.suffix] | other


@pytest.fixture(scope="module")
def finished(tmp_path_factory) -> Path:
    """Project with all results."""
    root = tiny_project(tmp_path_factory.mktemp("finished"))
    run_to_end(root, *POOL)
    return root


def refusal_of(stage: str, *arguments: str) -> str:
    """Return the sentence with which a stage refuses its inputs, in this process."""
    try:
        import_module(f"stages.{stage}").main(*arguments)
    except (SystemExit, ValueError, OSError) as error:
        return str(error)
    return "accepted"


@pytest.mark.parametrize("stage", INPUTS, ids=lambda stage: stage[0])
def test_every_damage_of_every_input_is_refused_by_name_and_changes_no_result(finished, monkeypatch, stage):
    monkeypatch.chdir(finished)
    before, faults, tried = digest_results(finished), [], 0
    for path in (path for pattern in INPUTS[stage] for path in sorted(Path().glob(pattern))):
        intact = path.read_bytes()
        for damage, damaged_content in damages_of(path).items():
            path.write_bytes(damaged_content(path))
            sentence, tried = refusal_of(*stage), tried + 1
            path.write_bytes(intact)
            if path.as_posix() not in sentence or "\n" in sentence:
                faults.append(f"{path}, {damage}: {sentence}")
    assert not faults, "\n".join(faults)
    assert tried >= 10
    assert digest_results(finished) == before
    assert not Path(UNPICKLED).exists()


@pytest.mark.parametrize("stage", INPUTS, ids=lambda stage: stage[0])
def test_a_missing_input_is_refused_by_name(finished, monkeypatch, stage):
    monkeypatch.chdir(finished)
    for path in (path for pattern in INPUTS[stage] for path in sorted(Path().glob(pattern))):
        away = shutil.move(path, finished / "away")
        sentence = refusal_of(*stage)
        shutil.move(away, path)
        assert path.as_posix() in sentence
        assert "\n" not in sentence


def test_dvc_restores_a_damaged_result_of_any_stage(finished):
    """The damage is seen by its digest; nothing is answered from it."""
    before = digest_results(finished)
    for name in ("data/digits.npz", f"data/networks/{ARM}/predictions.npz", "data/transfer.csv", f"data/saliency/{ARM}/measures.csv"):
        (finished / name).write_bytes(b"damaged")
    run_to_end(finished, *POOL)
    assert digest_results(finished) == before
