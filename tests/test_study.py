"""A tiny but real study writes all its results, and does nothing if it is up to date."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

from tools.project_copy import with_changes

import pytest
import yaml
from tiny_projects import clean_environment, copied_project, tiny_params

LOCKS = ("dvc.lock", "valid.lock", "valid-matched.lock")
RESULTS = ("README.md", "answers.json", "fetch.json", "run.json", "report.html", "tables/accuracy.csv", "figures/accuracy_by_dilation.png", *LOCKS)
REPLICATED = ("accuracy.csv", "fall.csv", "answers.json", "replication.png")


def run_study(root: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `make study` in the copy of the project."""
    process = subprocess.run([sys.executable, "-m", "tools.study.run_study"], cwd=root, env=clean_environment(), capture_output=True, text=True)
    if check and process.returncode:
        pytest.fail(f"{process.stdout[-3000:]}\n{process.stderr[-3000:]}")
    return process


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the project with a finished tiny study."""
    root = tmp_path_factory.mktemp("study")
    copied_project(root)
    (root / "study").mkdir()
    for name in ("replication.yaml", "README.template.md"):
        if Path("study", name).exists():
            shutil.copy(Path("study", name), root / "study" / name)
    (root / "study/params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), {"learn": {"methods": ["mixture"]}})))
    assert "same, valid, valid-matched had to run" in run_study(root).stdout
    return root


@pytest.mark.slow
def test_the_study_writes_its_results_and_does_not_touch_the_default_run(root):
    for name in (*RESULTS, *(f"replication/{name}" for name in REPLICATED)):
        assert (root / "study" / name).stat().st_size > 0, name
    assert not (root / "data").exists()
    assert not (root / "metrics/answers.json").exists()
    replicated = json.loads((root / "study/replication/answers.json").read_text())
    assert set(replicated) == {"same", "valid", "valid-matched"}
    assert set(replicated["valid"]["class_model"]) >= {"confidence", "transfer", "class_mean_correlation"}
    seconds = json.loads((root / "study/run.json").read_text())["wall_seconds"]
    assert set(seconds) == set(replicated)


@pytest.mark.slow
def test_a_finished_study_does_nothing_even_if_its_data_are_missing(root, tmp_path):
    kept = {path: path.read_bytes() for path in (root / "study").rglob("*") if path.is_file() and "work" not in path.parts}
    shutil.move(root / "study/work", tmp_path / "work")
    assert "nothing had to run" in run_study(root).stdout
    shutil.rmtree(root / "study/work")
    shutil.move(tmp_path / "work", root / "study/work")
    assert "nothing had to run" in run_study(root).stdout
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.slow
def test_an_invalid_parameter_is_reported_before_any_work(root):
    path = root / "study/replication.yaml"
    before = path.read_text()
    path.write_text(before.replace("padding: valid", "padding: vaild", 1))
    process = run_study(root, check=False)
    path.write_text(before)
    assert process.returncode
    assert "the run valid: params.yaml breaks these rules" in process.stderr
    assert "Traceback" not in process.stderr
