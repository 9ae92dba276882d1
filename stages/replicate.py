"""Say what the fall of accuracy in 2019 was made of, from the runs of the study: part of `make study`."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from stages.parts.analysis.accuracies import at
from stages.parts.analysis.accuracy import accuracy_analysis
from stages.parts.analysis.answers import Answer, measure_answer
from stages.parts.analysis.findings import block_table
from stages.parts.analysis.saliency import CLASS_MODEL, measure_findings
from stages.parts.experiment.grid import Arm
from stages.parts.experiment.outputs import replacing_folder, save_json
from stages.parts.experiment.settings import Analyze, Settings
from stages.parts.figures.style import house_style, png
from stages.parts.proofs.replication import accuracy_levels, fall_table, parts_of_the_fall, replication_figure

REPLICATED = (3, "max")  # kernel size and pooling of 2019


def replicate(folders: Mapping[str, Path], settings: Settings, target: Path) -> None:
    """Compare the runs in these folders, by name, at the kernel size and pooling of 2019; leave tables, answers and a figure."""
    dilations, options = tuple(sorted(settings.dilations)), settings.analyze
    arms = [Arm(dilation, *REPLICATED) for dilation in dilations]
    answers, accuracies = {}, {}
    for name, folder in folders.items():
        accuracy, tables = accuracy_analysis(*arm_results(folder, arms), options)
        answers[name] = {"accuracy": accuracy, "class_model": class_model_answer(folder, arms, options)}
        accuracies[name] = block_table(tables["accuracy"].rename(columns={"accuracy": "value"}), "dilation")[0]
    levels = accuracy_levels(accuracies, dilations, options)
    falls = fall_table(parts_of_the_fall(accuracies), dilations, options)
    with replacing_folder(target) as left:
        levels.to_csv(left / "accuracy.csv", index=False)
        falls.to_csv(left / "fall.csv", index=False)
        save_json(left / "answers.json", answers)
        with house_style():
            (left / "replication.png").write_bytes(png(replication_figure(levels, falls)))


def arm_results(folder: Path, arms: list[Arm]) -> tuple[dict[Arm, np.ndarray], np.ndarray, dict[Arm, pd.DataFrame]]:
    """Test logits of every arm, labels, and histories, from a run's folder."""
    networks, logits = folder / "data/networks", {}
    for arm in arms:
        with np.load(networks / arm.name / "predictions.npz") as archive:
            logits[arm], labels = archive["logits"], archive["labels"]
    return logits, labels, {arm: pd.read_csv(networks / arm.name / "history.csv") for arm in arms}


def class_model_answer(folder: Path, arms: list[Arm], options: Analyze) -> dict[str, Answer]:
    """What dilation does to each measure of the class models of a run's arms."""
    measures = pd.concat([at(arm, pd.read_csv(folder / "data/saliency" / arm.name / "measures.csv")) for arm in arms])
    findings = measure_findings(measures[measures["method"] == CLASS_MODEL], options)
    return {question.measure: measure_answer(finding) for question, finding in findings.items()}
