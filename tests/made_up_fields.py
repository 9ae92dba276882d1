"""The answer on receptive field and pooling of a made-up study, and its tables."""

from collections.abc import Sequence
from itertools import product

from kernel_dilation.analysis.arm_contrasts import level_pairs
from kernel_dilation.experiment.arms import Arm

import pandas as pd

Tables = dict[str, pd.DataFrame]


def made_up_fields() -> dict:
    """Return the answer on receptive field and pooling."""
    accuracy = {
        "points_smallest": -0.05, "points_smallest_lower": -0.1, "points_smallest_upper": 0.0, "verdict_smallest": "equivalent",
        "points_largest": 0.3, "points_largest_lower": 0.2, "points_largest_upper": 0.4, "verdict_largest": "difference",
        "slope": 0.05, "slope_lower": 0.02, "slope_upper": 0.08, "slope_p_value": 0.004,
    }  # fmt: skip
    metrics = {"metrics": 8, "metrics_share": 0.75, "slopes_share": 0.5}
    largest = {"largest_metric": "gradient total variation", "largest_dilation": 2, "largest_share": -0.4}
    return {
        "verdict": "difference",
        "even_odd_share": 0.25,
        "average_minus_max": accuracy | metrics | largest,
        "kernel_5_minus_3": accuracy | metrics,
    }


def field_tables(arms: Sequence[Arm], methods: Sequence[str]) -> Tables:
    """Return the contrasts of pooling and kernel size; empty for a grid without two levels of either."""
    measures = [
        ("accuracy", "", "accuracy"),
        *(("saliency", method, "gini") for method in methods),
        ("class_model", "class_model", "total_variation"),
    ]
    rest = {
        "reference": 1.0, "share": 0.1, "cohen_dz": 0.5, "p_value": 0.01, "smallest_p_value": 0.01, "equivalence_p_value": 0.2, "margin": 0.1,
        "verdict": "difference",
    }  # fmt: skip
    ends = {"difference": 0.2, "lower": 0.1, "upper": 0.3}
    names = [name for name, *_ in level_pairs(arms)]
    rows = [
        {"family": family, "method": method, "measure": measure, "contrast": name, **place, **ends, **rest}
        for (family, method, measure), name, place in product(
            measures, names, [*({"dilation": arm} for arm in sorted({arm.dilation for arm in arms})), {"term": "slope over dilation"}]
        )
    ]
    change = {"lowest_at": 1, "lowest": 0.1, "highest_at": 2, "highest": 0.3, "range": 0.2}
    tests = [
        {"family": family, "method": method, "measure": measure, "contrast": name, **change, **rest, "crossed_verdict": "difference"}
        for (family, method, measure), name in product(measures, names)
        if len({arm.dilation for arm in arms}) > 1
    ]
    untrained = [{**row, "difference": 0.1} for row in rows if "dilation" in row and row["family"] != "accuracy"]
    return {
        "untrained_effects": pd.DataFrame(untrained),
        "interaction_tests": pd.DataFrame(tests),
        "simple_effects": pd.DataFrame([row for row in rows if "dilation" in row]),
        "interactions": pd.DataFrame([row for row in rows if "term" in row]),
    }
