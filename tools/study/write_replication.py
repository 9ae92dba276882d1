"""Decompose the fall of accuracy in Huang and Grethlein (2019) into its causes, from the runs of the study; part of `make study`."""

from collections.abc import Mapping
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.answers import Answer, metric_answer
from kernel_dilation.analysis.comparison_families import block_table
from kernel_dilation.analysis.saliency_analysis import metric_findings
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_folder, save_json
from kernel_dilation.experiment.parameters import Analyze, Settings
from kernel_dilation.experiment.paths import CLASS_MODEL, NETWORKS
from kernel_dilation.presentation.figure_style import house_style, png_bytes
from stages.analyze import read_metrics, read_predictions
from tools.study.accuracy_fall import RUNS, accuracy_levels, decompose_fall, fall_table, replicate_table, replication_figure

KERNEL_SIZE_AND_POOLING = (3, "max")  # of Huang and Grethlein (2019)


def write_replication(folders: Mapping[str, Path], settings: Settings, target: Path) -> None:
    """Compare runs at the kernel size and pooling of Huang and Grethlein (2019); write tables, answers and a figure to `target`.

    Args:
        folders: folder of each run in `RUNS`, by its name, with the run's data/networks, data/saliency and data/judges.
    """
    dilations, options = tuple(sorted(settings.dilations)), settings.analyze
    arms = [Arm(dilation, *KERNEL_SIZE_AND_POOLING) for dilation in dilations]
    answers, accuracies = {}, {}
    for name in RUNS:
        folder = folders[name]
        accuracy, tables = accuracy_analysis(*read_predictions(folder / NETWORKS, arms), options)
        answers[name] = {"accuracy": accuracy, "class_model": class_model_answers(folder, arms, options)}
        accuracies[name] = block_table(tables["accuracy"].rename(columns={"accuracy": "value"}), "dilation")[0]
    levels = accuracy_levels(accuracies, dilations, options)
    falls = fall_table(decompose_fall(accuracies), dilations, options)
    with atomic_folder(target) as temporary:
        replicate_table(accuracies, dilations).to_csv(temporary / "replicates.csv", index=False)
        levels.to_csv(temporary / "accuracy.csv", index=False)
        falls.to_csv(temporary / "fall.csv", index=False)
        save_json(temporary / "answers.json", answers)
        with house_style():
            (temporary / "replication.png").write_bytes(png_bytes(replication_figure(levels, falls)))


def class_model_answers(folder: Path, arms: list[Arm], options: Analyze) -> dict[str, Answer]:
    """Return, for each metric of a run's class models, how it changes with dilation."""
    metrics = read_metrics(folder, arms)
    findings = metric_findings(metrics[metrics["method"] == CLASS_MODEL], options)
    return {question.measure: metric_answer(finding) for question, finding in findings.items()}
