"""The comparison of treatments over blocks: a verdict and the tests, effects and pairs behind it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kernel_dilation.statistics.block_tables import Floats, Treatment, check_table, differences, is_numeric, treatment_pairs
from kernel_dilation.statistics.effect_sizes import mean_intervals, slopes
from kernel_dilation.statistics.family_correction import CorrectedP, correct_p_values, reachable_p_value
from kernel_dilation.statistics.pairwise_comparisons import Pair, compare_pairs
from kernel_dilation.statistics.rank_tests import kendall_w, omnibus_p_value, trend_p_value
from kernel_dilation.statistics.replicates_needed import MOST_REPLICATES, replicates_needed
from kernel_dilation.statistics.verdicts import Name, Verdict, decide_verdict, equivalence_p_value, holm

import numpy as np
from numpy.typing import ArrayLike

NOT_SIMULATED = "how many replicates would settle it was not simulated"
UNSETTLED = ("inconclusive", "untestable")  # the verdicts that more replicates could change


@dataclass(frozen=True)
class Slope:
    """The mean change for each unit of treatment, in the unit of the values, with the ends of its interval."""

    value: float
    lower: float | None  # None for a single block
    upper: float | None


@dataclass(frozen=True)
class Comparison:
    """The results for a table of blocks by treatments, from `compare_treatments`."""

    treatments: tuple[Treatment, ...]
    replicates: int
    margin: float  # in the unit of the values; the mean margin if each block has its own
    verdict: Verdict
    p_value: float  # of "no treatment differs"; corrected within the family after `correct_family`
    smallest_p_value: float  # that the test, and the correction after `correct_family`, could have given
    equivalence_p_value: float  # of "some pair differs by the margin or more"; corrected in the same way
    kendall_w: float  # 0 to 1
    trend_p_value: float | None  # None for treatments that are not numbers
    slope: Slope | None  # None for treatments that are not numbers and for a single treatment
    means: tuple[float, ...]  # over the replicates, one for each treatment
    best: Treatment  # the treatment with the highest mean, the first of several
    range_of_means: float  # the highest minus the lowest, in the unit of the values
    pairs: tuple[Pair, ...]
    replicates_needed: int | None  # to settle 80 % of such studies; None if more than 100 or if there is an `obstacle`
    obstacle: str  # why no number of replicates could settle it, or why none was computed; empty if there is no obstacle

    @property
    def is_smallest(self) -> bool:
        """Whether the p-value is the smallest that its test can give, and hence says nothing of the size of an effect."""
        return CorrectedP(self.p_value, self.smallest_p_value).is_smallest

    @property
    def turning_point(self) -> Treatment | None:
        """The treatment at which the means are non-monotonic, or None.

        There, the mean lies above (or below) those of both the first and the last treatment by more
        than the margin, and the intervals of both differences exclude 0. Treatments that are not numbers
        have no order and hence no turning point.
        """
        if not is_numeric(self.treatments) or len(self.means) < 3:
            return None
        means = dict(sorted(zip(self.treatments, self.means)))
        first, *inner, last = means
        lowest, highest = min(inner, key=means.__getitem__), max(inner, key=means.__getitem__)
        below = min(means[first], means[last]) - means[lowest]
        above = means[highest] - max(means[first], means[last])
        if max(below, above) <= self.margin:
            return None
        turn = lowest if below > above else highest
        ends = [pair for pair in self.pairs if {pair.first, pair.second} in ({turn, min(means)}, {turn, max(means)})]
        return turn if all(pair.lower is not None and pair.upper is not None and not pair.lower <= 0 <= pair.upper for pair in ends) else None

    @property
    def reason(self) -> str:
        """The reason for an inconclusive or untestable verdict and what would settle it; empty for the other verdicts."""
        if self.verdict not in UNSETTLED:
            return ""
        limit = f"with {self.replicates} replicates no p-value can be below {self.smallest_p_value:.2g}; " if self.verdict == "untestable" else ""
        if self.obstacle:
            return self.obstacle if self.obstacle != NOT_SIMULATED else limit + NOT_SIMULATED
        if self.replicates_needed is None:
            return f"{limit}more than {MOST_REPLICATES} replicates would be needed to settle it"
        return f"{limit}{self.replicates_needed} replicates would settle it in 4 of 5 studies"


def compare_treatments(
    values: ArrayLike, treatments: Sequence[Treatment], margin: float | Floats, alpha: float, resamples: int, seed: int
) -> Comparison:
    """Compare the treatments of a table (blocks, treatments) of paired values: verdict, tests, effects and pairs.

    The margin is the smallest relevant difference, in the unit of the values: one number, or one for
    each block (`relative_margins`). The verdict follows `verdicts.decide_verdict`. The number of
    replicates that would settle an inconclusive verdict is added by `with_replicates_needed`, because
    it takes ten times as long as everything else.

    Raises:
        ValueError: a cell that is missing or infinite, treatments that do not match the columns, a
            negative margin, margins that do not match the blocks, or an alpha that is not between 0 and 1.
    """
    table = check_table(values, treatments)
    _check_levels(margin, alpha, len(table))
    paired, mean_margin = differences(table), float(np.mean(margin))
    p_value, tost = omnibus_p_value(table, seed), equivalence_p_value(paired, margin)
    means, smallest = table.mean(axis=0), reachable_p_value(*table.shape)
    return Comparison(
        treatments=tuple(treatments),
        replicates=len(table),
        margin=mean_margin,
        verdict=decide_verdict(p_value, tost <= alpha, alpha, smallest if len(treatments) > 1 else 0.0),
        p_value=p_value,
        smallest_p_value=smallest,
        equivalence_p_value=tost,
        kendall_w=kendall_w(table),
        trend_p_value=trend_p_value(table, treatments, seed),
        slope=_slope(table, treatments, alpha, resamples, seed),
        means=tuple(map(float, means)),
        best=treatments[int(means.argmax())],
        range_of_means=float(np.ptp(means)),
        pairs=tuple(compare_pairs(paired, treatment_pairs(treatments), margin, alpha, resamples, seed)),
        replicates_needed=None,
        obstacle=_obstacle(table, mean_margin) or NOT_SIMULATED,
    )


def with_replicates_needed(comparison: Comparison, values: ArrayLike, alpha: float, seed: int, family: int = 1) -> Comparison:
    """Return the comparison of this table with the number of replicates that would settle it, if it is not settled.

    The comparison is returned unchanged if another verdict was reached or if there is an obstacle.
    `family` is the number of comparisons whose p-values are corrected together; a larger family needs
    more replicates.
    """
    if comparison.verdict not in UNSETTLED or comparison.obstacle != NOT_SIMULATED:
        return comparison
    needed = replicates_needed(check_table(values, comparison.treatments), comparison.margin, alpha / family, seed)
    return replace(comparison, replicates_needed=needed, obstacle="")


def correct_family(comparisons: Mapping[Name, Comparison], tables: Mapping[Name, Floats], alpha: float, seed: int) -> dict[Name, Comparison]:
    """Return the comparisons of one family with both p-values corrected and the resulting verdicts.

    The tests for a difference are one family, corrected by `family_correction.correct_p_values` from their
    tables (blocks, treatments). The tests for equivalence, which are t tests, are another, corrected by Holm.
    A comparison of a single treatment remains inconclusive: there is nothing that more replicates could test.
    """
    p_values = {name: each.p_value for name, each in comparisons.items()}
    corrected = correct_p_values(p_values, {name: each.smallest_p_value for name, each in comparisons.items()}, tables, alpha, seed)
    tosts = holm({name: each.equivalence_p_value for name, each in comparisons.items()})
    return {
        name: replace(
            each,
            p_value=corrected[name].p_value,
            smallest_p_value=corrected[name].smallest,
            equivalence_p_value=tosts[name],
            verdict=decide_verdict(
                corrected[name].p_value, tosts[name] <= alpha, alpha, corrected[name].smallest if len(each.treatments) > 1 else 0.0
            ),
        )
        for name, each in comparisons.items()
    }


def _check_levels(margin: float | Floats, alpha: float, blocks: int) -> None:
    """Refuse a margin or an alpha that is out of its range."""
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1; got {alpha}")
    if np.ndim(margin) and np.shape(margin) != (blocks,):
        raise ValueError(f"there must be one margin, or one for each of the {blocks} blocks; got margins of shape {np.shape(margin)}")
    if not np.isfinite(margin).all() or np.mean(margin) < 0:
        raise ValueError(f"a margin must be finite and not below 0; got {np.mean(margin)}")


def _obstacle(table: Floats, margin: float) -> str:
    """Return why nothing can be shown and no simulation is possible; empty if there is no obstacle."""
    if table.shape[1] < 2:
        return "there is one treatment and nothing to compare it with"
    if len(table) < 2:
        return "a single replicate has no spread to judge a difference by"
    return "" if margin > 0 else "with a margin of zero nothing can be shown to be equivalent"


def _slope(table: Floats, treatments: Sequence[Treatment], alpha: float, resamples: int, seed: int) -> Slope | None:
    """Return the slope along the treatments, or None if they are not numbers or if there is only one."""
    if not is_numeric(treatments) or len(treatments) < 2:
        return None
    samples = slopes(table, [float(treatment) for treatment in treatments])[:, np.newaxis]
    if len(table) < 2:
        return Slope(float(samples.mean()), None, None)
    lower, upper = mean_intervals(samples, alpha, resamples, seed)
    return Slope(float(samples.mean()), float(lower[0]), float(upper[0]))
