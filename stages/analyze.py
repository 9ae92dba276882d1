"""Turn the numbers of all arms into answers: `python -m stages.analyze`."""

import json
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.accuracy_tables import with_arm_columns
from kernel_dilation.analysis.answers import Answer, saliency_answer
from kernel_dilation.analysis.comparison_families import Tables, finding_tables
from kernel_dilation.analysis.learning_analysis import learning_analysis
from kernel_dilation.analysis.saliency_analysis import (
    cross_recognition_analysis,
    gridding_analysis,
    metric_findings,
    receptive_field_table,
    similarity_analysis,
)
from kernel_dilation.experiment.atomic_write import atomic_file, atomic_folder, remove_stale, save_json
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import ANALYSIS, LEARNED, METRICS, NETWORKS, PARAMETERS, PLOTS, SALIENCY, TRANSFER

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

PLOT_TABLES = {"accuracy": "accuracy", "learning_curves": "curves", "measures": "levels"}  # plots/….csv from which table


def read_array(path: Path, name: str) -> np.ndarray:
    """One array of an .npz file; the others stay on disk."""
    with np.load(path) as archive:
        return archive[name]


def analyze_accuracy(settings: Settings) -> tuple[Answer, Tables]:
    """The answer on accuracy and its tables."""
    logits = {arm: read_array(NETWORKS / arm.name / "predictions.npz", "logits") for arm in settings.arms()}
    histories = {arm: pd.read_csv(NETWORKS / arm.name / "history.csv") for arm in settings.arms()}
    labels = read_array(NETWORKS / settings.arms()[0].name / "predictions.npz", "labels")
    return accuracy_analysis(logits, labels, histories, settings.analyze)


def analyze_saliency(settings: Settings, accuracies: pd.DataFrame) -> tuple[Answer, Tables]:
    """The answer on saliency and its tables."""
    arms, methods, options = settings.arms(), settings.saliency.methods, settings.analyze
    fields = {arm: read_array(SALIENCY / arm.name / "maps.npz", "receptive_field") for arm in arms}
    findings = metric_findings(pd.concat([with_arm_columns(arm, pd.read_csv(SALIENCY / arm.name / "measures.csv")) for arm in arms]), options)
    similarity, of_floor = similarity_analysis(arms, methods, lambda arm, method: read_array(SALIENCY / arm.name / "maps.npz", method), options)
    gridding, of_grid = gridding_analysis(arms, methods, lambda arm, method: read_array(SALIENCY / arm.name / "spectra.npz", method), options)
    transfer, of_transfer = cross_recognition_analysis(pd.read_csv(TRANSFER), options)
    findings |= of_floor | of_grid | of_transfer
    tables = {"similarity": similarity, "gridding": gridding, "transfer": transfer}
    tables["fields"] = receptive_field_table(fields, accuracies, settings.network.dilate, options)
    return saliency_answer(findings, methods), finding_tables(findings) | tables


def analyze_learning(settings: Settings, accuracies: pd.DataFrame) -> tuple[Answer, Tables]:
    """The answer on learning the dilation and its table."""
    methods = settings.learn.methods
    choices, planted = ({method: pd.read_csv(LEARNED / method / f"{name}.csv") for method in methods} for name in ("choices", "planted"))
    return learning_analysis(choices, planted, accuracies, settings.learn, settings.analyze)


def concatenate_tables(parts: list[Tables]) -> Tables:
    """Tables of the same name one below the other."""
    names = dict.fromkeys(name for tables in parts for name in tables)
    return {name: pd.concat([tables[name] for tables in parts if name in tables]) for name in names}


@exit_with_message("analyze")
@threadpool_limits.wrap(limits=1)  # the last bits of a sum depend on how it is shared out among threads
def main() -> None:
    """Read what every arm of the grid left, and nothing else; leave answers, tables and what `dvc plots` draws."""
    settings = parse_settings(PARAMETERS.read_bytes())
    for folder in (NETWORKS, SALIENCY):
        remove_stale(folder, [arm.name for arm in settings.arms()])
    remove_stale(LEARNED, settings.learn.methods)
    of_data = json.loads((METRICS / "fetch.json").read_text(encoding="utf-8"))
    accuracy, accuracy_tables = analyze_accuracy(settings)
    saliency, saliency_tables = analyze_saliency(settings, accuracy_tables["accuracy"])
    learned, learned_tables = analyze_learning(settings, accuracy_tables["accuracy"])
    tables = concatenate_tables([accuracy_tables, saliency_tables, learned_tables])
    with atomic_folder(ANALYSIS) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False)
    for plot, name in PLOT_TABLES.items():
        with atomic_file(PLOTS / f"{plot}.csv") as path:
            tables[name].to_csv(path, index=False)
    answers = {
        "dataset": of_data["dataset"], "replicates": settings.train.replicates, "alpha": settings.analyze.alpha,
        "accuracy": accuracy, "saliency": saliency, "learned": learned,
    }  # fmt: skip
    save_json(METRICS / "answers.json", answers)
    print(f"analyze: accuracy {accuracy['verdict']}, saliency {saliency['verdict']}, learned {learned['verdict']}; written to metrics/answers.json")


if __name__ == "__main__":
    main()
