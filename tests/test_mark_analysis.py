from kernel_dilation.analysis.mark_analysis import mark_levels
from kernel_dilation.experiment.parameters import parse_settings

import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze


def test_means_are_taken_over_images_and_arms_and_then_over_replicates():
    """By hand: at dilation 2 the replicates' means are 0.2 and 0.4; at dilation 1 there is one value."""
    values = [(1, 3, 0, 0.9), (2, 3, 0, 0.1), (2, 5, 0, 0.3), (2, 3, 1, 0.4), (2, 5, 1, 0.4)]
    maps = pd.DataFrame(
        {"dilation": dilation, "kernel_size": size, "pooling": "max", "replicate": replicate, "method": "gradient", "image": 0, "mark_share": share,
         "mark_hit": 1.0, "mark_rank": 1.0, "mark_chance": 9 / 784}
        for dilation, size, replicate, share in values
    )  # fmt: skip
    confidences = {"accuracy": 1.0, "confidence": 0.99, "confidence_without_mark": 0.1, "confidence_with_change_elsewhere": 0.98}
    networks = maps[["dilation", "kernel_size", "pooling", "replicate"]].assign(**confidences)
    table = mark_levels(networks, maps, OPTIONS).set_index(["method", "measure", "level"])
    assert table.loc[("gradient", "mark_share", 1), "mean"] == 0.9
    row = table.loc[("gradient", "mark_share", 2)]
    assert row["mean"] == pytest.approx(0.3)
    assert row["lower"] < 0.3 < row["upper"]
    assert table.loc[("gradient", "mark_hit_chance", 2), "mean"] == pytest.approx(9 / 784)
    assert table.loc[("network", "confidence_without_mark", 1), "mean"] == pytest.approx(0.1)
