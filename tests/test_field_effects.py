"""Simple effects and interactions on a made-up grid whose effects are known by construction."""

import json

from kernel_dilation.analysis.field_answer import contrast_key, field_answer
from kernel_dilation.analysis.field_effects import effect_tables, field_effects, untrained_effects
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.statistics.westfall_young import sign_flip_p_values

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed

OPTIONS = parse_settings(changed(analyze__resamples=200)).analyze
ARMS = grid_arms([1, 2, 3, 4], [3, 5], ["max", "average"])
REPLICATES = 8
INTERACTIONS = pd.DataFrame(
    {"family": ["accuracy", "saliency"], "contrast": "average - max", "verdict": ["difference", "equivalent"], "p_value": [0.01, 1]}
)


def crossing(arm: Arm) -> float:
    """Return an effect of average pooling that is -1 at dilation 1 and grows to 2 at dilation 4."""
    return (arm.pooling == "average") * (arm.dilation - 2.0)


def stack(scale: float, effect=crossing, replicates: int = REPLICATES, images: int = 30, seed: int = 0) -> dict:
    """Return values around 10 with this effect, in units of `scale`, and noise of replicates, images and both."""
    random = np.random.default_rng(seed)
    image = random.normal(size=(1, images))
    return {
        arm: 10 + scale * (effect(arm) + 0.1 * random.normal(size=(replicates, 1)) + image + 0.2 * random.normal(size=(replicates, images)))
        for arm in ARMS
    }


def nothing(arm: Arm) -> float:
    return 0.0


def effects_of(**options):
    """Return the effects of an accuracy and a metric that cross, and of metrics that do not change."""
    metrics = {("gradient", "gini"): stack(2.0, **options)} | {("gradient", f"still_{seed}"): stack(0.1, nothing, seed=seed) for seed in range(1, 30)}
    return field_effects(stack(2.0, **options), metrics, OPTIONS)


def test_a_crossing_is_found_at_each_dilation_although_its_mean_is_small():
    tables = effect_tables(effects_of())
    simple = tables["simple_effects"].query("contrast == 'average - max' and measure in ('accuracy', 'gini')").set_index(["measure", "dilation"])
    for measure in ("accuracy", "gini"):
        differences = [simple.loc[(measure, dilation), "difference"] for dilation in (1, 2, 3, 4)]
        assert differences == pytest.approx([-2, 0, 2, 4], abs=0.5)
        assert [simple.loc[(measure, dilation), "verdict"] for dilation in (1, 3, 4)] == ["difference"] * 3
        assert simple.loc[(measure, 4), "lower"] < 4 < simple.loc[(measure, 4), "upper"]
    slope = tables["interactions"].query("contrast == 'average - max' and measure == 'gini' and term == 'slope over dilation'").iloc[0]
    assert slope["difference"] == pytest.approx(2.0, abs=0.2)
    assert slope["verdict"] == "difference"
    assert slope["margin"] == pytest.approx(0.1 * slope["reference"] / 3)  # reached if the effect changes by the margin from dilation 1 to 4


def test_metrics_that_do_not_change_are_equivalent():
    still = effect_tables(effects_of())["simple_effects"].query("measure.str.startswith('still')")
    assert set(still["verdict"]) <= {"equivalent", "negligible"}
    assert (still["share"].abs() < 0.05).all()


def test_metrics_of_one_contrast_are_corrected_together_over_metrics_and_dilations():
    # Oracle: `sign_flip_p_values` on all 30 x 4 differences; Holm could reach no less than 2/2^8 x 120.
    effects = [
        effect
        for effect in effects_of()
        if effect.estimate.family == "saliency"
        and (effect.estimate.contrast.contrast, effect.estimate.contrast.term) == ("average - max", "simple effect")
    ]
    assert len(effects) == 120
    expected = sign_flip_p_values(np.stack([effect.estimate.blocks for effect in effects], 1), 0)
    assert [effect.p_value for effect in effects] == pytest.approx(expected)
    assert {effect.smallest_p_value for effect in effects} == {2 / 256}


def test_the_answer_has_the_effects_at_both_ends_and_the_shares_of_metrics():
    answer = field_answer(effects_of(), INTERACTIONS)
    json.dumps(answer, allow_nan=False)
    assert answer["verdict"] == "difference"
    pooling = answer["average_minus_max"]
    assert (pooling["points_smallest"], pooling["points_largest"]) == (pytest.approx(-2, abs=0.5), pytest.approx(4, abs=0.5))
    assert pooling["slope_lower"] < 2 < pooling["slope_upper"]
    assert (pooling["metrics"], pooling["metrics_share"]) == (30, pytest.approx(1 / 30))
    assert (pooling["largest_metric"], pooling["largest_dilation"]) == ("gradient gini", 4)
    assert pooling["largest_share"] == pytest.approx(0.4, abs=0.1)  # 4 of about 10
    assert answer["kernel_5_minus_3"]["metrics_share"] == 0
    assert (pooling["interaction_verdict"], pooling["interaction_p_value"]) == ("difference", 0.01)
    assert "interaction_verdict" not in answer["kernel_5_minus_3"]


def test_too_few_replicates_are_untestable_for_metrics():
    # By hand: 2/2^4 is above 0.05, whatever the correction.
    effects = field_effects(stack(2.0, replicates=4), {("gradient", "gini"): stack(2.0, replicates=4)}, OPTIONS)
    verdicts = {effect.verdict for effect in effects if effect.estimate.family == "saliency"}
    assert verdicts <= {"untestable", "equivalent"}
    assert "untestable" in verdicts


def test_a_single_replicate_decides_nothing():
    effects = field_effects(stack(2.0, replicates=1), {}, OPTIONS)
    assert {effect.verdict for effect in effects} == {"untestable"}
    assert {effect.estimate.lower for effect in effects} == {None}
    json.dumps(field_answer(effects, INTERACTIONS.iloc[:0]), allow_nan=False)


def test_a_metric_that_some_replicate_lacks_is_left_out():
    gaps = stack(1.0)
    gaps[ARMS[0]] = np.where(np.arange(REPLICATES)[:, None] == 0, np.nan, gaps[ARMS[0]])
    assert {effect.estimate.measure for effect in field_effects(stack(1.0), {("gradient", "gini"): gaps}, OPTIONS)} == {"accuracy"}


def test_a_signed_metric_has_an_absolute_margin_and_no_share():
    tables = effect_tables(field_effects(stack(1.0), {("class_model", "class_mean_correlation"): stack(0.1)}, OPTIONS))
    rows = tables["simple_effects"].query("family == 'class_model'")
    assert set(rows["margin"]) == {0.05}
    assert rows["share"].isna().all()


def test_keys_of_contrasts_are_words():
    assert [contrast_key(name) for name in ("average - max", "kernel 5 - 3")] == ["average_minus_max", "kernel_5_minus_3"]


def test_untrained_networks_have_the_same_contrasts():
    """By construction: -1, 0, 1 and 2 at dilations 1 to 4."""
    table = untrained_effects({("gradient", "gini"): stack(1.0)}).query("contrast == 'average - max'")
    assert table["dilation"].tolist() == [1, 2, 3, 4]
    assert table["difference"].tolist() == pytest.approx([-1, 0, 1, 2], abs=0.3)
    assert untrained_effects({}).empty
