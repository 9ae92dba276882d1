"""Margins of metrics: a share of the reference value, or an absolute number where a share means nothing."""

from collections.abc import Sequence

from kernel_dilation.analysis.comparison_families import MarginRule
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats, Treatment, relative_margins

import numpy as np

# Correlations and differences, -1 to 1: their zero is no absence, and a share of a value near it is arbitrarily small.
SIGNED_METRICS = (
    "agreement_spearman", "agreement_ssim", "cka_features", "cka_hidden", "class_mean_contrast", "class_mean_contrast_unsigned",
    "class_mean_correlation", "deletion_gain", "error_consistency", "insertion_gain", "other_class_similarity", "randomization_similarity",
    "start_similarity",
)  # fmt: skip


def metric_margin(measure: str, reference: Floats, options: Analyze) -> Floats:
    """Return the margin of each replicate, (replicates,), from its value at the reference; `table_margin` is the same for a table.

    It is the share `margin_share` of that value, negative where its sign is not that of the mean, or
    `margin_signed` for a signed metric.
    """
    return table_margin(measure, reference[:, np.newaxis], ("reference",), options)


def table_margin(measure: str, table: Floats, levels: Sequence[Treatment], options: Analyze) -> Floats:
    """Return the margin of each replicate, (replicates,), for a table (replicates, levels) whose first level is the reference."""
    if measure in SIGNED_METRICS:
        return np.full(len(table), options.margin_signed)
    return relative_margins(table, levels, options.margin_share)


def metric_margin_rule(options: Analyze) -> MarginRule:
    """Return the margin of a metric: a share of its value at the first level, or an absolute one for signed metrics."""
    return lambda question, table, levels: table_margin(question.measure, table, levels, options)
