"""The whole pipeline, tiny but real, in a clone: which stages run again after which change.

Every test starts from the same finished state, which is put back behind it.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import keras
import numpy as np
import pytest
import yaml
from tiny_projects import clean_environment, copied_project, tiny_params

pytestmark = pytest.mark.slow

ALL = {"locate", "fetch", "train@1-3-max", "train@2-3-max", "saliency@1-3-max", "saliency@2-3-max", "transfer", "analyze", "report"}
SALIENCIES = {"saliency@1-3-max", "saliency@2-3-max"}
TRAININGS = {"train@1-3-max", "train@2-3-max"}
MEETING = {"transfer", "analyze", "report"}
HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


class Clone:
    """A copy of the project with parameters of its own, beside a warm pool of workers."""

    def __init__(self, root: Path, environment: dict[str, str], kept: Path) -> None:
        self.root, self.environment, self.kept = root, environment, kept

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """The command, finished, in the clone."""
        done = subprocess.run([sys.executable, "-m", *command], cwd=self.root, env=self.environment, capture_output=True, text=True)
        if check and done.returncode:
            pytest.fail(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done

    def ran(self) -> set[str]:
        """Stages that `dvc repro` runs."""
        return set(re.findall(r"^Running stage '([^']+)'", self.run("dvc", "repro").stdout, re.MULTILINE))

    @property
    def params(self) -> dict:
        """What params.yaml holds."""
        return yaml.safe_load((self.root / "params.yaml").read_text())

    @params.setter
    def params(self, params: dict) -> None:
        (self.root / "params.yaml").write_text(yaml.safe_dump(params))

    def answers(self) -> dict:
        """What metrics/answers.json holds."""
        return json.loads((self.root / "metrics/answers.json").read_text())


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """The clone after its first `dvc repro`, which ran every stage."""
    root = tmp_path_factory.mktemp("clone")
    copied_project(root)
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-c", HOLD]
    with subprocess.Popen(command, cwd=root, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pool:
        clone = Clone(root, json.loads(pool.stdout.readline()), tmp_path_factory.mktemp("kept"))
        clone.params = tiny_params()
        assert clone.ran() == ALL | {f"learn@{method}" for method in clone.params["learn"]["methods"]}
        replaced(root, clone.kept)
        yield clone
        pool.stdin.close()


def replaced(source: Path, target: Path) -> None:
    """Put what changes while a pipeline runs into the target as it is in the source, times included; the cache stays."""
    for name in ("data", "metrics", "plots", "stages", "kernel_dilation", "dvc.lock", "params.yaml"):
        if (target / name).is_dir():
            shutil.rmtree(target / name)
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
        copy(source / name, target / name)


@pytest.fixture
def clone(finished: Clone) -> Iterator[Clone]:
    """The finished clone, brought back to that state afterwards."""
    yield finished
    replaced(finished.kept, finished.root)


def learning(clone: Clone) -> set[str]:
    """The stages that learn a dilation."""
    return {f"learn@{method}" for method in clone.params["learn"]["methods"]}


def test_nothing_runs_when_nothing_changed(clone):
    assert clone.ran() == set()
    assert "up to date" in clone.run("dvc", "status").stdout


CHANGES: dict[str, tuple[dict, Callable[[Clone], set[str]]]] = {
    "a dilation added": ({"dilations": [1, 2, 3]}, lambda clone: {"train@3-3-max", "saliency@3-3-max"} | MEETING),
    "a kernel size added": (
        {"kernel_sizes": [3, 5]},
        lambda clone: {f"{stage}@{dilation}-5-max" for stage in ("train", "saliency") for dilation in (1, 2)} | MEETING,
    ),
    "a pooling added": (
        {"poolings": ["max", "stride"]},
        lambda clone: {f"{stage}@{dilation}-3-stride" for stage in ("train", "saliency") for dilation in (1, 2)} | MEETING,
    ),
    "a dilation removed": ({"dilations": [1]}, lambda clone: MEETING),
    "analyze": ({"analyze": {"alpha": 0.1}}, lambda clone: {"analyze", "report"}),
    "saliency of maps": ({"saliency": {"methods": ["gradient"]}}, lambda clone: SALIENCIES | {"analyze", "report"}),
    "saliency of class models": ({"saliency": {"steps": 6}}, lambda clone: SALIENCIES | MEETING),
    "train": ({"train": {"epochs": 2}}, lambda clone: TRAININGS | SALIENCIES | MEETING),
    "network": ({"network": {"dense": 9}}, lambda clone: TRAININGS | SALIENCIES | MEETING),
    "learn": ({"learn": {"seed": 1}}, lambda clone: learning(clone) | {"analyze", "report"}),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_parameters_runs_what_depends_on_it_and_nothing_else(clone, change):
    changes, expected = CHANGES[change]
    clone.params = {
        key: (value | changes.get(key, {})) if isinstance(value, dict) else changes.get(key, value) for key, value in clone.params.items()
    }
    assert clone.ran() == expected(clone) | {"locate"}  # which checks the whole file


def test_a_removed_dilation_leaves_nothing_stale_and_comes_back_without_computing(clone):
    before = clone.answers()
    clone.params = clone.params | {"dilations": [1]}
    clone.run("dvc", "repro")
    assert set(clone.answers()["accuracy"]["mean_percent"]) == {"1"}
    assert [folder.name for folder in sorted((clone.root / "data/networks").iterdir())] == ["1-3-max"]
    clone.params = clone.params | {"dilations": [1, 2]}
    assert not clone.ran() & (TRAININGS | SALIENCIES)
    assert clone.answers() == before


def test_a_change_of_one_code_file_runs_the_stages_that_import_it(clone):
    """A comment changes the file and not its outputs, so that what follows stays as it is."""
    for name, expected in (
        ("kernel_dilation/training/loop.py", TRAININGS | learning(clone)),
        ("kernel_dilation/dilation_methods/mixture.py", {"learn@mixture"}),
        ("kernel_dilation/analysis/answers.py", {"analyze"}),
    ):
        path = clone.root / name
        content = path.read_text()
        path.write_text(content + "# the same\n")
        assert clone.ran() == expected


def test_broken_parameters_stop_everything_before_any_work(clone):
    clone.params = clone.params | {"dilations": [1, 0], "poolings": ["max", "median"]}
    done = clone.run("dvc", "repro", check=False)
    assert done.returncode != 0
    assert "dilations.1" in done.stdout + done.stderr
    assert "poolings.1" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr
    assert not (clone.root / "data/networks/0-3-max").exists()


def test_a_stage_gives_the_same_bytes_again(clone):
    """Metrics, and every output of every stage by its hash in dvc.lock."""
    before = (clone.root / "dvc.lock").read_text(), clone.answers()
    clone.run("dvc", "repro", "--force")
    assert ((clone.root / "dvc.lock").read_text(), clone.answers()) == before


def test_networks_open_in_plain_keras_and_give_the_predicted_logits(clone):
    digits = np.load(clone.root / "data/digits.npz")
    predictions = np.load(clone.root / "data/networks/2-3-max/predictions.npz")
    for replicate in range(2):
        network = keras.models.load_model(clone.root / f"data/networks/2-3-max/replicate-{replicate:02}.keras")
        logits = network.predict(digits["x_test"][..., None].astype(np.float32) / 255, verbose=0)
        np.testing.assert_allclose(logits, predictions["logits"][replicate], atol=1e-4)
    np.testing.assert_array_equal(predictions["labels"], digits["y_test"])


def test_a_finished_replicate_is_not_trained_again_after_an_interruption(clone):
    """The third replicate is killed with its stage; the first two must be taken from what they left."""
    params = clone.params
    clone.params = params | {"train": params["train"] | {"replicates": 3, "epochs": 40}}
    environment = {**clone.environment, "WORKERS": "1"}
    environment.pop("DASK_SCHEDULER_ADDRESS")  # the pool must die with its stage
    stage = subprocess.Popen([sys.executable, "-m", "stages.train", "1-3-max"], cwd=clone.root, env=environment, stderr=subprocess.DEVNULL)
    checkpoints = clone.root / "data/unfinished/train-1-3-max"
    while stage.poll() is None and len(list(checkpoints.glob("*/replicate-*"))) < 2:
        pass
    stage.kill()
    stage.wait()
    kept = {path.name: path.stat().st_mtime_ns for path in checkpoints.glob("*/replicate-*")}
    assert 2 <= len(kept) < 3, "the stage ended before it could be interrupted"
    again = clone.run("stages.train", "1-3-max")
    shown = {int(epochs) for epochs in re.findall(r"(\d+)/120 \[", again.stderr)}
    assert min(shown) == 40 * len(kept), "the bar begins where the interrupted run had come to, and goes on from there"
    assert max(shown) == 120
    assert not checkpoints.exists()
