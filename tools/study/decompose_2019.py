"""Say what the fall of accuracy in 2019 was made of, from the runs of the study: part of `make study`."""

from collections.abc import Mapping
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.accuracy_tables import with_arm_columns
from kernel_dilation.analysis.answers import Answer, metric_answer
from kernel_dilation.analysis.comparison_families import block_table
from kernel_dilation.analysis.saliency_analysis import metric_findings
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_folder, save_json
from kernel_dilation.experiment.parameters import Analyze, Settings
from kernel_dilation.experiment.paths import CLASS_MODEL
from kernel_dilation.presentation.figure_style import house_style, png_bytes
from tools.study.accuracy_fall import accuracy_levels, decompose_fall, fall_table, replication_figure

import numpy as np
import pandas as pd

KERNEL_SIZE_AND_POOLING = (3, "max")  # kernel size and pooling of 2019


def write_replication(folders: Mapping[str, Path], settings: Settings, target: Path) -> None:
    """Compare the runs in these folders, by name, at the kernel size and pooling of 2019; leave tables, answers and a figure."""
    dilations, options = tuple(sorted(settings.dilations)), settings.analyze
    arms = [Arm(dilation, *KERNEL_SIZE_AND_POOLING) for dilation in dilations]
    answers, accuracies = {}, {}
    for name, folder in folders.items():
        accuracy, tables = accuracy_analysis(*read_arm_results(folder, arms), options)
        answers[name] = {"accuracy": accuracy, "class_model": class_model_answers(folder, arms, options)}
        accuracies[name] = block_table(tables["accuracy"].rename(columns={"accuracy": "value"}), "dilation")[0]
    levels = accuracy_levels(accuracies, dilations, options)
    falls = fall_table(decompose_fall(accuracies), dilations, options)
    with atomic_folder(target) as left:
        levels.to_csv(left / "accuracy.csv", index=False)
        falls.to_csv(left / "fall.csv", index=False)
        save_json(left / "answers.json", answers)
        with house_style():
            (left / "replication.png").write_bytes(png_bytes(replication_figure(levels, falls)))


def read_arm_results(folder: Path, arms: list[Arm]) -> tuple[dict[Arm, np.ndarray], np.ndarray, dict[Arm, pd.DataFrame]]:
    """Test logits of every arm, labels, and histories, from a run's folder."""
    networks, logits = folder / "data/networks", {}
    for arm in arms:
        with np.load(networks / arm.name / "predictions.npz") as archive:
            logits[arm], labels = archive["logits"], archive["labels"]
    return logits, labels, {arm: pd.read_csv(networks / arm.name / "history.csv") for arm in arms}


def class_model_answers(folder: Path, arms: list[Arm], options: Analyze) -> dict[str, Answer]:
    """What dilation does to each measure of the class models of a run's arms."""
    measures = pd.concat([with_arm_columns(arm, pd.read_csv(folder / "data/saliency" / arm.name / "measures.csv")) for arm in arms])
    findings = metric_findings(measures[measures["method"] == CLASS_MODEL], options)
    return {question.measure: metric_answer(finding) for question, finding in findings.items()}
