"""Do networks of different dilations compute something else? Representations and errors, beside the noise floor of seeds."""

from collections.abc import Mapping

from kernel_dilation.analysis.comparison_families import Finding, Question, table_findings
from kernel_dilation.analysis.error_consistency import pairwise_consistencies
from kernel_dilation.analysis.metric_margins import metric_margin_rule
from kernel_dilation.analysis.noise_floor import FLOOR_COLUMNS, Similarities, floor_rows, floor_tables
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.experiment.paths import STATES, TRAINED

import numpy as np
import pandas as pd

CKA = "cka_"  # the beginning of the names of indices; the rest is that of the layer
CONSISTENCY = "error_consistency"


def representation_analysis(
    alignments: pd.DataFrame, logits: Mapping[Arm, np.ndarray], labels: np.ndarray, options: Analyze
) -> tuple[pd.DataFrame, dict[Question, Finding]]:
    """Compare networks of two dilations with networks of one, by the debiased CKA of two layers and by error consistency.

    Return a table with one row for each state of the networks, index and pair of dilations, and a finding for each
    state and index; all are one family. Errors are those of trained networks alone. Both are empty for a
    single replicate; the findings are empty for a single dilation.

    Args:
        alignments: the table of data/representations.csv.
        logits: (replicates, images, 10) of the test images, by arm; labels: (images,).
    """
    by_state = {state: cka_similarities(alignments[alignments["state"] == state]) for state in STATES}
    consistencies = pairwise_consistencies({arm: scores.argmax(2) == labels for arm, scores in logits.items()})
    by_state[TRAINED] |= {(CONSISTENCY, *pair): values for pair, values in consistencies.items()}
    rows = [{"state": state, **row} for state, similarities in by_state.items() for row in floor_rows(similarities, options)]
    tables = {
        question: table for state, similarities in by_state.items() for question, table in floor_tables("representation", state, similarities).items()
    }
    return pd.DataFrame(rows, columns=["state", *FLOOR_COLUMNS]), table_findings(tables, metric_margin_rule(options), options)


def cka_similarities(alignments: pd.DataFrame) -> Similarities:
    """Return the mean over kernel sizes and poolings of each replicate's CKA, (replicates,), by index and the two dilations."""
    keys = ["layer", "first", "second"]
    means = alignments.groupby([*keys, "replicate"])["cka"].mean().reset_index()
    places = means[keys].drop_duplicates()
    return {
        (f"{CKA}{layer}", first, second): rows_of(means, layer, first, second)
        for layer, first, second in zip(places["layer"].astype(str), places["first"].tolist(), places["second"].tolist())
    }


def rows_of(means: pd.DataFrame, layer: str, first: int, second: int) -> np.ndarray:
    """Return the CKA of a layer for two dilations, (replicates,)."""
    return means.loc[(means["layer"] == layer) & (means["first"] == first) & (means["second"] == second), "cka"].to_numpy(np.float64)
