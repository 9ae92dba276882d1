"""The stages locate and fetch as a user runs them, in a separate folder."""

import hashlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from kernel_dilation.datasets.published import download_cache
from stages import fetch, locate

import numpy as np
import pytest
import yaml
from idx_files import NAMES, four_files, image_file, label_file, write_folder

ROOT = Path(__file__).parents[1]
SHARED = ROOT.parent / "shared" / "mnist"
ARRAYS = [f"{letter}_{split}" for split in ("train", "validation", "test") for letter in "xy"]


@pytest.fixture
def workplace(tmp_path, monkeypatch) -> Path:
    """Empty folder in which to run the stages, with its own cache of downloads."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("DATASET_MIRROR", raising=False)
    return tmp_path


def choose(dataset: str, **data: object) -> None:
    """Write the project's params.yaml with another data set and other values of `data`."""
    parameters = yaml.safe_load((ROOT / "params.yaml").read_text())
    parameters["data"] = {"dataset": dataset, "validation_share": 0.1, "test_share": 0.2, "seed": 0, **data}
    Path("params.yaml").write_text(yaml.safe_dump(parameters))


def main() -> None:
    """Run both stages."""
    locate.main()
    fetch.main()


def load_digits() -> dict[str, np.ndarray]:
    """Return the arrays that fetch has written."""
    with np.load("data/digits.npz", allow_pickle=False) as arrays:
        return dict(arrays)


def folder_name(**files: int) -> str:
    """Return the expected name of a folder called mine; oracle: SHA-256 digest of the concatenated files."""
    return f"mine (SHA-256 {hashlib.sha256(b''.join(four_files(**files).values())).hexdigest()[:12]})"


def list_outputs() -> list[str]:
    """Return every file in the folders of outputs, except in data/source and data/unfinished."""
    paths = (str(path) for folder in ("data", "metrics") for path in Path(folder).rglob("*"))
    return sorted(path for path in paths if not path.startswith(("data/source", "data/unfinished")))


def test_a_folder_is_split_by_class_without_losing_or_repeating_a_digit(workplace, capsys):
    choose(str(write_folder(workplace / "mine", four_files(train=200, test=50), packed=True)))
    main()
    arrays = load_digits()
    assert list(arrays) == ARRAYS
    assert all(array.dtype == np.uint8 for array in arrays.values())
    assert [arrays[name].shape for name in ARRAYS] == [(180, 28, 28), (180,), (20, 28, 28), (20,), (50, 28, 28), (50,)]
    assert np.bincount(arrays["y_train"]).tolist() == [18] * 10
    assert np.bincount(arrays["y_validation"]).tolist() == [2] * 10
    numbers = np.concatenate([arrays["x_train"], arrays["x_validation"]])[:, 0, :2].astype(int) @ [256, 1]
    assert sorted(numbers.tolist()) == list(range(200))
    assert (numbers % 10 == np.concatenate([arrays["y_train"], arrays["y_validation"]])).all()
    assert arrays["x_test"].tobytes() == image_file(50, seed=1)[16:]  # the test digits of a data set are not changed
    assert capsys.readouterr().out.endswith(
        f"\nfetch: 180 train, 20 validation, 50 test digits of {folder_name()} written to data/digits.npz and described in metrics/fetch.json\n"
    )


def test_the_metrics_describe_the_digits(workplace):
    """Oracle: NumPy's mean and standard deviation of the scaled pixels, and the SHA-256 digest of the loaded arrays."""
    choose(str(write_folder(workplace / "mine", four_files())))
    main()
    metrics, arrays = json.loads(Path("metrics/fetch.json").read_text()), load_digits()
    pixels = arrays["x_train"].astype(float) / 255
    assert metrics["dataset"] == folder_name()
    assert metrics["digits"] == {"train": 180, "validation": 20, "test": 50}
    assert metrics["digits_by_class"] == {"train": [18] * 10, "validation": [2] * 10, "test": [5] * 10}
    assert metrics["pixel_mean"] == pytest.approx(pixels.mean(), rel=1e-12)
    assert metrics["pixel_standard_deviation"] == pytest.approx(pixels.std(), rel=1e-12)
    assert metrics["sha256"] == hashlib.sha256(b"".join(arrays[name].tobytes() for name in ARRAYS)).hexdigest()


def test_the_packaged_digits_are_split_in_three_and_reproducible(workplace):
    choose("mnist5k")
    main()
    first = [Path(name).read_bytes() for name in ("data/digits.npz", "metrics/fetch.json")]
    arrays = load_digits()
    assert [np.bincount(arrays[f"y_{split}"]).tolist() for split in ("train", "validation", "test")] == [[360] * 10, [40] * 10, [100] * 10]
    main()
    assert [Path(name).read_bytes() for name in ("data/digits.npz", "metrics/fetch.json")] == first
    assert list_outputs() == ["data/digits.npz", "metrics/fetch.json"]


