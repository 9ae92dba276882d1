"""The answer on class saliencies in plain sentences: the metrics that change with dilation, those that do not, and comparisons with a reference."""

from collections.abc import Mapping, Sequence

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_interval,
    format_number,
    format_percent,
    join_with_and,
    number_word,
    without_underscores,
)
from kernel_dilation.report.glossary import CONTRAST_GLOSSARY, METRIC_GLOSSARY, ContrastGlossaryEntry
from kernel_dilation.report.scope import AnswerValues, Scope

BECOME = "become "
UNCHANGED = {
    "negligible": "For {name}, the differences between dilations in {metrics} are significant but smaller than the {margin} margin (negligible).",
    "equivalent": "For {name}, dilations are shown to be equivalent within the {margin} margin in {metrics}.",
    "inconclusive": "For {name}, the results are inconclusive for {metrics}.",
    "untestable": "For {name}, the replicates are too few for any difference in {metrics} to be significant.",
}


def saliency_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what dilation does to the metrics of maps and class models; nothing without a verdict."""
    tested = f"the {count_noun(answer['measures'], 'method-metric combination')}" if "measures" in answer else "the method-metric combinations"
    opening = {
        "difference": f"Yes, dilation changes class saliencies{differing_clause(answer, scope)}.",
        "negligible": f"Only negligibly: of {tested}, those that differ significantly are equivalent within the {scope.margin} margin.",
        "equivalent": f"No: {tested} are shown to be equivalent between dilations within the {scope.margin} margin.",
        "inconclusive": f"Inconclusive: none of {tested} differs significantly between dilations, but not all are shown to be equivalent.",
        "untestable": f"Untestable: with {count_noun(scope.replicates, 'replicate')} none of {tested} could differ significantly, whatever its size.",
    }
    if answer.get("verdict") not in opening:
        return []
    models = answer.get("class_model", {})
    return [
        opening[answer["verdict"]],
        *learned_share_sentences(answer, scope),
        *metric_sentences(f"{without_underscores(answer.get('method', 'saliency'))} maps", answer, scope),
        *learned_sentences(f"{without_underscores(answer.get('method', 'saliency'))} maps", answer, scope),
        *metric_sentences("class models", models, scope),
        *learned_sentences("class models", models, scope),
        *class_mean_sentences(models, scope),
        *contrast_sentences(answer, scope),
    ]


def differing_clause(answer: AnswerValues, scope: Scope) -> str:
    """Return how many combinations of a method (or class models) with a metric have the verdict difference."""
    if "share_differing" not in answer or "measures" not in answer:
        return ""
    return (
        f": {format_percent(answer['share_differing'])} of the {count_noun(answer['measures'], 'method-metric combination')} differ significantly "
        f"between dilations and are not shown to be equivalent within the {scope.margin} margin"
    )


def metric_sentences(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what dilation does to the metrics of maps of one kind.

    Metrics that change come first, then non-monotonic ones, then those that are negligible, equivalent or
    inconclusive.
    """
    needed = {"verdict", "slope_per_dilation"}
    metrics = {metric: value for metric, value in answer.items() if isinstance(value, Mapping) and needed <= value.keys()}
    changes: dict[str, list[str]] = {}
    for metric, value in metrics.items():
        if value["verdict"] == "difference" and "turns_at" not in value:
            changes.setdefault(direction_phrase(metric, value["slope_per_dilation"]), []).append(without_underscores(metric))
    return [
        *changing_sentence(name, [f"{phrase} ({join_with_and(names)})" for phrase, names in changes.items()]),
        *non_monotonic_sentence(name, metrics, scope),
        *(
            text.format(name=name, metrics=join_with_and(names), margin=scope.margin)
            for verdict, text in UNCHANGED.items()
            if (names := metrics_with_verdict(metrics, verdict))
        ),
    ]


