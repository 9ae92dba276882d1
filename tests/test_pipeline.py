"""A tiny but real pipeline in a clone: the stages that run again after a change.

Every test starts from the same finished state, which is restored after it.
"""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tools.project_copy import with_changes

import keras
import numpy as np
import pytest
import yaml
from tiny_projects import clean_environment, copied_project, tiny_params

pytestmark = pytest.mark.slow

ALL = {"locate", "fetch", "train@1-3-max", "train@2-3-max", "saliency@1-3-max", "saliency@2-3-max", "transfer"}
ALL |= {"mark", "rounds", "analyze", "report"}
SALIENCY = {"saliency@1-3-max", "saliency@2-3-max"}
TRAINING = {"train@1-3-max", "train@2-3-max"}
COMMON = {"transfer", "analyze", "report"}
EPOCHS = 12  # of a run that is interrupted
HOLD = "import json, os, sys; print(json.dumps(dict(os.environ)), flush=True); sys.stdin.read()"


class Clone:
    """Copy of the project with its own parameters and a persistent pool of workers."""

    def __init__(self, root: Path, environment: dict[str, str], backup: Path) -> None:
        self.root, self.environment, self.backup = root, environment, backup

    def run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run a Python module in the clone."""
        process = subprocess.run([sys.executable, "-m", *command], cwd=self.root, env=self.environment, capture_output=True, text=True)
        if check and process.returncode:
            pytest.fail(f"{' '.join(command)} failed with status {process.returncode}:\n{process.stdout[-3000:]}\n{process.stderr[-3000:]}")
        return process

    def run_stages(self) -> set[str]:
        """Run `dvc repro` and return the stages that it executes."""
        return set(re.findall(r"^Running stage '([^']+)'", self.run("dvc", "repro").stdout, re.MULTILINE))

    def stale_stages(self) -> set[str]:
        """Return the stages whose code, parameters or inputs have changed, or that have no results yet."""
        return set(json.loads(self.run("dvc", "status", "--json").stdout))

    @property
    def params(self) -> dict:
        """Content of params.yaml."""
        return yaml.safe_load((self.root / "params.yaml").read_text())

    @params.setter
    def params(self, params: dict) -> None:
        (self.root / "params.yaml").write_text(yaml.safe_dump(params))

    def answers(self) -> dict:
        """Content of data/analysis/answers.json."""
        return json.loads((self.root / "data/analysis/answers.json").read_text())


@pytest.fixture(scope="module")
def finished_clone(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Clone]:
    """Clone after its first `dvc repro`, which ran every stage."""
    root = tmp_path_factory.mktemp("clone")
    copied_project(root)
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-c", HOLD]
    with subprocess.Popen(command, cwd=root, env=clean_environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as pool:
        clone = Clone(root, json.loads(pool.stdout.readline()), tmp_path_factory.mktemp("backup"))
        clone.params = tiny_params()
        assert clone.run_stages() == ALL | {f"learn@{method}" for method in clone.params["learn"]["methods"]}
        copy_state(root, clone.backup)
        yield clone
        pool.stdin.close()


def copy_state(source: Path, target: Path) -> None:
    """Copy everything that a run changes, with its times of modification, from source to target, except DVC's cache."""
    for name in ("data", "metrics", "plots", "stages", "kernel_dilation", "dvc.lock", "params.yaml"):
        if (target / name).is_dir():
            shutil.rmtree(target / name)
        copy = shutil.copytree if (source / name).is_dir() else shutil.copy2
        copy(source / name, target / name)


@pytest.fixture
def clone(finished_clone: Clone) -> Iterator[Clone]:
    """Finished clone, restored after the test."""
    yield finished_clone
    copy_state(finished_clone.backup, finished_clone.root)


def learn_stages(clone: Clone) -> set[str]:
    """Names of the stages that learn a dilation."""
    return {"rounds", *(f"learn@{method}" for method in clone.params["learn"]["methods"])}


def test_nothing_runs_when_nothing_changed(clone):
    assert clone.run_stages() == set()
    assert "up to date" in clone.run("dvc", "status").stdout


CHANGES: dict[str, tuple[dict, set[str]]] = {
    "a dilation added": ({"dilations": [1, 2, 3]}, {"train@3-3-max", "saliency@3-3-max", "mark", *COMMON}),
    "a kernel size added": ({"kernel_sizes": [3, 5]}, {"train@1-5-max", "train@2-5-max", "saliency@1-5-max", "saliency@2-5-max", "mark", *COMMON}),
    "a pooling added": (
        {"poolings": ["max", "stride"]},
        {"train@1-3-stride", "train@2-3-stride", "saliency@1-3-stride", "saliency@2-3-stride", "mark", *COMMON},
    ),
    "a dilation removed": ({"dilations": [1]}, {"mark", *COMMON}),
    "analyze": ({"analyze": {"alpha": 0.1}}, {"analyze", "report"}),
    "saliency of maps": ({"saliency": {"methods": ["gradient"]}}, {*SALIENCY, "mark", "analyze", "report"}),
    "saliency of class models": ({"saliency": {"steps": 6}}, {*SALIENCY, "mark"}),
    "mark": ({"mark": {"seed": 1}}, {"mark"}),
    "train": ({"train": {"epochs": 2}}, TRAINING),
    "network": ({"network": {"dense": 9}}, {*TRAINING, *SALIENCY, "mark", "transfer"}),
    "learn": ({"learn": {"seed": 1}}, {"rounds", "learn@mixture", "learn@continuous", "analyze", "report"}),
}