def test_another_seed_gives_another_split_of_the_same_digits(workplace):
    folder = str(write_folder(workplace / "mine", four_files()))
    splits = []
    for seed in (0, 1):
        choose(folder, seed=seed)
        main()
        splits.append(load_digits())
    assert (splits[0]["x_validation"] != splits[1]["x_validation"]).any()
    assert (splits[0]["x_test"] == splits[1]["x_test"]).all()


@pytest.mark.skipif(not SHARED.is_dir(), reason="needs the files of MNIST beside the repository")
def test_all_seventy_thousand_digits_of_mnist_come_from_a_folder_given_as_mirror(workplace, monkeypatch):
    """Oracle: published class counts of the test set, and the known mean and standard deviation, 0.1307 and 0.3081."""
    monkeypatch.setenv("DATASET_MIRROR", os.path.relpath(SHARED))
    choose("mnist")
    main()
    metrics = json.loads(Path("metrics/fetch.json").read_text())
    assert metrics["digits"] == {"train": 54000, "validation": 6000, "test": 10000}
    assert metrics["digits_by_class"]["test"] == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]
    assert metrics["pixel_mean"] == pytest.approx(0.1307, abs=5e-4)
    assert metrics["pixel_standard_deviation"] == pytest.approx(0.3081, abs=5e-4)
    assert load_digits()["y_test"][:5].tolist() == [7, 2, 1, 0, 4]


def test_without_a_network_the_process_ends_with_status_one_and_one_line(workplace):
    choose("fashion_mnist")
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9"}  # a port on which nothing listens
    environment = {**os.environ, **nowhere, "PYTHONPATH": str(ROOT)}
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "all_proxy"):
        environment.pop(name, None)
    locate.main()
    process = subprocess.run([sys.executable, "-m", "stages.fetch"], env=environment, capture_output=True, text=True, check=False)
    assert (process.returncode, process.stdout) == (1, "")
    assert process.stderr.startswith("fetch: train-images-idx3-ubyte of fashion_mnist could not be obtained")
    assert process.stderr.count("\n") == 1
    assert (
        process.stderr.count(
            "not reached: the proxy cannot be reached or refuses the connection (Connection refused); check HTTPS_PROXY and HTTP_PROXY"
        )
        == 3
    )
    assert list_outputs() == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        (NAMES[0], image_file(200)[:-1], "train-images-idx3-ubyte: its header declares 156800 bytes of items, but the file ends"),
        (NAMES[0], image_file(200, side=32), "train-images-idx3-ubyte: an image must be 28 x 28 pixels; got 32 x 32"),
        (NAMES[1], image_file(200), "train-labels-idx1-ubyte: the magic number must be 0x00000801; got 0x00000803"),
        (NAMES[2], image_file(49), "t10k-images-idx3-ubyte has 49 images, but t10k-labels-idx1-ubyte has 50 labels"),
        (NAMES[3], label_file(np.full(50, 11)), "t10k-labels-idx1-ubyte: a label must be from 0 to 9; got 11"),
        (NAMES[3], label_file(np.arange(50) % 9), "every class must occur in every split; test has no digit of class 9"),
    ],
)
def test_an_invalid_folder_is_refused_by_name_and_the_old_digits_are_kept(workplace, name, content, sentence):
    folder = write_folder(workplace / "mine", four_files())
    choose(str(folder))
    main()
    before = Path("data/digits.npz").read_bytes()
    (folder / name).write_bytes(content)
    with pytest.raises(SystemExit, match=f"^(locate|fetch): .*{sentence}"):
        main()
    assert Path("data/digits.npz").read_bytes() == before
    assert list_outputs() == ["data/digits.npz", "metrics/fetch.json"]


def test_a_share_too_small_for_every_class_is_refused_with_both_numbers(workplace):
    choose(str(write_folder(workplace / "mine", four_files())), validation_share=0.01)
    with pytest.raises(SystemExit, match=r"^fetch: a share of 0.01 of 200 digits cannot be held back: "):
        main()


def test_a_broken_or_missing_parameter_file_is_refused(workplace):
    with pytest.raises(SystemExit, match=r"^locate: .*No such file or directory: 'params.yaml'"):
        main()
    choose("nowhere")
    with pytest.raises(SystemExit, match=r"(?s)^locate: params.yaml breaks these rules:.*data.dataset.*nowhere"):
        main()
    assert list_outputs() == []


def test_without_a_home_folder_downloads_are_kept_in_a_temporary_folder(workplace, monkeypatch):
    """Without HOME and an entry for the user, the folder of caches starts with a `~` that cannot be expanded."""
    monkeypatch.setattr("pooch.os_cache", lambda name: Path("~/.cache") / name)
    assert download_cache().parent == Path(tempfile.gettempdir())
