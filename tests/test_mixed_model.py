"""The mixed model of the grid."""

import warnings
from itertools import product

from kernel_dilation.analysis.mixed_model import mixed_model

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as formula
from scipy import stats

FACTORS = ["dilation", "kernel_size", "pooling"]


def grid(replicates=8, spread=2.0, noise=1.0, dilations=(1, 2, 3, 4), kernel_sizes=(3, 5), poolings=("max", "average"), seed=0) -> pd.DataFrame:
    """Return a grid with an effect of each replicate, noise, and a dilation that lowers the value for `max` pooling only."""
    generator = np.random.default_rng(seed)
    frame = pd.DataFrame(product(range(replicates), dilations, kernel_sizes, poolings), columns=["replicate", *FACTORS])
    common = spread * generator.normal(size=replicates)[frame["replicate"]]
    frame["value"] = 95 + common + noise * generator.normal(size=len(frame)) - 0.5 * frame["dilation"] * (frame["pooling"] == "max")
    return frame


def test_the_f_statistics_match_mixedlm():
    # statsmodels 0.15, MixedLM by restricted maximum likelihood: Wald's chi-squared divided by its degrees of freedom.
    frame = grid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # MixedLM warns about the steps of its optimiser
        fit = formula.mixedlm("value ~ C(dilation, Sum) * C(kernel_size, Sum) * C(pooling, Sum)", frame, groups="replicate").fit()
        table = fit.wald_test_terms(scalar=True).table.iloc[1:]
    model = mixed_model(frame, FACTORS)
    assert [effect.statistic for effect in model.effects] == pytest.approx((table["statistic"] / table["df_constraint"]).tolist(), rel=1e-3)
    assert model.residual_deviation == pytest.approx(np.sqrt(fit.scale), rel=1e-3)
    assert model.replicate_deviation == pytest.approx(np.sqrt(fit.cov_re.iloc[0, 0]), rel=1e-2)


def test_one_factor_of_two_levels_is_the_paired_t_test():
    # scipy 1.17, ttest_rel: F = t^2 and the same p-value.
    frame = grid(dilations=(1, 2), kernel_sizes=(3,), poolings=("max",))
    values = frame.pivot(index="replicate", columns="dilation", values="value")
    expected = stats.ttest_rel(values[1], values[2])
    (effect,) = mixed_model(frame, FACTORS).effects
    assert (effect.term, effect.degrees, effect.residual_degrees) == ("dilation", 1, 7)
    assert effect.statistic == pytest.approx(expected.statistic**2)
    assert effect.p_value == pytest.approx(expected.pvalue)


def test_only_the_effects_present_by_construction_are_found():
    # By construction: dilation lowers the value for one pooling, and kernel size has no effect.
    effects = {effect.term: effect for effect in mixed_model(grid(noise=0.3), FACTORS).effects}
    assert list(effects) == [*FACTORS, "dilation:kernel_size", "dilation:pooling", "kernel_size:pooling", "dilation:kernel_size:pooling"]
    assert [term for term, effect in effects.items() if effect.holm_p_value < 0.05] == ["dilation", "pooling", "dilation:pooling"]


def test_the_effect_of_the_replicates_does_not_change_the_f_statistics():
    # Analytic: a constant added to each replicate does not change any F.
    plain, shifted = mixed_model(grid(spread=0.0), FACTORS), mixed_model(grid(spread=50.0), FACTORS)
    assert [effect.statistic for effect in shifted.effects] == pytest.approx([effect.statistic for effect in plain.effects])


def test_replicates_that_do_not_differ_have_no_variance():
    frame = grid(spread=0.0)
    frame["value"] -= frame.groupby("replicate")["value"].transform("mean")
    assert mixed_model(frame, FACTORS).replicate_deviation == 0.0


def test_a_factor_of_one_level_is_left_out():
    assert [effect.term for effect in mixed_model(grid(kernel_sizes=(3,)), FACTORS).effects] == ["dilation", "pooling", "dilation:pooling"]


def test_a_single_arm_has_no_effects():
    assert mixed_model(grid(dilations=(1,), kernel_sizes=(3,), poolings=("max",)), FACTORS).effects == ()


def test_a_single_replicate_has_no_significant_effect():
    effects = mixed_model(grid(replicates=1), FACTORS).effects
    assert len(effects) == 7
    assert {(effect.statistic, effect.p_value, effect.partial_eta_squared) for effect in effects} == {(None, 1.0, 0.0)}


def test_equal_values_have_no_significant_effect():
    frame = grid().assign(value=95.1)
    assert {(effect.statistic, effect.p_value) for effect in mixed_model(frame, FACTORS).effects} == {(None, 1.0)}


def test_arms_that_differ_equally_in_every_replicate_have_a_p_value_of_zero():
    frame = grid()
    frame["value"] = 0.1 * frame["dilation"]
    certain = {effect.term: effect.p_value for effect in mixed_model(frame, FACTORS).effects}
    assert certain.pop("dilation") == 0.0
    assert set(certain.values()) == {1.0}


def test_a_missing_value_is_refused():
    frame = grid()
    frame.loc[3, "value"] = np.nan
    with pytest.raises(ValueError, match=r"finite number; got nan for .*'dilation': 1"):
        mixed_model(frame, FACTORS)


@pytest.mark.parametrize("change", [lambda frame: frame.drop(index=3), lambda frame: pd.concat([frame, frame.iloc[[3]]])])
def test_an_arm_that_is_missing_or_occurs_twice_is_refused(change):
    with pytest.raises(ValueError, match="every arm once, 128 values"):
        mixed_model(change(grid()), FACTORS)
