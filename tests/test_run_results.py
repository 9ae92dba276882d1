"""What is kept of a run of the study. Oracle: by hand."""

import json
from pathlib import Path

from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.stage_inputs.input_files import folder_with_checksums
from tools.study.run_results import SMALL_FILES, keep_results

import numpy as np
import pandas as pd
import pytest
import yaml
from changed_parameters import changed

REPLICATES, DIGITS = 3, 20


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """Return the folder of a made-up run of two arms, of which only the first has explanations."""
    params = changed(dilations=[1, 2], kernel_sizes=[3], poolings=["max"], train__replicates=REPLICATES, train__epochs=5, analyze__resamples=100)
    (tmp_path / "metrics").mkdir()
    (tmp_path / "params.yaml").write_text(params)
    (tmp_path / "dvc.lock").write_text("schema: '2.0'\n")
    fetched = {"dataset": "letters", "sha256": "0123", "digits": {"train": 60, "validation": 10, "test": DIGITS}}
    (tmp_path / "metrics/fetch.json").write_text(json.dumps(fetched))
    labels = np.arange(DIGITS) % 10
    for arm, wrong in (("1-3-max", 1), ("2-3-max", 4)):
        logits = np.tile(np.eye(10, dtype=np.float32)[labels], (REPLICATES, 1, 1))
        for replicate in range(REPLICATES):
            logits[replicate, : wrong + replicate % 2] = np.eye(10)[9]  # the first digits, of classes 0, 1, ..., are taken for a 9
        history = [{"replicate": replicate, "epoch": epoch, "validation_accuracy": 0.8} for replicate in range(REPLICATES) for epoch in (1, 2)]
        with folder_with_checksums(tmp_path / "data/networks" / arm) as folder:
            np.savez(folder / "predictions.npz", logits=logits, labels=labels)
            pd.DataFrame(history).to_csv(folder / "history.csv", index=False)
    measures = [{"replicate": 0, "method": "gradient", "image": image, "class": image, "gini": gini} for image, gini in ((0, 0.25), (1, 0.75))]
    with folder_with_checksums(tmp_path / "data/saliency/1-3-max") as folder:
        pd.DataFrame(measures).to_csv(folder / "measures.csv", index=False)
    return tmp_path


def test_what_is_finished_is_kept_before_the_run_is(run, tmp_path):
    arms = parse_settings((run / "params.yaml").read_bytes()).arms()
    keep_results(run, tmp_path / "kept", arms[:1])
    assert {path.name for path in (tmp_path / "kept").iterdir()} == {"dvc.lock", "fetch.json", "accuracy.csv", "classes.csv", "metrics.csv"}
    accuracies = pd.read_csv(tmp_path / "kept/accuracy.csv")
    assert accuracies["accuracy"].tolist() == [95, 90, 95]
    assert accuracies["validation_accuracy"].tolist() == [80, 80, 80]


def test_the_verdict_says_on_which_data_and_training_it_was_seen(run, tmp_path):
    arms = parse_settings((run / "params.yaml").read_bytes()).arms()
    keep_results(run, tmp_path / "kept", arms)
    verdict = json.loads((tmp_path / "kept/verdict.json").read_text())
    assert (verdict["dataset"], verdict["sha256"], verdict["digits"]["test"]) == ("letters", "0123", DIGITS)
    assert (verdict["epochs"], verdict["replicates"], verdict["taps"]) == (5, REPLICATES, "lattice")
    assert verdict["accuracy"]["best_dilation"] == 1


def test_errors_by_class_and_mean_metrics_are_kept(run, tmp_path):
    """By hand: in one of three replicates the second digit is wrong, one of two digits of class 1, hence 1/3 of 50 %."""
    arms = parse_settings((run / "params.yaml").read_bytes()).arms()
    keep_results(run, tmp_path / "kept", arms)
    errors = pd.read_csv(tmp_path / "kept/classes.csv").pivot(index="dilation", columns="class", values="errors")
    assert errors.loc[1].tolist() == pytest.approx([50, 50 / 3, 0, 0, 0, 0, 0, 0, 0, 0], abs=1e-3)
    assert errors.loc[2].tolist() == pytest.approx([50, 50, 50, 50, 50 / 3, 0, 0, 0, 0, 0], abs=1e-3)
    metrics = pd.read_csv(tmp_path / "kept/metrics.csv")
    assert metrics.to_dict("records") == [{"dilation": 1, "kernel_size": 3, "pooling": "max", "replicate": 0, "method": "gradient", "gini": 0.5}]


def test_a_run_of_rounds_alone_keeps_them_with_what_a_race_chose_and_the_seconds_of_its_trainings(tmp_path):
    """Dilation 2 has by far the least loss, in every round of all runs."""
    candidates, runs = (1, 2, 3), 3
    learn = {"worlds": ["digits"], "replicates": runs, "candidates": list(candidates), "initial_dilations": [1], "selection": [1, 2]}
    race = {"least_rounds": 2, "most_rounds": 2, "alpha": 0.05, "zone": 0.02}
    settings = changed(**{f"learn__{name}": value for name, value in (learn | {"race": race}).items()}, analyze__resamples=100)
    (tmp_path / "params.yaml").write_text(settings)
    rows = [
        {"world": "digits", "run": run, "round": number, "dilation": dilation,
         "validation_loss": 0.1 + 0.05 * abs(dilation - 2) + 0.001 * ((run * dilation + number) % 3),
         "validation_accuracy": 0.9, "first_epoch_loss": 0.5 - 0.1 * dilation}
        for run in range(runs) for number in (1, 2) for dilation in candidates
    ]  # fmt: skip
    (tmp_path / "data/times").mkdir(parents=True)
    pd.DataFrame(rows).to_csv(tmp_path / "data/rounds.csv", index=False)
    (tmp_path / "data/times/rounds.csv").write_text("job,wall_seconds,cpu_seconds\ndigits-0-0-1,2,1.5\n")
    keep_results(tmp_path, tmp_path / "kept", [])
    choices = pd.read_csv(tmp_path / "kept/choices.csv")
    raced = choices[(choices["method"] == "race") & (choices["world"] == "digits")]
    assert raced["chosen_dilation"].tolist() == [2] * runs
    assert len(pd.read_csv(tmp_path / "kept/rounds.csv")) == len(rows)
    assert pd.read_csv(tmp_path / "kept/times.csv").to_dict("records") == [
        {"job": "digits-0-0-1", "wall_seconds": 2, "cpu_seconds": 1.5, "stage": "rounds"}
    ]
    assert not (tmp_path / "kept/verdict.json").exists()


def test_all_that_dvc_does_not_store_is_kept():
    """Otherwise a finished run would have to analyse again on a new disk. Oracle: dvc.yaml."""
    stages = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    kinds = ("outs", "metrics")
    outputs = [output for stage in ("fetch", "analyze") for kind in kinds for output in stages[stage].get(kind, []) if isinstance(output, dict)]
    uncached = {name for output in outputs for name, options in output.items() if not options.get("cache", True)}
    assert uncached == set(SMALL_FILES) - {"dvc.lock"}
