"""The analysis of learning the dilation: the consistency of each method and the accuracy that its choices cost."""

from collections.abc import Mapping
from dataclasses import asdict

from kernel_dilation.analysis.answers import Answer, without_missing
from kernel_dilation.analysis.comparison_families import Tables, block_table
from kernel_dilation.experiment.parameters import Analyze, Learn
from kernel_dilation.statistics.learning_consistency import ConsistencyVerdict, assess_consistency, overall_consistency, regret, select_dilation

import numpy as np
import pandas as pd

ANSWER_KEYS = (
    "verdict", "runs", "mode", "mode_share", "entropy", "initial_slope", "slope_lower", "slope_upper", "ranking_w", "regret_points",
    "regret_lower", "regret_upper", "regret_equivalence_p_value", "planted_recovered", "planted_worst_start",
)  # fmt: skip


def learning_analysis(choices: Tables, planted: Tables, accuracies: pd.DataFrame, learn: Learn, options: Analyze) -> tuple[Answer, Tables]:
    """Return the answer on learning and the table `learned`, with one row for each method and `selection` last.

    `selection` is the baseline, a grid search by validation accuracy.

    Args:
        choices, planted: choices.csv and planted.csv of each method; the latter is empty for a method without texture runs.
        accuracies: `accuracy` and `validation_accuracy` of every network of the grid, in percent.
    """
    test, validation, dilations = reference_accuracies(accuracies, learn)
    results: dict[str, Mapping[str, object]] = {}
    verdicts: dict[str, ConsistencyVerdict] = {}
    for method, table in choices.items():
        consistency = assess_consistency(table, planted[method], options)
        verdicts[method] = consistency.verdict
        results[method] = asdict(consistency) | regret(test, validation, dilations, table["chosen_dilation"].tolist(), options)
    selected = select_dilation(validation, dilations)
    best = np.array(dilations)[validation.argmax(1)]  # of each replicate by itself
    results["selection"] = {"runs": len(best), "mode": selected, "mode_share": float((best == selected).mean())}
    consistent = {results[method]["mode"] for method, verdict in verdicts.items() if verdict == "consistent"}
    answer: Answer = {
        "verdict": overall_consistency(verdicts),
        "methods_agree": len(consistent) == 1 if consistent else None,
        "agrees_with_selection": consistent == {selected} if consistent else None,
        **{method: without_missing({key: result[key] for key in ANSWER_KEYS if key in result}) for method, result in results.items()},
    }
    return without_missing(answer), {"learned": pd.DataFrame([{"method": method, **result} for method, result in results.items()])}


def reference_accuracies(accuracies: pd.DataFrame, learn: Learn) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Return test and validation accuracy, (replicates, dilations) each in percent, and the dilations, to evaluate learned choices.

    They are those of the arms with the kernel size and pooling of the networks that learn, or of all
    arms if the grid has no such arm.
    """
    matching = accuracies[(accuracies["kernel_size"] == learn.kernel_size) & (accuracies["pooling"] == learn.pooling)]
    frame = matching if len(matching) else accuracies
    (test, levels), (validation, _) = (block_table(frame.assign(value=frame[name]), "dilation") for name in ("accuracy", "validation_accuracy"))
    return test, validation, tuple(int(level) for level in levels)
