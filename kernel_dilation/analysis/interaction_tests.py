"""Does what pooling and kernel size do depend on dilation at all? Omnibus tests of every interaction, whatever its shape."""

from collections.abc import Sequence
from dataclasses import dataclass

from kernel_dilation.analysis.arm_contrasts import ArmContrast, simple_effects
from kernel_dilation.analysis.field_effects import contrast_margin, measured_stacks
from kernel_dilation.analysis.metric_stacks import Stack, Stacks
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.statistics.block_tables import Floats, without_rounding_error
from kernel_dilation.statistics.crossed_comparisons import crossed_verdicts, pair_differences
from kernel_dilation.statistics.crossed_means import crossed_tost_p_values, quasi_f_p_value
from kernel_dilation.statistics.family_correction import joint_p_values, reachable_p_value
from kernel_dilation.statistics.verdicts import decide_verdict, holm

import numpy as np
import pandas as pd

COLUMNS = (
    "family", "method", "measure", "contrast", "lowest_at", "lowest", "highest_at", "highest", "range", "p_value", "smallest_p_value",
    "equivalence_p_value", "margin", "verdict", "crossed_verdict",
)  # fmt: skip


@dataclass(frozen=True)
class EffectByDilation:
    """A contrast of one measure at every dilation."""

    family: str  # `accuracy`, `saliency` or `class_model`
    method: str
    measure: str
    contrast: str
    dilations: tuple[int, ...]
    stack: Floats  # (dilations, replicates, images)
    margin: Floats  # (replicates,), of a simple effect

    @property
    def table(self) -> Floats:
        """The mean over images, (replicates, dilations)."""
        return np.asarray(np.nanmean(self.stack, axis=2).T)


def interaction_tests(correct: Stack, metrics: Stacks, options: Analyze) -> pd.DataFrame:
    """Test for each contrast and measure whether the simple effect is the same at every dilation; no rows for a single dilation or contrast.

    A slope finds only effects that grow or fall steadily. For accuracy this is the quasi-F over replicates and images;
    for metrics it is Friedman's test of the simple effects, corrected over all metrics of a family by Westfall and
    Young. Equivalent: any two dilations have simple effects that differ by less than the margin. The second verdict on
    metrics, `crossed_verdict`, holds for new images as well.

    Args:
        correct: accuracy in percent of every network on every test image, (replicates, images) by arm.
        metrics: the same for the metrics of trained networks, by method and metric.
    """
    contrasts = simple_effects(list(correct))
    families: dict[tuple[str, str], list[EffectByDilation]] = {}
    for name in dict.fromkeys(contrast.contrast for contrast in contrasts):
        of_name = [contrast for contrast in contrasts if contrast.contrast == name]
        for (family, method, measure), stack in measured_stacks(correct, metrics).items():
            if len(of_name) > 1:
                families.setdefault((family, name), []).append(effect_by_dilation((family, method, measure), stack, of_name, options))
    return pd.DataFrame([row for family in families.values() for row in interaction_rows(family, options)], columns=list(COLUMNS))


def effect_by_dilation(question: tuple[str, str, str], stack: Stack, contrasts: Sequence[ArmContrast], options: Analyze) -> EffectByDilation:
    """Return the simple effects of one contrast at every dilation."""
    family, _, measure = question
    scale = max(float(np.nanmax(np.abs(part))) for part in stack.values())
    values = without_rounding_error(np.stack([contrast.of(stack) for contrast in contrasts]), scale)
    reference = np.nanmean(np.mean([stack[arm] for arm in contrasts[0].reference], axis=0), axis=1)
    dilations = tuple(contrast.dilation for contrast in contrasts if contrast.dilation is not None)
    margin = contrast_margin(family, measure, reference, contrasts[0], options)
    return EffectByDilation(*question, contrasts[0].contrast, dilations, values, margin)


def interaction_rows(family: Sequence[EffectByDilation], options: Analyze) -> list[dict[str, object]]:
    """Return the rows of one family, with p-values corrected over it and verdicts."""
    names, (replicates, dilations) = range(len(family)), family[0].table.shape
    if replicates < 2:
        p_values, tosts, smallest = dict.fromkeys(names, 1.0), dict.fromkeys(names, 1.0), 1.0
    else:
        if family[0].family == "accuracy":
            p_values, smallest = holm({name: quasi_f_p_value(family[name].stack) for name in names}), 0.0
        else:
            joint = joint_p_values([each.table for each in family], dilations, options.seed)
            p_values, smallest = dict(zip(names, map(float, joint))), reachable_p_value(replicates, dilations)
        tosts = holm({name: largest_tost(family[name]) for name in names})
    of_images = {name: each.stack for name, each in zip(names, family) if family[0].family != "accuracy" and each.stack.shape[2] > 1}
    crossed = crossed_verdicts(of_images, {name: family[name].margin for name in of_images}, options.alpha)
    rows = []
    for name, each in zip(names, family):
        means = each.table.mean(axis=0)
        lowest, highest = int(means.argmin()), int(means.argmax())
        rows.append({
            "family": each.family, "method": each.method, "measure": each.measure, "contrast": each.contrast,
            "lowest_at": each.dilations[lowest], "lowest": means[lowest], "highest_at": each.dilations[highest], "highest": means[highest],
            "range": means[highest] - means[lowest], "p_value": p_values[name], "smallest_p_value": smallest, "equivalence_p_value": tosts[name],
            "margin": each.margin.mean(),
            "verdict": decide_verdict(p_values[name], tosts[name] <= options.alpha, options.alpha, smallest),
            "crossed_verdict": crossed[name].verdict if name in crossed else None,
        })  # fmt: skip
    return rows


def largest_tost(effect: EffectByDilation) -> float:
    """Return the p-value of "at two dilations the simple effects differ by the margin or more": the largest of all pairs (Berger 1982)."""
    return float(np.max(crossed_tost_p_values(pair_differences(effect.stack), effect.margin[:, np.newaxis])))