def learned_share_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return how many combinations differ in what training adds; nothing if the networks at initialisation were not explained."""
    if "learned_share_differing" not in answer:
        return []
    return [
        "Measured against the same networks at initialisation (difference of differences), what training adds differs "
        "significantly between dilations, and is not shown to be equivalent, in "
        f"{format_percent(answer['learned_share_differing'])} of the combinations."
    ]


def learned_sentences(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """Return for which metrics that differ the difference is learned, and for which untrained networks show it too."""
    verdicts = {
        metric: value["learned_verdict"]
        for metric, value in answer.items()
        if isinstance(value, Mapping) and value.get("verdict") == "difference" and "learned_verdict" in value
    }
    groups = {
        "Of these differences, training accounts for those in {metrics} (what it adds differs between dilations as well).": ("difference",),
        "Untrained networks show the differences in {metrics} too: what training adds differs by less than the {margin} margin.": (
            "negligible",
            "equivalent",
        ),
        "Whether training accounts for the differences in {metrics} is not decided.": ("inconclusive", "untestable"),
    }
    lines = []
    for text, kinds in groups.items():
        if metrics := [without_underscores(metric) for metric, verdict in verdicts.items() if verdict in kinds]:
            lines.append(f"For {name}: {text[0].lower()}{text[1:]}".format(metrics=join_with_and(metrics), margin=scope.margin))
    return lines


def changing_sentence(name: str, phrases: Sequence[str]) -> list[str]:
    """Return what maps become and do as dilation increases; nothing if there is no phrase."""
    become = [phrase.removeprefix(BECOME) for phrase in phrases if phrase.startswith(BECOME)]
    others = [phrase for phrase in phrases if not phrase.startswith(BECOME)]
    clauses = [f"{BECOME}{join_with_and(become)}" if become else "", join_with_and(others)]
    text = "; they ".join(filter(None, clauses))
    return [f"As dilation increases, {name} {text}."] if text else []


def non_monotonic_sentence(name: str, metrics: Mapping[str, AnswerValues], scope: Scope) -> list[str]:
    """Return which metrics that differ between dilations have means that turn, and where; nothing if none does."""
    by_dilation: dict[float, list[str]] = {}
    for metric, value in metrics.items():
        if value["verdict"] == "difference" and "turns_at" in value:
            by_dilation.setdefault(value["turns_at"], []).append(without_underscores(metric))
    if not by_dilation:
        return []
    count = sum(map(len, by_dilation.values()))
    places = "; ".join(f"{join_with_and(names)} at dilation {dilation}" for dilation, names in sorted(by_dilation.items()))
    subject = f"The means of {number_word(count)} metrics of {name} are" if count > 1 else f"The mean of one metric of {name} is"
    return [f"{subject} non-monotonic in dilation, with a peak or dip beyond the {scope.margin} margin: {places}."]


def metrics_with_verdict(metrics: Mapping[str, AnswerValues], verdict: str) -> list[str]:
    """Return the names of the metrics with that verdict."""
    return [without_underscores(metric) for metric, value in metrics.items() if value["verdict"] == verdict]


def direction_phrase(metric: str, slope: float) -> str:
    """Return what maps do where the metric has this slope on dilation."""
    if slope == 0:
        return "change without a linear trend"
    if metric not in METRIC_GLOSSARY:
        return "score higher" if slope > 0 else "score lower"
    return METRIC_GLOSSARY[metric].growing if slope > 0 else METRIC_GLOSSARY[metric].falling


def class_mean_sentences(models: AnswerValues, scope: Scope) -> list[str]:
    """Return what was measured in place of the interpretability that was claimed in 2019."""
    metric = models.get("class_mean_correlation", {})
    if "slope_per_dilation" not in metric or "verdict" not in metric:
        return []
    interval = format_interval(metric, scope.confidence)
    slope = f"{format_number(metric['slope_per_dilation'], 2)} per pixel of dilation{f' ({interval})' if interval else ''}"
    return [
        "Huang and Grethlein (2019) reported that class models become more interpretable at larger dilations. Interpretability was not measured "
        f"here. On a linear fit, the correlation of class models with the mean {scope.image} of their class changes by {slope}; its verdict is "
        f"{metric['verdict']}."
    ]


def contrast_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return the comparisons with a reference.

    References are the noise floor, the maps of other dilations at the same lag, and networks of the same dilation.
    """
    models = answer.get("class_model", {})
    contrasts = {
        "noise_floor": answer.get("noise_floor", {}),
        "gridding": {name: answer[name] for name in answer if name.startswith("gridding_at_")},
        "transfer": {name: models[name] for name in ("transfer_confidence", "transfer_recognised") if name in models},
    }
    return [line for contrast, metrics in contrasts.items() for line in contrast_group_sentences(CONTRAST_GLOSSARY[contrast], metrics, scope)]


def contrast_group_sentences(contrast: ContrastGlossaryEntry, metrics: Mapping[str, AnswerValues], scope: Scope) -> list[str]:
    """Return one sentence for each verdict and direction that any of the metrics has.

    A caveat follows where there is a difference.
    """
    groups: dict[str, list[str]] = {}
    for name, value in metrics.items():
        texts = {
            "difference": contrast_direction(contrast, value),
            "negligible": f"{contrast_direction(contrast, value)}, but by less than the {scope.margin} margin",
            "equivalent": f"Equivalence within the {scope.margin} margin is shown for {contrast.topic}",
            "inconclusive": f"The result is inconclusive for {contrast.topic}",
            "untestable": f"The replicates are too few to test {contrast.topic}",
        }
        if value.get("verdict") in texts:
            title = without_underscores(name).replace("gridding at ", "gridding at dilation ")
            groups.setdefault(texts[value["verdict"]], []).append(title)
    different = any(value.get("verdict") in ("difference", "negligible") for value in metrics.values())
    caveat = f" {contrast.caveat}" if contrast.caveat and different else ""
    return [f"{text} ({join_with_and(names)}).{caveat}" for text, names in groups.items()]


def contrast_direction(contrast: ContrastGlossaryEntry, value: AnswerValues) -> str:
    """Return the direction of a difference, or without an effect that there is one."""
    if not value.get("effect"):
        return f"There is a significant difference in {contrast.topic}"
    return contrast.higher if value["effect"] > 0 else contrast.lower
