"""The answer on receptive field and pooling as plain numbers, taken from the effects."""

from collections.abc import Sequence

from kernel_dilation.analysis.answers import VERDICT_PRIORITY, Answer, without_missing
from kernel_dilation.analysis.arm_contrasts import ALL_ARMS, EVEN_ODD, SLOPE
from kernel_dilation.analysis.field_effects import FieldEffect

import pandas as pd

ENDS = {"smallest": min, "largest": max}  # dilations


def field_answer(effects: Sequence[FieldEffect], interactions: pd.DataFrame) -> Answer:
    """Return the answer: one verdict on all simple effects, then each contrast of poolings and of kernel sizes.

    The verdict is the strongest that any simple effect has, so that one difference is enough. It is
    `inconclusive` where the grid has neither two poolings nor two kernel sizes.

    Args:
        interactions: from `interaction_tests`; the answer has verdict and p-value of those of accuracy.
    """
    tested = interactions[interactions["family"] == "accuracy"].set_index("contrast")
    simple = [effect for effect in effects if effect.estimate.contrast.dilation is not None]
    verdicts = {effect.verdict for effect in simple}
    names = dict.fromkeys(effect.estimate.contrast.contrast for effect in simple)
    return without_missing({
        "verdict": next((verdict for verdict in VERDICT_PRIORITY if verdict in verdicts), "inconclusive"),
        "even_odd_share": share_differing(of_term(effects, ALL_ARMS, EVEN_ODD)),
        **{
            contrast_key(name): contrast_answer([effect for effect in effects if effect.estimate.contrast.contrast == name])
            | interaction_answer(name, tested)
            for name in names
        },
    })  # fmt: skip


def interaction_answer(name: str, tested: pd.DataFrame) -> Answer:
    """Return verdict and p-value on whether the effect of a contrast on accuracy depends on dilation; empty if that was not tested."""
    if name not in tested.index:
        return {}
    return {"interaction_verdict": tested["verdict"][name], "interaction_p_value": float(tested["p_value"][name])}


def contrast_key(name: str) -> str:
    """Return `average_minus_max` for `average - max`."""
    return name.replace(" - ", "_minus_").replace(" ", "_")


def contrast_answer(effects: Sequence[FieldEffect]) -> Answer:
    """Return the answer on one contrast: accuracy at the smallest and the largest dilation, its slope, and shares of metrics.

    Accuracy is in percentage points, its slope in points for each pixel of dilation. `metrics_share` is the share
    of the metrics of maps and class models that differ at any dilation, `slopes_share` that of the metrics whose
    difference changes with dilation. The largest effect is that with the largest difference as a share of its reference.
    """
    accuracy = {
        effect.estimate.contrast.dilation: effect for effect in effects if effect.estimate.family == "accuracy" and effect.estimate.contrast.dilation
    }
    answer: Answer = {}
    for end, choose in ENDS.items():
        effect = accuracy[choose(accuracy)]
        answer |= interval_answer(f"points_{end}", effect) | {f"verdict_{end}": effect.verdict}
    name = effects[0].estimate.contrast.contrast
    for effect in of_term(effects, name, SLOPE):
        if effect.estimate.family == "accuracy":
            answer |= interval_answer("slope", effect) | {"slope_p_value": effect.p_value}
    metrics = [effect for effect in effects if effect.estimate.family != "accuracy"]
    answer |= {"metrics": len({measure_of(effect) for effect in metrics}), "metrics_share": share_differing([e for e in metrics if is_simple(e)])}
    answer |= {"slopes_share": share_differing([effect for effect in of_term(effects, name, SLOPE) if effect.estimate.family != "accuracy"])}
    return without_missing(answer | largest_answer([effect for effect in metrics if is_simple(effect)]))


def interval_answer(name: str, effect: FieldEffect) -> Answer:
    """Return a difference with the ends of its interval under that name."""
    return {name: effect.estimate.difference, f"{name}_lower": effect.estimate.lower, f"{name}_upper": effect.estimate.upper}


def largest_answer(effects: Sequence[FieldEffect]) -> Answer:
    """Return metric, dilation and size of the largest effect whose verdict is a difference, as a share of its reference; empty without one."""
    shares = {
        effect.estimate.difference / abs(effect.estimate.reference): effect.estimate
        for effect in effects
        if effect.verdict == "difference" and effect.estimate.margin_is_share and effect.estimate.reference
    }
    if not shares:
        return {}
    share = max(shares, key=abs)
    estimate = shares[share]
    metric = f"{estimate.method} {estimate.measure}".replace("_", " ")
    return {"largest_metric": metric, "largest_dilation": estimate.contrast.dilation, "largest_share": share}


def share_differing(effects: Sequence[FieldEffect]) -> float | None:
    """Return the share of measures, 0 to 1, with the verdict `difference` in any of the effects; None without effects."""
    measures = {measure_of(effect) for effect in effects}
    differing = {measure_of(effect) for effect in effects if effect.verdict == "difference"}
    return len(differing) / len(measures) if measures else None


def of_term(effects: Sequence[FieldEffect], contrast: str, term: str) -> list[FieldEffect]:
    """Return the effects of one contrast and term."""
    return [effect for effect in effects if (effect.estimate.contrast.contrast, effect.estimate.contrast.term) == (contrast, term)]


def is_simple(effect: FieldEffect) -> bool:
    """Return whether the effect is a difference at one dilation."""
    return effect.estimate.contrast.dilation is not None


def measure_of(effect: FieldEffect) -> tuple[str, str, str]:
    """Return family, method and metric of an effect."""
    return effect.estimate.family, effect.estimate.method, effect.estimate.measure
