"""The answer on class saliencies in plain sentences: what changes with dilation, what does not, and what is compared with a reference."""

from collections.abc import Mapping
from typing import Any

from stages.parts.page.captions import Scope
from stages.parts.page.meanings import CONTRASTS, MEANINGS, Contrast
from stages.parts.page.wording import counted, interval, listed, percent, rounded, words

Answer = Mapping[str, Any]


def saliency_sentences(answer: Answer, scope: Scope) -> list[str]:
    """What dilation does to the measures of maps and class models; nothing without a verdict."""
    opening = {
        "difference": "It changes them",
        "negligible": "It changes them by less than matters",
        "equivalent": "Nothing that matters",
        "inconclusive": "These runs cannot tell",
    }
    if answer.get("verdict") not in opening:
        return []
    first, models = f"{opening[answer['verdict']]}{differing(answer)}.", answer.get("class_model", {})
    maps = measure_sentences(f"{words(answer.get('method', 'saliency'))} maps", answer, scope)
    return [first, *maps, *measure_sentences("class models", models, scope), *likeness(models, scope), *contrast_sentences(answer, scope)]


def differing(answer: Answer) -> str:
    """How many of all measures differ."""
    if "share_differing" not in answer or "measures" not in answer:
        return ""
    return f": {percent(answer['share_differing'])} of {counted(answer['measures'], 'measure')}, over all methods, differ between dilations"


def measure_sentences(name: str, answer: Answer, scope: Scope) -> list[str]:
    """What maps of one kind do as dilation grows: what changes, what turns, then what does not change or is undecided."""
    needed = {"verdict", "slope_per_dilation"}
    measures = {measure: value for measure, value in answer.items() if isinstance(value, Mapping) and needed <= value.keys()}
    changes: dict[str, list[str]] = {}
    for measure, value in measures.items():
        if value["verdict"] == "difference" and "turns_at" not in value:
            changes.setdefault(change(measure, value["slope_per_dilation"]), []).append(words(measure))
    changing = [f"{phrase} ({listed(found)})" for phrase, found in changes.items()]
    turning = [f"{words(measure)} at dilation {value['turns_at']}" for measure, value in measures.items() if "turns_at" in value]
    margin = f"{100 * scope.margin_share:g} %"
    others = {"negligible": f"changed by less than {margin}", "equivalent": f"the same within {margin}", "inconclusive": "undecided"}
    rest = [f"{text}: {listed(found)}" for verdict, text in others.items() if (found := named(measures, verdict))]
    return [
        *([f"As dilation grows, {name} {listed(changing)}."] if changing else []),
        *([f"Of {name}, some measures turn, so that no direction holds throughout: {listed(turning)}."] if turning else []),
        *([f"Of {name}, {'; '.join(rest)}."] if rest else []),
    ]


def named(measures: Mapping[str, Answer], verdict: str) -> list[str]:
    """The measures with that verdict, in words."""
    return [words(measure) for measure, value in measures.items() if value["verdict"] == verdict]


def change(measure: str, slope: float) -> str:
    """What maps do where the measure has this slope on dilation."""
    if slope == 0:
        return "change"
    if measure not in MEANINGS:
        return "score higher" if slope > 0 else "score lower"
    return MEANINGS[measure].growing if slope > 0 else MEANINGS[measure].falling


def likeness(models: Answer, scope: Scope) -> list[str]:
    """What becomes of the claim of 2019 that class models are more humanly interpretable at larger dilations."""
    measure = models.get("class_mean_correlation", {})
    if "slope_per_dilation" not in measure or "verdict" not in measure:
        return []
    slope = f"{rounded(measure['slope_per_dilation'], 2)} for each pixel of dilation{interval(measure, scope.confidence)}"
    return [
        "The study of 2019 called class models more humanly interpretable at larger dilations; as a number: "
        f"their correlation with the mean digit of their class changes by {slope}; verdict: {measure['verdict']}."
    ]


def contrast_sentences(answer: Answer, scope: Scope) -> list[str]:
    """What is compared with a reference instead of along the dilations: the noise floor, the grid of dilation 1, the judges of class models."""
    models = answer.get("class_model", {})
    found = {
        "noise_floor": answer.get("noise_floor", {}),
        "gridding": {name: answer[name] for name in ("gridding",) if name in answer},
        "transfer": {name: models[name] for name in ("transfer_confidence", "transfer_recognised") if name in models},
    }
    return [line for contrast, measures in found.items() for line in contrast_lines(CONTRASTS[contrast], measures, scope)]


def contrast_lines(contrast: Contrast, measures: Mapping[str, Answer], scope: Scope) -> list[str]:
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
            groups.setdefault(texts[value["verdict"]], []).append(words(name))
    return [f"{text} ({listed(names)})." for text, names in groups.items()]
