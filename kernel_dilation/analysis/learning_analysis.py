"""Everything that is said of learning the dilation: each method's consistency, and what its choices cost."""

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
    """The answer on learning, and the table `learned` with a row for each method, `selection` last.

    Args:
        choices, planted: choices.csv and planted.csv of each method, the latter empty if it ran on no textures.
        accuracies: `accuracy` and `validation_accuracy` of every network of the grid, in percent.
    """
    test, validation, dilations = reference_accuracies(accuracies, learn)
    found: dict[str, Mapping[str, object]] = {}
    verdicts: dict[str, ConsistencyVerdict] = {}
    for method, table in choices.items():
        said = assess_consistency(table, planted[method], options)
        verdicts[method] = said.verdict
        found[method] = asdict(said) | regret(test, validation, dilations, table["chosen_dilation"].tolist(), options)
    chosen = select_dilation(validation, dilations)
    own = np.array(dilations)[validation.argmax(1)]
    found["selection"] = {"runs": len(own), "mode": chosen, "mode_share": float((own == chosen).mean())}
    consistent = {found[method]["mode"] for method, verdict in verdicts.items() if verdict == "consistent"}
    answer: Answer = {
        "verdict": overall_consistency(verdicts),
        "methods_agree": len(consistent) == 1 if consistent else None,
        "agrees_with_selection": consistent == {chosen} if consistent else None,
        **{method: without_missing({key: said[key] for key in ANSWER_KEYS if key in said}) for method, said in found.items()},
    }
    return without_missing(answer), {"learned": pd.DataFrame([{"method": method, **said} for method, said in found.items()])}


def reference_accuracies(accuracies: pd.DataFrame, learn: Learn) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Test and validation accuracy, (replicates, dilations) percent, of the grid's networks most like those that learned.

    That is the arms of the same kernel size and pooling, or all arms where the grid has none.
    """
    like = accuracies[(accuracies["kernel_size"] == learn.kernel_size) & (accuracies["pooling"] == learn.pooling)]
    frame = like if len(like) else accuracies
    (test, levels), (validation, _) = (block_table(frame.assign(value=frame[name]), "dilation") for name in ("accuracy", "validation_accuracy"))
    return test, validation, tuple(int(level) for level in levels)
