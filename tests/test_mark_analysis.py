from kernel_dilation.analysis.mark_analysis import mark_effects, mark_levels
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
         "mark_hit": 1.0, "mark_rank": 1.0, "mark_chance": 9 / 784, "state": "trained"}
        for dilation, size, replicate, share in values
    )  # fmt: skip
    confidences = {"accuracy": 1.0, "confidence": 0.99, "confidence_without_mark": 0.1, "confidence_with_change_elsewhere": 0.98}
    untrained = maps[maps["replicate"] == 0].assign(state="untrained", mark_share=0.05)
    networks = maps[["dilation", "kernel_size", "pooling", "replicate"]].assign(**confidences)
    by_state = mark_levels(networks, pd.concat([maps, untrained]), OPTIONS)
    assert set(by_state.query("state == 'untrained' and measure == 'mark_share'")["mean"]) == {0.05}
    table = by_state[by_state["state"] == "trained"].set_index(["method", "measure", "level"])
    assert table.loc[("gradient", "mark_share", 1), "mean"] == 0.9
    row = table.loc[("gradient", "mark_share", 2)]
    assert row["mean"] == pytest.approx(0.3)
    assert row["lower"] < 0.3 < row["upper"]
    assert table.loc[("gradient", "mark_hit_chance", 2), "mean"] == pytest.approx(9 / 784)
    assert table.loc[("network", "confidence_without_mark", 1), "mean"] == pytest.approx(0.1)


def test_what_training_adds_and_how_that_changes_with_dilation():
    """By hand: hits of 0.4 and 0.6 at dilation 1 and of 0.9 and 0.9 at dilation 3, all of them 0.1 before training."""
    values = {("trained", 1): (0.4, 0.6), ("trained", 3): (0.9, 0.9), ("untrained", 1): (0.1, 0.1), ("untrained", 3): (0.1, 0.1)}
    maps = pd.DataFrame(
        {"state": state, "method": "gradient", "dilation": dilation, "replicate": replicate, "mark_hit": hit, "mark_share": hit, "mark_rank": hit}
        for (state, dilation), hits in values.items()
        for replicate, hit in enumerate(hits)
    )
    table = mark_effects(maps, OPTIONS).set_index(["measure", "level"])
    first, last = (table.loc[("mark_hit", dilation)] for dilation in (1, 3))
    assert (first["trained"], first["untrained"], first["difference"], first["change"]) == pytest.approx((0.5, 0.1, 0.4, 0))
    assert (last["difference"], last["change"]) == pytest.approx((0.8, 0.4))
    assert last["change_lower"] < 0.4 < last["change_upper"]
    assert len(table) == 6
