"""The comparison of treatments over blocks and its verdict."""

import json
from dataclasses import asdict

from kernel_dilation.statistics.block_tables import relative_margins
from kernel_dilation.statistics.comparisons import Comparison, compare_treatments, correct_family, with_replicates_needed
from kernel_dilation.statistics.effect_sizes import mean_intervals, slopes
from kernel_dilation.statistics.verdicts import holm

import numpy as np
import pytest

NOISE = 97 + 0.1 * np.random.default_rng(0).normal(size=(8, 4))
DILATIONS = [1, 2, 3, 4]
ALPHA = 0.05
LAST = np.array([0.0, 0.0, 0.0, 1.0])


def compared(values, treatments=DILATIONS, margin=0.5) -> Comparison:
    return compare_treatments(values, treatments, margin, alpha=ALPHA, resamples=1000, seed=0)


# By construction: noise of 0.1 points and a margin of 0.5 points.
@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (NOISE, "equivalent"),
        (NOISE - 2.0 * LAST, "difference"),
        (NOISE - 0.3 * LAST, "negligible"),
        (97 + (NOISE - 97) * 20, "inconclusive"),
    ],
)
def test_the_verdict_is_that_for_which_the_table_was_constructed(table, expected):
    assert compared(table).verdict == expected


def test_a_difference_is_reported_with_its_size_direction_and_trend():
    # By hand: the means fall by one point for each unit of dilation.
    table = NOISE - np.arange(4)
    answer = compared(table)
    assert answer.best == 1
    assert answer.range_of_means == pytest.approx(3.0, abs=0.2)
    assert answer.slope is not None
    assert answer.slope.value == pytest.approx(-1.0, abs=0.05)
    assert answer.kendall_w == 1.0
    assert answer.trend_p_value is not None
    assert answer.trend_p_value < 1e-6
    assert len(answer.pairs) == 6
    assert all(pair.mean_difference < 0 for pair in answer.pairs)


def test_the_slope_is_the_mean_of_the_blocks_slopes_with_its_interval():
    # Oracle: `slopes` and `mean_intervals`, which have tests of their own.
    samples = slopes(NOISE, DILATIONS)[:, np.newaxis]
    lower, upper = mean_intervals(samples, 0.05, 1000, 0)
    slope = compared(NOISE).slope
    assert slope is not None
    assert (slope.value, slope.lower, slope.upper) == (samples.mean(), lower[0], upper[0])


def test_the_order_of_the_columns_does_not_matter():
    order = [2, 0, 3, 1]
    shuffled = compared(NOISE[:, order] - np.array(order), [DILATIONS[column] for column in order])
    ordered = compared(NOISE - np.arange(4))
    assert shuffled.best == ordered.best
    assert shuffled.slope is not None
    assert ordered.slope is not None
    assert shuffled.slope.value == pytest.approx(ordered.slope.value)
    assert shuffled.trend_p_value == pytest.approx(ordered.trend_p_value)


def test_an_inconclusive_verdict_reports_how_many_replicates_would_settle_it():
    table = 97 + (NOISE - 97) * 5
    answer = with_replicates_needed(compared(table), table, ALPHA, 0)
    assert answer.verdict == "inconclusive"
    assert answer.replicates_needed is not None
    assert answer.replicates_needed > 8
    assert answer.reason == f"{answer.replicates_needed} replicates would settle it in 4 of 5 studies"


def test_an_inconclusive_verdict_that_needs_too_many_replicates_reports_it():
    table = 97 + (NOISE - 97) * 100
    answer = with_replicates_needed(compared(table), table, ALPHA, 0)
    assert answer.replicates_needed is None
    assert answer.reason == "more than 100 replicates would be needed to settle it"


def test_a_larger_family_needs_more_replicates():
    noisy = 97 + (NOISE - 97) * 4
    alone, of_twenty = (with_replicates_needed(compared(noisy), noisy, ALPHA, 0, family).replicates_needed for family in (1, 20))
    assert alone is not None
    assert of_twenty is not None
    assert of_twenty > alone


