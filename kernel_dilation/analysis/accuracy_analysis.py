"""The analysis of accuracy, from the logits and training histories of all arms."""

from collections.abc import Mapping
from dataclasses import asdict

from kernel_dilation.analysis.accuracy_tables import accuracy_table, confusion_table, correctness_table, misclassified_digits, with_arm_columns
from kernel_dilation.analysis.answers import Answer, accuracy_answer
from kernel_dilation.analysis.comparison_families import (
    FACTORS,
    Question,
    Rows,
    Tables,
    block_table,
    family_findings,
    finding_tables,
    table_findings,
)
from kernel_dilation.analysis.correctness_tests import cochran_p_values, mcnemar_pairs
from kernel_dilation.analysis.crossed_accuracy import arm_rows, correct_percent, errors_by_dilation, level_stack
from kernel_dilation.analysis.mixed_model import mixed_model
from kernel_dilation.analysis.nemenyi import critical_difference
from kernel_dilation.analysis.sparse_vs_dense import DENSITIES, contrast_rows, density_stack, equal_extent_pairs
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Analyze

import numpy as np
import pandas as pd

Logits = Mapping[Arm, np.ndarray]  # (replicates, n, 10) of the test digits


def accuracy_analysis(logits: Logits, labels: np.ndarray, histories: Mapping[Arm, pd.DataFrame], options: Analyze) -> tuple[Answer, Tables]:
    """Return the answer on accuracy and the tables behind it, by name.

    Args:
        logits: test logits by arm; labels: (n,) of the same digits; histories: by arm, with the columns of history.csv.

    Raises:
        ValueError: arms with different numbers of replicates, or values that are not finite.
    """
    accuracies = pd.concat([accuracy_table(arm, scores, labels, histories[arm]) for arm, scores in logits.items()])
    values, correct = accuracies.assign(value=accuracies["accuracy"]), correct_percent(logits, labels)
    tables = {factor: block_table(values, factor) for factor in FACTORS if factor == "dilation" or values[factor].nunique() > 1}
    stacks = {factor: level_stack(correct, factor, levels) for factor, (_, levels) in tables.items()}
    if equal_extent_pairs(correct):
        stacks["density"] = density_stack(correct)
        tables["density"] = stacks["density"].mean(axis=2).T, DENSITIES
    questions = {factor: Question("accuracy", factor, "", "accuracy") for factor in tables}
    findings = table_findings(
        {questions[factor]: table for factor, table in tables.items()},
        lambda *_: options.margin_points,
        options,
        {questions[factor]: stack for factor, stack in stacks.items()},
    )
    images, errors = pd.DataFrame(image_rows(logits, labels)), errors_by_dilation(correct, tables["dilation"][1], options)
    share_differing = None if images.empty else float((images["p_value"] <= options.alpha).mean())
    question = Question("validation", "dilation", "", "accuracy")
    validation = family_findings({question: accuracies.assign(value=accuracies["validation_accuracy"])}, lambda *_: options.margin_points, options)
    answer = accuracy_answer({question.factor: finding for question, finding in findings.items()}, errors, validation[question], share_differing)
    return answer, {
        **finding_tables(findings | validation),
        "accuracy": accuracies,
        "arms": pd.DataFrame(arm_rows(correct, options)),
        "errors": pd.DataFrame(errors),
        "correct": pd.concat([correctness_table(arm, scores, labels) for arm, scores in logits.items()]),
        "curves": pd.concat([with_arm_columns(arm, history) for arm, history in histories.items()]),
        "confusion": pd.concat([confusion_table(arm, scores, labels) for arm, scores in logits.items()]),
        "wrong": misclassified_digits(np.concatenate([scores.argmax(2) for scores in logits.values()]), labels),
        "images": images,
        "mcnemar": pd.DataFrame(mcnemar_rows(logits, labels)),
        "contrasts": pd.DataFrame(contrast_rows(correct, options)),
        "mixed": pd.DataFrame(mixed_model(values, FACTORS).effects),
        **rank_tables(*tables["dilation"]),
    }


def correct_by_dilation(logits: Logits, labels: np.ndarray) -> dict[tuple[int, str], dict[int, np.ndarray]]:
    """Return which test digits each network classifies correctly, (replicates, n), by kernel size and pooling, then by dilation."""
    groups: dict[tuple[int, str], dict[int, np.ndarray]] = {}
    for arm, scores in logits.items():
        groups.setdefault((arm.kernel_size, arm.pooling), {})[arm.dilation] = scores.argmax(2) == labels
    return groups


def mcnemar_rows(logits: Logits, labels: np.ndarray) -> Rows:
    """Return McNemar's test over the test images: one row for each replicate, kernel size, pooling and pair of dilations."""
    return [
        {"kernel_size": kernel_size, "pooling": pooling, **asdict(pair)}
        for (kernel_size, pooling), correct in correct_by_dilation(logits, labels).items()
        for pair in mcnemar_pairs(np.stack(list(correct.values()), 2), list(correct))
    ]


def image_rows(logits: Logits, labels: np.ndarray) -> Rows:
    """Return Cochran's Q over the test images, one row for each replicate, kernel size and pooling.

    The test asks whether these very networks differ; it does not generalise to newly trained ones.
    """
    return [
        {"kernel_size": kernel_size, "pooling": pooling, "replicate": replicate, "p_value": p_value}
        for (kernel_size, pooling), correct in correct_by_dilation(logits, labels).items()
        if len(correct) > 1
        for replicate, p_value in enumerate(cochran_p_values(np.stack(list(correct.values()), 2)))
    ]


def rank_tables(table: np.ndarray, levels: tuple) -> Tables:
    """Return each dilation's mean rank and Nemenyi's p-values for the critical-difference diagram; no tables for a single dilation."""
    if len(levels) < 2:
        return {}
    ranks, p_values = critical_difference(table, levels)
    return {"ranks": ranks.rename_axis("dilation").rename("average_rank").reset_index(), "ranks_p": p_values.rename_axis("dilation").reset_index()}
