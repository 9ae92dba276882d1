"""What receptive field and pooling do: contrasts of accuracy and of every metric, with intervals, tests and verdicts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from kernel_dilation.analysis.arm_contrasts import SLOPE, ArmContrast, interactions, simple_effects
from kernel_dilation.analysis.metric_margins import SIGNED_METRICS, metric_margin
from kernel_dilation.analysis.metric_stacks import CLASS_MODEL_METHODS, Stack, Stacks, is_complete
from kernel_dilation.experiment.parameters import Analyze
from kernel_dilation.experiment.paths import CLASS_MODEL
from kernel_dilation.statistics.block_tables import Floats, without_rounding_error
from kernel_dilation.statistics.crossed_means import crossed_means, crossed_tost_p_values
from kernel_dilation.statistics.effect_sizes import cohen_dz
from kernel_dilation.statistics.family_correction import reachable_p_value
from kernel_dilation.statistics.verdicts import Verdict, decide_verdict, holm
from kernel_dilation.statistics.westfall_young import sign_flip_p_values

import numpy as np
import pandas as pd


@dataclass(frozen=True)
class ContrastEstimate:
    """A contrast of one measure: its mean over replicates and images, and what is needed to test it."""

    family: str  # `accuracy`, `saliency` or `class_model`
    method: str
    measure: str
    contrast: ArmContrast
    blocks: Floats  # (replicates,), the mean over images
    difference: float
    lower: float | None  # ends of the interval over replicates and images; None for a single replicate
    upper: float | None
    p_value: float  # of a two-sided t test over replicates and images
    equivalence_p_value: float
    margin: float
    reference: float  # mean of the reference arms

    @property
    def margin_is_share(self) -> bool:
        """Whether the measure has a zero, so that a share of its reference value means something."""
        return self.measure not in SIGNED_METRICS


@dataclass(frozen=True)
class FieldEffect:
    """A contrast with p-values corrected within its family and its verdict."""

    estimate: ContrastEstimate
    p_value: float
    smallest_p_value: float
    equivalence_p_value: float
    verdict: Verdict

    def row(self) -> dict[str, object]:
        """Return the row of this effect in a table; `share` is the difference as a share of the reference."""
        each, contrast = self.estimate, self.estimate.contrast
        place = {"term": contrast.term} if contrast.dilation is None else {"dilation": contrast.dilation}
        share = each.difference / abs(each.reference) if each.reference and each.margin_is_share else None
        return {
            "family": each.family, "method": each.method, "measure": each.measure, "contrast": contrast.contrast, **place,
            "difference": each.difference, "lower": each.lower, "upper": each.upper, "reference": each.reference,
            "share": share, "cohen_dz": cohen_dz(each.blocks[:, np.newaxis])[0],
            "p_value": self.p_value, "smallest_p_value": self.smallest_p_value, "equivalence_p_value": self.equivalence_p_value,
            "margin": each.margin, "verdict": self.verdict,
        }  # fmt: skip


def measured_stacks(correct: Stack, metrics: Stacks) -> dict[tuple[str, str, str], Stack]:
    """Return the values of accuracy and of each metric that every arm has in full, by family, method and measure.

    Args:
        correct: accuracy in percent of every network on every test image, (replicates, images) by arm.
        metrics: the same for the metrics of trained networks, by method and metric.
    """
    return {("accuracy", "", "accuracy"): correct} | {
        (CLASS_MODEL if method in CLASS_MODEL_METHODS else "saliency", method, metric): stack
        for (method, metric), stack in metrics.items()
        if set(correct) <= set(stack) and is_complete(stack)
    }


def field_effects(correct: Stack, metrics: Stacks, options: Analyze) -> list[FieldEffect]:
    """Return every simple effect and interaction of accuracy and of every metric.

    Args:
        correct: accuracy in percent of every network on every test image, (replicates, images) by arm.
        metrics: the same for the metrics of trained networks, by method and metric.
    """
    arms = list(correct)
    contrasts = [*simple_effects(arms), *interactions(arms)]
    groups: dict[tuple[str, str, str], list[ContrastEstimate]] = {}
    for (family, method, measure), stack in measured_stacks(correct, metrics).items():
        for contrast in contrasts:
            estimate = estimate_contrast((family, method, measure), stack, contrast, options)
            groups.setdefault((family, contrast.contrast, contrast.term), []).append(estimate)
    return [effect for group in groups.values() for effect in correct_contrasts(group, options)]


def estimate_contrast(question: tuple[str, str, str], stack: Stack, contrast: ArmContrast, options: Analyze) -> ContrastEstimate:
    """Return a contrast of one measure with its interval and the p-values of its two t tests."""
    family, method, measure = question
    values = without_rounding_error(contrast.of(stack), max(float(np.nanmax(np.abs(part))) for part in stack.values()))
    reference = np.nanmean(np.mean([stack[arm] for arm in contrast.reference], axis=0), axis=1)
    margin = contrast_margin(family, measure, reference, contrast, options)
    blocks = np.nanmean(values, axis=1)
    single = ContrastEstimate(
        family, method, measure, contrast, blocks,
        difference=float(blocks.mean()), lower=None, upper=None, p_value=1.0, equivalence_p_value=1.0,
        margin=float(margin.mean()), reference=float(reference.mean()),
    )  # fmt: skip
    if len(values) < 2:
        return single
    means, tost = crossed_means(values), crossed_tost_p_values(values, margin[:, np.newaxis])
    lower, upper = means.interval(options.alpha)
    return replace(
        single, difference=float(means.mean), lower=float(lower), upper=float(upper), p_value=float(means.p_values()), equivalence_p_value=float(tost)
    )


def contrast_margin(family: str, measure: str, reference: Floats, contrast: ArmContrast, options: Analyze) -> Floats:
    """Return the margin of each replicate, (replicates,), in the unit of the contrast.

    That of a slope is reached where the simple effect changes by the margin from the smallest to the largest dilation.
    """
    margin = np.full(len(reference), options.margin_points) if family == "accuracy" else metric_margin(measure, reference, options)
    dilations = [arm.dilation for arm in contrast.weights]
    return margin / (max(dilations) - min(dilations)) if contrast.term == SLOPE else margin


def correct_contrasts(family: Sequence[ContrastEstimate], options: Analyze) -> list[FieldEffect]:
    """Return the effects of one family with corrected p-values and verdicts.

    Accuracy is tested over replicates and images, corrected by Holm. Metrics are tested over replicates by
    joint flips of signs (`westfall_young`), because a family of hundreds would leave Holm no chance.
    """
    names = range(len(family))
    tosts = holm({name: each.equivalence_p_value for name, each in zip(names, family)})
    if family[0].family == "accuracy":
        smallest = 0.0 if len(family[0].blocks) > 1 else 1.0
        p_values: Mapping[int, float] = holm({name: each.p_value for name, each in zip(names, family)})
    else:
        smallest = reachable_p_value(len(family[0].blocks), 2)
        p_values = dict(zip(names, map(float, sign_flip_p_values(np.stack([each.blocks for each in family], axis=1), options.seed))))
    return [
        FieldEffect(
            each, p_values[name], smallest, tosts[name], decide_verdict(p_values[name], tosts[name] <= options.alpha, options.alpha, smallest)
        )
        for name, each in zip(names, family)
    ]


def effect_tables(effects: Sequence[FieldEffect]) -> dict[str, pd.DataFrame]:
    """Return the tables `simple_effects` and `interactions`."""
    simple = [effect.row() for effect in effects if effect.estimate.contrast.dilation is not None]
    others = [effect.row() for effect in effects if effect.estimate.contrast.dilation is None]
    return {"simple_effects": pd.DataFrame(simple), "interactions": pd.DataFrame(others)}


def untrained_effects(metrics: Stacks) -> pd.DataFrame:
    """Return the mean of every simple effect on every metric of the networks at initialisation; no rows if they were not explained.

    Args:
        metrics: by method and metric, of untrained networks.
    """
    rows = [
        {"method": method, "measure": metric, "contrast": each.contrast, "dilation": each.dilation, "difference": float(np.nanmean(each.of(stack)))}
        for (method, metric), stack in metrics.items()
        if is_complete(stack)
        for each in simple_effects(list(stack))
    ]
    return pd.DataFrame(rows, columns=["method", "measure", "contrast", "dilation", "difference"])
