"""Other processors, emulated on this one: TensorFlow without oneDNN, and oneDNN without recent instruction sets.

Both settings are read when TensorFlow starts, so each test runs a separate process. Oracles: this
process, on whichever processor it runs, and Keras itself.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

from tools.project_copy import with_changes

import keras
import numpy as np
import pytest
import yaml
from arithmetic import compute_all
from tiny_projects import clean_environment, copied_project, tiny_params

PROCESSORS = {"without oneDNN": {"TF_ENABLE_ONEDNN_OPTS": "0"}, "AVX2": {"ONEDNN_MAX_CPU_ISA": "AVX2"}, "SSE 4.1": {"ONEDNN_MAX_CPU_ISA": "SSE41"}}
PROGRAM = "import kernel_dilation, sys; from arithmetic import save; save(sys.argv[1])"  # the project is imported before TensorFlow


def arithmetic_of(file: Path, **environment: str) -> dict[str, np.ndarray]:
    """Return the results of a process with this environment."""
    paths = os.pathsep.join([str(Path.cwd()), str(Path(__file__).parent)])
    command = [sys.executable, "-c", PROGRAM, str(file)]
    subprocess.run(command, env=clean_environment() | {"PYTHONPATH": paths} | environment, check=True, capture_output=True)
    with np.load(file) as archive:
        return dict(archive)


@pytest.fixture(scope="module")
def here() -> dict[str, np.ndarray]:
    """Return the results of this process."""
    return compute_all()


@pytest.mark.slow
@pytest.mark.parametrize("processor", PROCESSORS)
def test_other_processors_give_the_same_results(processor, here, tmp_path):
    there = arithmetic_of(tmp_path / "there.npz", **PROCESSORS[processor])
    assert there.keys() == here.keys()
    for name, array in here.items():
        np.testing.assert_allclose(there[name], array, atol=1e-4 * np.abs(array).max(), rtol=0, err_msg=name)


@pytest.fixture(scope="module")
def unrestricted(tmp_path_factory) -> dict[str, np.ndarray]:
    """Return the results of a process without any setting of threads."""
    return arithmetic_of(tmp_path_factory.mktemp("unrestricted") / "results.npz")


@pytest.mark.slow
@pytest.mark.parametrize("threads", ["1", "8"])
def test_bytes_do_not_depend_on_thread_settings_of_the_environment(threads, unrestricted, tmp_path):
    """Maps of `occlusion` once differed, because OpenBLAS divides the product of decreases and patches among threads."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS")
    restricted = arithmetic_of(tmp_path / "restricted.npz", **dict.fromkeys(names, threads))
    assert {name: array.tobytes() for name, array in restricted.items()} == {name: array.tobytes() for name, array in unrestricted.items()}


@pytest.mark.parametrize(("wanted", "found"), [({}, "1"), ({"TF_ENABLE_ONEDNN_OPTS": "0"}, "0")])
def test_onednn_is_enabled_unless_the_user_disables_it(wanted, found):
    code = "import stages.train, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    environment = clean_environment()
    environment.pop("TF_ENABLE_ONEDNN_OPTS", None)
    done = subprocess.run([sys.executable, "-c", code], env=environment | wanted, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == found


def test_keras_settings_of_the_user_do_not_affect_the_networks(tmp_path):
    (tmp_path / "keras.json").write_text(json.dumps({"backend": "torch", "floatx": "float16", "image_data_format": "channels_first"}))
    code = "import kernel_dilation.model.network, keras; print(keras.backend.backend(), keras.config.floatx(), keras.config.image_data_format())"
    environment = clean_environment() | {"KERAS_BACKEND": "jax", "KERAS_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["tensorflow", "float32", "channels_last"]


@pytest.fixture(scope="module", params=[("without oneDNN", "all"), ("AVX2", "first")], ids=" ".join)
def emulated(request, tmp_path_factory) -> Path:
    """Run all stages of a tiny project on another processor; the tests above compute all methods there."""
    processor, dilate = request.param
    root = tmp_path_factory.mktemp("emulated")
    copied_project(root)
    params = with_changes(tiny_params(), {"network": {"dilate": dilate}})
    (root / "params.yaml").write_text(yaml.safe_dump(params), encoding="utf-8")
    arms = [f"{stage} {arm}" for stage in ("train", "saliency") for arm in ("1-3-max", "2-3-max")]
    stages = [
        "locate",
        "fetch",
        *arms,
        "transfer",
        "mark",
        "rounds",
        *(f"learn {method}" for method in params["learn"]["methods"]),
        "analyze",
        "report",
    ]
    run(root, "tools.with_worker_pool", "sh", "-c", " && ".join(f"python -m stages.{stage}" for stage in stages), **PROCESSORS[processor])
    return root


def run(root: Path, module: str, *arguments: str, **environment: str) -> None:
    """Run a module of the project, and check that it succeeds."""
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, cwd=root, env=clean_environment() | environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-3000:]


@pytest.mark.slow
def test_the_pipeline_runs_from_digits_to_answers_on_other_processors(emulated):
    answers = json.loads((emulated / "data/analysis/answers.json").read_text(encoding="utf-8"))
    assert {"accuracy", "saliency", "learned"} <= set(answers)
    assert (emulated / "plots/report.html").stat().st_size > 0
    digits = np.load(emulated / "data/digits.npz")["x_test"][..., None].astype(np.float32) / 255
    for arm in ("1-3-max", "2-3-max"):
        network = keras.models.load_model(emulated / f"data/networks/{arm}/replicate-01.keras")
        logits = np.load(emulated / f"data/networks/{arm}/predictions.npz")["logits"][1]
        np.testing.assert_allclose(network(digits), logits, atol=1e-4)


@pytest.mark.slow
def test_bytes_of_the_analysis_do_not_depend_on_thread_settings(emulated):
    found = []
    for threads in ("1", "8"):
        run(emulated, "stages.analyze", OMP_NUM_THREADS=threads, OPENBLAS_NUM_THREADS=threads)
        files = sorted((emulated / "data/analysis").iterdir())
        found.append({path.name: path.read_bytes() for path in files})
    assert found[0] == found[1]
