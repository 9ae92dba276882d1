"""The study, tiny but real: it leaves what it promises, and on its finished state does nothing."""

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
LEFT = ("README.md", "answers.json", "fetch.json", "run.json", "report.html", "tables/accuracy.csv", "figures/accuracy_by_dilation.png", *LOCKS)
REPLICATED = ("accuracy.csv", "fall.csv", "answers.json", "replication.png")


def study(root: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """`make study`, finished, in the copy."""
    done = subprocess.run([sys.executable, "-m", "tools.study.run_study"], cwd=root, env=clean_environment(), capture_output=True, text=True)
    if check and done.returncode:
        pytest.fail(f"{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
    return done


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the project with a tiny study that is finished."""
    root = tmp_path_factory.mktemp("study")
    copied_project(root)
    (root / "study").mkdir()
    for name in ("replication.yaml", "README.template.md"):
        if Path("study", name).exists():
            shutil.copy(Path("study", name), root / "study" / name)
    (root / "study/params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), {"learn": {"methods": ["mixture"]}})))
    assert "same, valid, valid-matched had to run" in study(root).stdout
    return root


@pytest.mark.slow
def test_the_study_leaves_what_it_promises_and_the_default_run_alone(root):
    for name in (*LEFT, *(f"replication/{name}" for name in REPLICATED)):
        assert (root / "study" / name).stat().st_size > 0, name
    assert not (root / "data").exists()
    assert not (root / "metrics/answers.json").exists()
    replicated = json.loads((root / "study/replication/answers.json").read_text())
    assert set(replicated) == {"same", "valid", "valid-matched"}
    assert set(replicated["valid"]["class_model"]) >= {"confidence", "transfer", "class_mean_correlation"}
    seconds = json.loads((root / "study/run.json").read_text())["wall_seconds"]
    assert set(seconds) == set(replicated)


@pytest.mark.slow
def test_a_finished_study_does_nothing_even_where_its_data_is_not(root, tmp_path):
    kept = {path: path.read_bytes() for path in (root / "study").rglob("*") if path.is_file() and "work" not in path.parts}
    shutil.move(root / "study/work", tmp_path / "work")
    assert "nothing had to run" in study(root).stdout
    shutil.rmtree(root / "study/work")
    shutil.move(tmp_path / "work", root / "study/work")
    assert "nothing had to run" in study(root).stdout
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.slow
def test_a_broken_parameter_is_told_before_any_work(root):
    path = root / "study/replication.yaml"
    before = path.read_text()
    path.write_text(before.replace("padding: valid", "padding: vaild", 1))
    done = study(root, check=False)
    path.write_text(before)
    assert done.returncode
    assert "the run valid: params.yaml breaks these rules" in done.stderr
    assert "Traceback" not in done.stderr