def test_an_inconclusive_verdict_without_simulation_reports_it():
    assert compared(97 + (NOISE - 97) * 5).reason == "how many replicates would settle it was not simulated"


def test_a_conclusive_verdict_is_not_simulated():
    assert with_replicates_needed(compared(NOISE), NOISE, ALPHA, 0) == compared(NOISE)


def test_a_conclusive_verdict_has_no_reason():
    assert compared(NOISE).reason == ""


def test_a_single_replicate_is_untestable_and_gives_the_reason():
    answer = compared(NOISE[:1])
    assert (answer.verdict, answer.p_value, answer.equivalence_p_value, answer.kendall_w) == ("untestable", 1.0, 1.0, 0.0)
    assert "single replicate" in answer.reason
    assert answer.slope is not None
    assert answer.slope.lower is None


def test_a_single_dilation_is_inconclusive_and_gives_the_reason():
    answer = compared(NOISE[:, :1], [1])
    assert (answer.verdict, answer.p_value, answer.pairs, answer.slope) == ("inconclusive", 1.0, (), None)
    assert "nothing to compare" in answer.reason


def test_two_dilations_are_compared_by_wilcoxons_test():
    # By hand: if all 8 blocks agree, p = 2 / 2^8.
    answer = compared(NOISE[:, :2] - [0.0, 2.0], [1, 2])
    assert (answer.verdict, answer.p_value, answer.trend_p_value) == ("difference", 2 / 256, 2 / 256)


def test_treatments_that_are_names_have_no_trend():
    answer = compared(NOISE[:, :2], ["max", "average"])
    assert (answer.verdict, answer.trend_p_value, answer.slope) == ("equivalent", None, None)


def test_equal_columns_are_equivalent():
    answer = compared(np.ones((8, 4)))
    assert (answer.verdict, answer.p_value, answer.equivalence_p_value, answer.range_of_means) == ("equivalent", 1.0, 0.0, 0.0)


def test_equal_columns_with_a_margin_of_zero_are_inconclusive_and_give_the_reason():
    answer = compared(np.ones((8, 4)), margin=0.0)
    assert answer.verdict == "inconclusive"
    assert "margin of zero" in answer.reason


def test_a_constant_difference_beyond_the_margin_is_a_difference():
    assert compared(np.tile([1.0, 1.0, 1.0, 5.0], (8, 1))).verdict == "difference"


def test_a_missing_replicate_is_refused():
    table = NOISE.copy()
    table[5, 2] = np.nan
    with pytest.raises(ValueError, match="treatment 3 in block 5 is missing"):
        compared(table)


@pytest.mark.parametrize(
    ("margin", "alpha", "rule"),
    [(-0.5, 0.05, "not below 0"), (float("nan"), 0.05, "finite"), (np.ones(3), 0.05, "each of the 8 blocks"), (0.5, 1.5, "alpha must lie between")],
)
def test_a_margin_or_an_alpha_out_of_range_is_refused(margin, alpha, rule):
    with pytest.raises(ValueError, match=rule):
        compare_treatments(NOISE, DILATIONS, margin, alpha, 1000, 0)


def test_a_relative_margin_does_not_depend_on_the_unit():
    answers = [compared(table, margin=relative_margins(table, DILATIONS, 0.005)) for table in (NOISE, NOISE / 1000)]
    assert answers[0].equivalence_p_value == pytest.approx(answers[1].equivalence_p_value)
    assert answers[0].verdict == answers[1].verdict == "equivalent"


@pytest.mark.parametrize(
    "table",
    [
        NOISE,
        NOISE[:1],
        NOISE[:2],
        NOISE[:3, :2],
        NOISE[:, :1],
        np.zeros((8, 4)),
        np.ones((8, 2)),
        np.tile([1.0, 2.0, 3.0], (5, 1)),
        np.round(NOISE, 1),
        np.array([[0.0, 1.0], [0.0, 0.0]]),
        1e-30 * NOISE,
        1e30 * NOISE,
    ],
)
def test_every_number_of_a_comparison_is_finite(table):
    answer = compared(table, list(range(1, table.shape[1] + 1)))
    assert json.loads(json.dumps(asdict(answer), allow_nan=False))["verdict"] == answer.verdict
    assert (answer.reason == "") == (answer.verdict not in ("inconclusive", "untestable"))


