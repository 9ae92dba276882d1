"""The answer on class saliencies in plain sentences: what changes with dilation, what does not, and what is compared with a reference."""

from collections.abc import Mapping
from typing import Any

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_interval,
    format_number,
    format_percent,
    join_with_and,
    without_underscores,
)
from kernel_dilation.report.captions import Scope
from kernel_dilation.report.glossary import CONTRAST_GLOSSARY, METRIC_GLOSSARY, ContrastGlossaryEntry

AnswerValues = Mapping[str, Any]


def saliency_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """What dilation does to the measures of maps and class models; nothing without a verdict."""
    opening = {
        "difference": "It changes them",
        "negligible": "It changes them by less than matters",
        "equivalent": "Nothing that matters",
        "inconclusive": "These runs cannot tell",
    }
    if answer.get("verdict") not in opening:
        return []
    first, models = f"{opening[answer['verdict']]}{differing_clause(answer)}.", answer.get("class_model", {})
    maps = metric_sentences(f"{without_underscores(answer.get('method', 'saliency'))} maps", answer, scope)
    return [first, *maps, *metric_sentences("class models", models, scope), *class_mean_sentences(models, scope), *contrast_sentences(answer, scope)]


def differing_clause(answer: AnswerValues) -> str:
    """How many of all measures differ."""
    if "share_differing" not in answer or "measures" not in answer:
        return ""
    return f": {format_percent(answer['share_differing'])} of {count_noun(answer['measures'], 'measure')}, over all methods, differ between dilations"


def metric_sentences(name: str, answer: AnswerValues, scope: Scope) -> list[str]:
    """What maps of one kind do as dilation grows: what changes, what turns, then what does not change or is undecided."""
    needed = {"verdict", "slope_per_dilation"}
    measures = {measure: value for measure, value in answer.items() if isinstance(value, Mapping) and needed <= value.keys()}
    changes: dict[str, list[str]] = {}
    for measure, value in measures.items():
        if value["verdict"] == "difference" and "turns_at" not in value:
            changes.setdefault(direction_phrase(measure, value["slope_per_dilation"]), []).append(without_underscores(measure))
    changing = [f"{phrase} ({join_with_and(found)})" for phrase, found in changes.items()]
    turning = [f"{without_underscores(measure)} at dilation {value['turns_at']}" for measure, value in measures.items() if "turns_at" in value]
    margin = f"{100 * scope.margin_share:g} %"
    others = {"negligible": f"changed by less than {margin}", "equivalent": f"the same within {margin}", "inconclusive": "undecided"}
    rest = [f"{text}: {join_with_and(found)}" for verdict, text in others.items() if (found := metrics_with_verdict(measures, verdict))]
    return [
        *([f"As dilation grows, {name} {join_with_and(changing)}."] if changing else []),
        *([f"Of {name}, some measures turn, so that no direction holds throughout: {join_with_and(turning)}."] if turning else []),
        *([f"Of {name}, {'; '.join(rest)}."] if rest else []),
    ]


def metrics_with_verdict(measures: Mapping[str, AnswerValues], verdict: str) -> list[str]:
    """The measures with that verdict, in words."""
    return [without_underscores(measure) for measure, value in measures.items() if value["verdict"] == verdict]


def direction_phrase(measure: str, slope: float) -> str:
    """What maps do where the measure has this slope on dilation."""
    if slope == 0:
        return "change"
    if measure not in METRIC_GLOSSARY:
        return "score higher" if slope > 0 else "score lower"
    return METRIC_GLOSSARY[measure].growing if slope > 0 else METRIC_GLOSSARY[measure].falling


def class_mean_sentences(models: AnswerValues, scope: Scope) -> list[str]:
    """What becomes of the claim of 2019 that class models are more humanly interpretable at larger dilations."""
    measure = models.get("class_mean_correlation", {})
    if "slope_per_dilation" not in measure or "verdict" not in measure:
        return []
    slope = f"{format_number(measure['slope_per_dilation'], 2)} for each pixel of dilation{format_interval(measure, scope.confidence)}"
    return [
        "The study of 2019 called class models more humanly interpretable at larger dilations; as a number: "
        f"their correlation with the mean digit of their class changes by {slope}; verdict: {measure['verdict']}."
    ]


def contrast_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """What is compared with a reference instead of along the dilations: the noise floor, the grid of dilation 1, the judges of class models."""
    models = answer.get("class_model", {})
    found = {
        "noise_floor": answer.get("noise_floor", {}),
        "gridding": {name: answer[name] for name in ("gridding",) if name in answer},
        "transfer": {name: models[name] for name in ("transfer_confidence", "transfer_recognised") if name in models},
    }
    return [line for contrast, measures in found.items() for line in contrast_group_sentences(CONTRAST_GLOSSARY[contrast], measures, scope)]


def contrast_group_sentences(contrast: ContrastGlossaryEntry, measures: Mapping[str, AnswerValues], scope: Scope) -> list[str]:
    """One sentence for each verdict and direction that any of the measures has."""
    margin = f"{100 * scope.margin_share:g} %"
    groups: dict[str, list[str]] = {}
    for name, value in measures.items():
        way = contrast.more if value.get("effect", 0.0) > 0 else contrast.less
        texts = {
            "difference": way,
            "negligible": f"By less than {margin}: {way[0].lower()}{way[1:]}",
            "equivalent": f"The same within {margin}: {contrast.topic}",
            "inconclusive": f"Undecided: {contrast.topic}",
        }
        if value.get("verdict") in texts:
            groups.setdefault(texts[value["verdict"]], []).append(without_underscores(name))
    return [f"{text} ({join_with_and(names)})." for text, names in groups.items()]