def change_parameters(clone: Clone, change: str) -> set[str]:
    """Make one of the changes in params.yaml and return the stages that must react to it."""
    changes, expected = CHANGES[change]
    clone.params = with_changes(clone.params, changes)
    return expected | {"locate"}  # which depends on the whole file


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_parameters_makes_the_stages_that_read_them_stale(clone, change):
    """Stages after these run only if the stale ones write other results; the next test runs them."""
    expected = change_parameters(clone, change)
    assert clone.stale_stages() == expected


@pytest.mark.parametrize("change", ["a dilation added", "saliency of maps"])
def test_a_change_of_parameters_runs_the_dependent_stages_only(clone, change):
    expected = change_parameters(clone, change)
    assert clone.run_stages() == expected


def test_a_removed_dilation_leaves_no_outputs_and_is_restored_without_computation(clone):
    before = clone.answers()
    clone.params = clone.params | {"dilations": [1]}
    clone.run("dvc", "repro")
    assert set(clone.answers()["accuracy"]["mean_percent"]) == {"1"}
    assert [folder.name for folder in sorted((clone.root / "data/networks").iterdir())] == ["1-3-max"]
    clone.params = clone.params | {"dilations": [1, 2]}
    assert not clone.run_stages() & (TRAINING | SALIENCY)
    assert clone.answers() == before


def test_a_change_of_one_code_file_concerns_the_stages_that_import_it(clone):
    for name, expected in (
        ("kernel_dilation/training/loop.py", TRAINING | {"mark"} | learn_stages(clone)),
        ("kernel_dilation/dilation_methods/mixture.py", {"learn@mixture"}),
        ("kernel_dilation/analysis/field_answer.py", {"analyze"}),
    ):
        path = clone.root / name
        content = path.read_text()
        path.write_text(content + "# comment\n")
        assert clone.stale_stages() == expected
        path.write_text(content)


def test_later_stages_do_not_run_if_changed_code_writes_the_same_results(clone):
    path = clone.root / "kernel_dilation/dilation_methods/mixture.py"
    path.write_text(path.read_text() + "# comment\n")
    assert clone.run_stages() == {"learn@mixture"}


def test_invalid_parameters_stop_the_pipeline_before_any_work(clone):
    clone.params = clone.params | {"dilations": [1, 0], "poolings": ["max", "median"]}
    process = clone.run("dvc", "repro", check=False)
    assert process.returncode != 0
    assert "dilations.1" in process.stdout + process.stderr
    assert "poolings.1" in process.stdout + process.stderr
    assert "Traceback" not in process.stdout + process.stderr
    assert not (clone.root / "data/networks/0-3-max").exists()


def test_a_repeated_run_produces_the_same_bytes(clone):
    """Metrics are compared, and every output of every stage by its hash in dvc.lock."""
    before = (clone.root / "dvc.lock").read_text(), clone.answers()
    clone.run("dvc", "repro", "--force")
    assert ((clone.root / "dvc.lock").read_text(), clone.answers()) == before


def test_networks_can_be_loaded_by_plain_keras_and_reproduce_the_logits(clone):
    digits = np.load(clone.root / "data/digits.npz")
    predictions = np.load(clone.root / "data/networks/2-3-max/predictions.npz")
    for replicate in range(2):
        network = keras.models.load_model(clone.root / f"data/networks/2-3-max/replicate-{replicate:02}.keras")
        logits = network.predict(digits["x_test"][..., None].astype(np.float32) / 255, verbose=0)
        np.testing.assert_allclose(logits, predictions["logits"][replicate], atol=1e-4)
    np.testing.assert_array_equal(predictions["labels"], digits["y_test"])


def test_a_finished_replicate_is_not_trained_again_after_an_interruption(clone):
    """The third replicate is killed with its stage; the first two must be restored from their checkpoints."""
    params = clone.params
    clone.params = params | {"train": params["train"] | {"replicates": 3, "epochs": EPOCHS}}
    environment = {**clone.environment, "WORKERS": "1"}
    environment.pop("DASK_SCHEDULER_ADDRESS")  # so that the workers die with the stage
    stage = subprocess.Popen([sys.executable, "-m", "stages.train", "1-3-max"], cwd=clone.root, env=environment, stderr=subprocess.DEVNULL)
    checkpoints = clone.root / "data/unfinished/train-1-3-max"
    while stage.poll() is None and len(list(checkpoints.glob("*/replicate-*"))) < 2:
        pass
    stage.kill()
    stage.wait()
    finished = {path.name: path.stat().st_mtime_ns for path in checkpoints.glob("*/replicate-*")}
    assert 2 <= len(finished) < 3, "the stage ended before it could be interrupted"
    again = clone.run("stages.train", "1-3-max")
    shown = {int(epochs) for epochs in re.findall(rf"(\d+)/{3 * EPOCHS} \[", again.stderr)}
    assert min(shown) == EPOCHS * len(finished), "the progress bar must start where the interrupted run stopped"
    assert max(shown) == 3 * EPOCHS
    assert not checkpoints.exists()
