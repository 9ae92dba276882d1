"""Comparisons with a reference in plain sentences: the noise floor, the maps of other dilations at the same lag, networks of the same dilation."""

from collections.abc import Mapping

from kernel_dilation.presentation.text_formatting import join_with_and, without_underscores
from kernel_dilation.report.glossary import CONTRAST_GLOSSARY, ContrastGlossaryEntry
from kernel_dilation.report.scope import AnswerValues, Scope

GRIDDING = "gridding_at_"  # beginning of the names of its metrics


def reference_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what the comparisons of maps and class models with their references show."""
    models = answer.get("class_model", {})
    contrasts = {
        "noise_floor": answer.get("noise_floor", {}),
        "gridding": {name: answer[name] for name in answer if name.startswith(GRIDDING)},
        "transfer": {name: models[name] for name in ("transfer_confidence", "transfer_recognised") if name in models},
    }
    return [line for contrast, metrics in contrasts.items() for line in comparison_sentences(CONTRAST_GLOSSARY[contrast], metrics, scope)]


def margin_words(name: str, scope: Scope) -> str:
    """Return the margin of a comparison: absolute for gridding, which may be negative, and a share for all others."""
    return f"margin of {scope.margin_signed:g}" if name.startswith(GRIDDING) else f"{scope.margin} margin"


def comparison_sentences(contrast: ContrastGlossaryEntry, metrics: Mapping[str, AnswerValues], scope: Scope) -> list[str]:
    """Return one sentence for each verdict and direction that any of the metrics has.

    A caveat follows where there is a difference.
    """
    groups: dict[str, list[str]] = {}
    for name, value in metrics.items():
        margin = margin_words(name, scope)
        texts = {
            "difference": contrast_direction(contrast, value),
            "negligible": f"{contrast_direction(contrast, value)}, but by less than the {margin}",
            "equivalent": f"Equivalence within the {margin} is shown for {contrast.topic}",
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
