"""Everything that is said of learning the dilation: each method's consistency, and what its choices cost."""

from collections.abc import Mapping
from dataclasses import asdict

import numpy as np
import pandas as pd

from stages.parts.analysis.answers import Answer, without_gaps
from stages.parts.analysis.findings import Tables, block_table
from stages.parts.experiment.settings import Analyze, Learn
from stages.parts.statistics.consistency import Verdict, consistency, overall, regret, selected

ANSWERED = (
    "verdict", "runs", "mode", "mode_share", "entropy", "initial_slope", "slope_lower", "slope_upper", "ranking_w", "regret_points",
    "regret_lower", "regret_upper", "regret_equivalence_p_value", "planted_recovered", "planted_worst_start",
)  # fmt: skip


def learned_analysis(choices: Tables, planted: Tables, accuracies: pd.DataFrame, learn: Learn, options: Analyze) -> tuple[Answer, Tables]:
    """The answer on learning, and the table `learned` with a row for each method, `selection` last.

    Args:
        choices, planted: choices.csv and planted.csv of each method, the latter empty if it ran on no textures.
        accuracies: `accuracy` and `validation_accuracy` of every network of the grid, in percent.
    """
    test, validation, dilations = references(accuracies, learn)
    found: dict[str, Mapping[str, object]] = {}
    verdicts: dict[str, Verdict] = {}
    for method, table in choices.items():
        said = consistency(table, planted[method], options)
        verdicts[method] = said.verdict
        found[method] = asdict(said) | regret(test, validation, dilations, table["chosen_dilation"].tolist(), options)
    chosen = selected(validation, dilations)
    own = np.array(dilations)[validation.argmax(1)]
    found["selection"] = {"runs": len(own), "mode": chosen, "mode_share": float((own == chosen).mean())}
    consistent = {found[method]["mode"] for method, verdict in verdicts.items() if verdict == "consistent"}
    answer: Answer = {
        "verdict": overall(verdicts),
        "methods_agree": len(consistent) == 1 if consistent else None,
        "agrees_with_selection": consistent == {chosen} if consistent else None,
        **{method: without_gaps({key: said[key] for key in ANSWERED if key in said}) for method, said in found.items()},
    }
    return without_gaps(answer), {"learned": pd.DataFrame([{"method": method, **said} for method, said in found.items()])}


def references(accuracies: pd.DataFrame, learn: Learn) -> tuple[np.ndarray, np.ndarray, tuple[int, ...]]:
    """Test and validation accuracy, (replicates, dilations) percent, of the grid's networks most like those that learned.

    That is the arms of the same kernel size and pooling, or all arms where the grid has none.
    """
    like = accuracies[(accuracies["kernel_size"] == learn.kernel_size) & (accuracies["pooling"] == learn.pooling)]
    frame = like if len(like) else accuracies
    (test, levels), (validation, _) = (block_table(frame.assign(value=frame[name]), "dilation") for name in ("accuracy", "validation_accuracy"))
    return test, validation, tuple(int(level) for level in levels)
