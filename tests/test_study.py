"""A tiny but real study writes all its results, and does nothing if it is up to date."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tools.project_copy import with_changes

import pandas as pd
import pytest
import yaml
from idx_files import four_files, write_folder
from tiny_projects import clean_environment, copied_project, tiny_params

SIDE_RUNS = """
valid: {question: q, target: transfer, changes: {network: {padding: valid}}}
valid-matched: {question: q, target: transfer, changes: {network: {padding: valid, match_weights: same}}}
same-narrow: {question: q, target: transfer, changes: {network: {match_weights: valid}}}
random-taps: {question: q, target: train, changes: {dilations: [1, 4], network: {taps: random}}}
letters: {question: q, target: train, changes: {data: {dataset: $DATASET_LETTERS}}}
"""
RESULTS = (
    "README.md",
    "ro-crate-metadata.json",
    "answers.json",
    "fetch.json",
    "run.json",
    "reach.csv",
    "report.html",
    "tables/accuracy.csv",
    "tables/choices.csv",
    "tables/rounds.csv",
    "figures/accuracy_by_dilation.png",
)
REPLICATED = ("accuracy.csv", "fall.csv", "replicates.csv", "answers.json", "replication.png")
KEPT = {
    "same": {"learning.json", "metrics.csv"}, "valid": {"metrics.csv"}, "valid-matched": {"metrics.csv"}, "same-narrow": {"metrics.csv"},
    "random-taps": set(), "letters": set(),
}  # fmt: skip


def run_study(root: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    """Run `make study` in the copy of the project, with a folder of images as letters and another as the store of finished outputs."""
    environment = {**clean_environment(), "DATASET_LETTERS": str(root / "glyphs"), "STUDY_STORE": str(root.parent / f"{root.name}-store")}
    process = subprocess.run([sys.executable, "-m", "tools.study.run_study"], cwd=root, env=environment, capture_output=True, text=True)
    if check and process.returncode:
        pytest.fail(f"{process.stdout[-3000:]}\n{process.stderr[-3000:]}")
    return process


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Copy of the project with a finished tiny study."""
    root = tmp_path_factory.mktemp("study")
    copied_project(root)
    (root / "study").mkdir()
    shutil.copy("study/README.template.md", root / "study")
    (root / "study/side_runs.yaml").write_text(SIDE_RUNS)
    write_folder(root / "glyphs", four_files(400, 100))
    (root / "study/params.yaml").write_text(yaml.safe_dump(with_changes(tiny_params(), {"learn": {"methods": ["mixture"]}})))
    assert f"{', '.join(KEPT)} had to run" in run_study(root).stdout
    return root


@pytest.mark.stress
def test_the_study_writes_its_results_and_does_not_touch_the_default_run(root):
    for name in (*RESULTS, *(f"replication/{name}" for name in REPLICATED)):
        assert (root / "study" / name).stat().st_size > 0, name
    assert not (root / "data").exists()
    assert not (root / "metrics/accuracy.json").exists()
    replicated = json.loads((root / "study/replication/answers.json").read_text())
    assert set(replicated) == {"same", "same-narrow", "valid", "valid-matched"}
    assert set(replicated["valid"]["class_model"]) >= {"confidence", "transfer", "class_mean_correlation"}
    seconds = json.loads((root / "study/run.json").read_text())["wall_seconds"]
    assert set(seconds) == set(KEPT)


@pytest.mark.stress
@pytest.mark.parametrize("run", KEPT)
def test_the_small_results_of_every_run_are_kept_with_the_data_that_they_were_seen_on(root, run):
    folder = root / "study/runs" / run
    assert {path.name for path in folder.iterdir()} >= {"dvc.lock", "fetch.json", "accuracy.csv", "classes.csv", "verdict.json", *KEPT[run]}
    accuracies, verdict = pd.read_csv(folder / "accuracy.csv"), json.loads((folder / "verdict.json").read_text())
    assert len(accuracies) == 2 * 2  # dilations and replicates
    assert verdict["dataset"].startswith("glyphs (SHA-256 ") == (run == "letters")
    assert verdict["sha256"] == json.loads((folder / "fetch.json").read_text())["sha256"]


@pytest.mark.stress
def test_the_table_of_reach_compares_random_taps_with_the_main_run(root):
    """At dilation 1 random taps are the lattice, so these are the same networks."""
    reach = pd.read_csv(root / "study/reach.csv").set_index(["run", "dilation"])
    assert reach.loc[("random-taps", 1), "minus_main"] == 0
    assert set(reach.index.get_level_values("run")) == set(KEPT)


@pytest.mark.stress
def test_a_finished_study_does_nothing_even_if_its_data_are_missing(root, tmp_path):
    kept = {path: path.read_bytes() for path in (root / "study").rglob("*") if path.is_file() and "work" not in path.parts}
    shutil.move(root / "study/work", tmp_path / "work")
    assert "nothing had to run" in run_study(root).stdout
    shutil.rmtree(root / "study/work")
    shutil.move(tmp_path / "work", root / "study/work")
    assert "nothing had to run" in run_study(root).stdout
    assert {path: path.read_bytes() for path in kept} == kept


@pytest.mark.stress
def test_on_a_new_disk_finished_outputs_are_restored_from_the_store_and_nothing_is_trained_again(root):
    """The margin of the verdicts changes, so that the analysis has to run, and it needs the outputs of every arm."""
    parameters, before = root / "study/params.yaml", (root / "study/params.yaml").read_text()
    shutil.move(root / "study/work", root / "study/old-work")
    changes = {"analyze": {"margin_points": 0.25}}
    parameters.write_text(yaml.safe_dump(with_changes(yaml.safe_load(before), changes)))
    output = run_study(root).stdout
    assert f"{', '.join(KEPT)} had to run" in output
    ran = re.findall(r"^Running stage '(\w+)", output, re.MULTILINE)
    assert "analyze" in ran
    assert set(ran) <= {"locate", "fetch", "analyze", "report"}  # the first two leave files that are not in the store, in seconds


@pytest.mark.stress
def test_an_invalid_parameter_is_reported_before_any_work(root):
    path = root / "study/side_runs.yaml"
    before = path.read_text()
    path.write_text(before.replace("padding: valid", "padding: vaild", 1))
    process = run_study(root, check=False)
    path.write_text(before)
    assert process.returncode
    assert "the run valid: params.yaml breaks these rules" in process.stderr
    assert "Traceback" not in process.stderr
