"""The small results of a run of the study, which are kept in study/runs/ as soon as there are any."""

import json
from collections.abc import Sequence
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.accuracy_tables import accuracy_table, confusion_percentages, with_arm_columns
from kernel_dilation.analysis.headlines import QUESTIONS
from kernel_dilation.analysis.learning_analysis import learning_analysis
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_file, save_json
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import METRICS, NETWORKS, PARAMETERS, ROUNDS, SALIENCY, TIMES
from kernel_dilation.stage_inputs.input_files import intact
from kernel_dilation.stage_inputs.rounds_file import read_rounds
from stages.analyze import read_predictions
from tools.project_copy import copy_file

import numpy as np
import pandas as pd

SMALL_FILES = ("dvc.lock", *(f"metrics/{name}.json" for name in ("fetch", "answers", *QUESTIONS)))  # hashes, and what DVC does not store
SMALL_TABLES = ("effects", "levels", "learned", "taps")  # of its analysis
DECIMALS = "%.6g"


def keep_results(run: Path, results: Path, arms: Sequence[Arm]) -> None:
    """Write the small results of the finished arms of a run, and its hashes, to the folder `results`.

    accuracy.csv has the accuracy of every network, classes.csv the errors by class, metrics.csv the mean of each
    metric over the images, by network and method, if the run has explanations, and times.csv the seconds that each
    job took. Once all arms are finished, verdict.json has the answer on accuracy, with the data and the length of
    training on which it was seen. A run that stops at the rounds has rounds.csv and the tables of their analysis.
    """
    settings = parse_settings((run / PARAMETERS).read_bytes())
    for name in (*SMALL_FILES, *(f"data/analysis/{table}.csv" for table in SMALL_TABLES)):
        if (run / name).exists():
            copy_file(run / name, results / Path(name).name)
    tables = {"times": job_times(run), **(arm_tables(run, arms) if arms else learning_tables(run, settings))}
    for name, table in tables.items():
        if len(table):
            with atomic_file(results / f"{name}.csv") as path:
                table.to_csv(path, index=False, float_format=DECIMALS)
    if len(arms) == len(settings.arms()):
        save_json(results / "verdict.json", accuracy_verdict(run, settings))


def arm_tables(run: Path, arms: Sequence[Arm]) -> dict[str, pd.DataFrame]:
    """Return the small tables of the finished arms of a run, by name."""
    return {"accuracy": accuracies(run, arms), "classes": class_errors(run, arms), "metrics": mean_metrics(run, arms)}


def learning_tables(run: Path, settings: Settings) -> dict[str, pd.DataFrame]:
    """Return the rounds of a run without arms, what races and selections chose from them, and how their choices are judged, by name."""
    rounds = read_rounds(run / ROUNDS, settings.learn)
    return {"rounds": rounds, **learning_analysis({}, rounds, settings.learn, settings.analyze)[1]}


def job_times(run: Path) -> pd.DataFrame:
    """Return the wall time and the CPU time, in seconds, of every job of the finished stages, such as a learning run or a training of a round."""
    tables = [pd.read_csv(path).assign(stage=path.stem) for path in sorted((run / TIMES).glob("*.csv"))]
    return pd.concat(tables) if tables else pd.DataFrame()


def accuracies(run: Path, arms: Sequence[Arm]) -> pd.DataFrame:
    """Return test and validation accuracy in percent of every network of the arms."""
    logits, labels, histories = read_predictions(run / NETWORKS, arms)
    return pd.concat([accuracy_table(arm, logits[arm], labels, histories[arm]) for arm in arms])


def class_errors(run: Path, arms: Sequence[Arm]) -> pd.DataFrame:
    """Return the percentage of the test images of each class that the networks of each arm classify wrongly, a mean over replicates."""
    logits, labels, _ = read_predictions(run / NETWORKS, arms)
    errors = {arm: 100 - np.diag(confusion_percentages(scores, labels)) for arm, scores in logits.items()}
    return pd.concat([with_arm_columns(arm, pd.DataFrame({"class": range(len(shares)), "errors": shares})) for arm, shares in errors.items()])


def mean_metrics(run: Path, arms: Sequence[Arm]) -> pd.DataFrame:
    """Return the mean of each metric over images, by arm, replicate and method; an empty table without explanations."""
    paths = {arm: run / SALIENCY / arm.name / "measures.csv" for arm in arms}
    tables = {arm: pd.read_csv(intact(path)).groupby(["replicate", "method"], sort=False) for arm, path in paths.items() if path.exists()}
    means = [with_arm_columns(arm, groups.mean(numeric_only=True).reset_index()) for arm, groups in tables.items()]
    return pd.concat(means).drop(columns=["image", "class"], errors="ignore") if means else pd.DataFrame()


def accuracy_verdict(run: Path, settings: Settings) -> dict[str, object]:
    """Return the answer on accuracy over all arms, beside the data, the training and the networks that it holds for."""
    fetched = json.loads((run / METRICS / "fetch.json").read_text(encoding="utf-8"))
    answer, _ = accuracy_analysis(*read_predictions(run / NETWORKS, settings.arms()), settings.analyze)
    return {
        "dataset": fetched["dataset"], "sha256": fetched["sha256"], "digits": fetched["digits"], "epochs": settings.train.epochs,
        "replicates": settings.train.replicates, **settings.network.model_dump(include={"dilate", "taps", "padding", "match_weights"}),
        "accuracy": answer,
    }  # fmt: skip