def test_the_same_table_gives_the_same_comparison():
    assert compared(NOISE) == compared(NOISE)


def test_a_family_is_corrected_by_holm_and_its_verdicts_change_accordingly():
    # Oracle: `holm`, which is tested against R. The weak comparison is significant by itself but not in a family of six.
    family = {"clear": compared(NOISE - 2.0 * LAST)}
    weak = compared(97 + (NOISE - 97) * 20 - np.arange(4) * 1.3)
    assert weak.verdict == "difference"
    family |= {f"weak {number}": weak for number in range(5)}
    answers = correct_family(family, dict.fromkeys(family, NOISE), 0.05, 0)
    assert {name: answer.p_value for name, answer in answers.items()} == holm({name: answer.p_value for name, answer in family.items()})
    assert answers["clear"].verdict == "difference"
    assert answers["weak 0"].verdict == "inconclusive"
    assert answers["weak 0"].reason


def test_a_family_too_large_for_holm_is_corrected_from_its_joint_distribution():
    # By hand: 2/2^8 x 20 = 0.16 is above 0.05, so that Holm could find nothing; Westfall and Young reach 2/2^8.
    pairs = {number: NOISE[:, :2] * 0.1 - np.array([0.0, 1.0 + number]) for number in range(20)}
    family = {number: compared(table, (1, 2)) for number, table in pairs.items()}
    answers = correct_family(family, pairs, 0.05, 0)
    assert {answer.verdict for answer in answers.values()} == {"difference"}
    assert {(answer.p_value, answer.smallest_p_value) for answer in answers.values()} == {(2 / 256, 2 / 256)}


def test_a_family_that_no_data_could_make_significant_is_untestable():
    # By hand: five replicates of two treatments reach 2/2^5 = 0.0625 at best.
    table = NOISE[:5, :2] - np.array([0.0, 3.0])
    answer = correct_family({"pooling": compared(table, ("max", "average"))}, {"pooling": table}, 0.05, 0)["pooling"]
    assert (answer.verdict, answer.p_value, answer.smallest_p_value) == ("untestable", 0.0625, 0.0625)
    assert answer.reason.startswith("with 5 replicates no p-value can be below 0.062; ")


def test_equivalence_is_also_corrected_within_the_family():
    answer = compared(97 + (NOISE - 97) * 1.9)
    assert answer.verdict == "equivalent"
    answers = correct_family({number: answer for number in range(40)}, dict.fromkeys(range(40), NOISE), 0.05, 0)
    assert answers[0].equivalence_p_value == pytest.approx(min(1.0, 40 * answer.equivalence_p_value))
    assert answers[0].verdict == ("equivalent" if 40 * answer.equivalence_p_value <= 0.05 else "inconclusive")


@pytest.mark.parametrize(
    ("treatments", "means", "turns"),
    [
        ((1, 2, 3), (1.0, 2.0, 3.0), None), ((1, 2, 3), (1.0, 3.0, 1.5), 2), ((1, 2, 3), (3.0, 1.0, 2.5), 2), ((1, 2, 3), (1.0, 1.4, 1.0), None),
        ((1, 2, 3, 4), (1.0, 3.0, 1.0, 2.0), 2), ((1, 2), (1.0, 5.0), None), ((1, 2, 4, 3), (1.0, 2.0, 4.0, 3.0), None),
        ((1, 4, 2), (1.0, 1.0, 3.0), 2), (("max", "average", "stride"), (1.0, 3.0, 1.0), None),
    ],
)  # fmt: skip
def test_means_turn_where_they_differ_from_both_ends_by_more_than_the_margin(treatments, means, turns):
    """By hand, with a margin of 0.5."""
    table = np.tile(means, (6, 1)) + np.arange(6)[:, None]
    assert compare_treatments(table, treatments, 0.5, 0.05, 100, 0).turning_point == turns
