"""Other processors, had on this one: TensorFlow without oneDNN, and oneDNN without the newest instructions.

Both are read when TensorFlow starts, so each is a process of its own. Oracles: this process, whichever
processor it runs on, and plain Keras.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from kernel_dilation.experiment.parameter_types import available_methods
from tools.project_copy import with_changes

import keras
import numpy as np
import pytest
import yaml
from arithmetic import computed
from tiny_projects import clean_environment, copied_project, tiny_params

PROCESSORS = {"without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"}, "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "SSE 4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"}}
PROGRAM = "import kernel_dilation, sys; from arithmetic import save; save(sys.argv[1])"  # the project comes before TensorFlow


def arithmetic_of(file: Path, **environment: str) -> dict[str, np.ndarray]:
    """What a process with this environment computes."""
    paths = os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])
    command = [sys.executable, "-c", PROGRAM, str(file)]
    subprocess.run(command, env=clean_environment() | {"PYTHONPATH": paths} | environment, check=True, capture_output=True)
    with np.load(file) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def here() -> dict[str, np.ndarray]:
    """What this process computes."""
    return computed()


@pytest.mark.slow
@pytest.mark.parametrize("processor", PROCESSORS)
def test_other_processors_compute_the_same_logits_maps_class_models_training_and_learning(processor, here, tmp_path):
    there = arithmetic_of(tmp_path / "there.npz", **PROCESSORS[processor])
    assert there.keys() == here.keys()
    for name, array in here.items():
        np.testing.assert_allclose(there[name], array, atol=1e-4 * np.abs(array).max(), rtol=0, err_msg=name)


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "8"])
def test_bytes_do_not_depend_on_the_threads_that_were_asked_for_outside(threads, tmp_path):
    """What differed were maps of `occlusion`: OpenBLAS shares out the product of falls and patches among its threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    free = arithmetic_of(tmp_path / "free.npz")
    told = arithmetic_of(tmp_path / "told.npz", **dict.fromkeys(names, threads))
    assert {name: array.tobytes() for name, array in told.items()} == {name: array.tobytes() for name, array in free.items()}


@pytest.mark.parametrize(("wanted", "found"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")])
def test_onednn_is_on_unless_the_user_says_otherwise(wanted, found):
    code = "import stages.train, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    environment = clean_environment()
    environment.pop("TF_ENABLE_ONEDNN_OPTS", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment | wanted, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == found


def test_keras_settings_of_the_user_do_not_reach_the_networks(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch", "floatx": "float16", "image_data_format": "channels_first"}))
    code = "import kernel_dilation.model.network, keras; print(keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format())"
    environment = clean_environment() | {"KERAS_BACKEND": "jax", "KERAS_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tensorflow", "float32", "channels_last"]


@pytest.fixture(scope="module", params=["first", "all"])
def without_onednn(request, tmp_path_factory) -> Path:
    """A tiny project, all of whose stages ran without oneDNN, every way to learn and every saliency method among them."""
    root = tmp_path_factory.mktemp("without")
    copied_project(root)
    methods = sorted(available_methods("dilation_methods"))
    changes = {
        "network": {"dilate": request.param},
        "learn": {"methods": methods},
        "saliency": {"methods": sorted(available_methods("saliency_methods"))},
    }
    (root / "params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), changes)), encoding="utf-8")
    arms = [f"{stage} {arm}" for stage in ("train", "saliency") for arm in ("1-3-max", "2-3-max")]
    stages = ["fetch", *arms, "transfer", *(f"learn {method}" for method in methods), "analyze", "report"]
    run(root, "tools.with_worker_pool", "sh", "-c", " && ".join(f"python -m stages.{stage}" for stage in stages), TF_ENABLE_ONEDNN_OPTS="0")
    return root


def run(root: Path, module: str, *arguments: str, **environment: str) -> None:
    """Run a module of the project, which must succeed."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=root, env=clean_environment() | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_without_onednn_the_pipeline_goes_from_digits_to_answers(without_onednn):
    answers = json.loads((without_onednn / "metrics/answers.json").read_text(encoding="utf-8"))
    assert {"accuracy", "saliency", "learned"} <= set(answers)
    assert (without_onednn / "plots/report.html").stat().st_size > 0
    digits = np.load(without_onednn / "data/digits.npz")["x_test"][..., None].astype(np.float32) / 255
    for arm in ("1-3-max", "2-3-max"):
        network = keras.models.load_model(without_onednn / f"data/networks/{arm}/replicate-01.keras")
        logits = np.load(without_onednn / f"data/networks/{arm}/predictions.npz")["logits"][1]
        np.testing.assert_allclose(network(digits), logits, atol=1e-4)


@pytest.mark.slow
def test_the_analysis_gives_the_same_bytes_whatever_threads_were_asked_for(without_onednn):
    found = []
    for threads in ("1", "8"):
        run(without_onednn, "stages.analyze", OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
        files = [without_onednn / "metrics/answers.json", *sorted((without_onednn / "data/analysis").iterdir())]
        found.append({path.name: path.read_bytes() for path in files})
    assert found[0] == found[1]
