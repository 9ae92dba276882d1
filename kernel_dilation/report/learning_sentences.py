"""The answer on learning the dilation in plain sentences: one for the question, then some for each method."""

from collections.abc import Mapping, Sequence

from kernel_dilation.presentation.text_formatting import (
    format_number,
    format_percent,
    format_points,
    join_with_and,
    number_word,
    without_underscores,
)
from kernel_dilation.report.scope import AnswerValues, Scope
from kernel_dilation.statistics.learning_consistency import MAX_SLOPE, MIN_MODE_SHARE, MIN_RECOVERED_SHARE

BASELINE = "selection"  # in the answers, beside the methods


def learning_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return whether any method is consistent, then the numbers of each; nothing without a verdict."""
    methods = {name: value for name, value in answer.items() if isinstance(value, Mapping)}
    by_verdict = {
        verdict: [without_underscores(name) for name, value in methods.items() if value.get("verdict") == verdict]
        for verdict in ("consistent", "inconsistent")
    }
    reliable = [without_underscores(name) for name, value in methods.items() if recovers_and_forgets_start(value)]
    opening = {
        "consistent": consistent_sentence(by_verdict["consistent"]),
        "inconsistent": inconsistent_sentence(by_verdict["inconsistent"]),
        "inconclusive": inconclusive_sentence(reliable, scope),
    }
    if answer.get("verdict") not in opening or not methods:
        return []
    of_methods = (baseline_sentence(value) if name == BASELINE else method_sentences(name, value, scope) for name, value in methods.items())
    return [opening[answer["verdict"]], *of_methods]


def recovers_and_forgets_start(value: AnswerValues) -> bool:
    """Return whether a method recovers planted dilations and is insensitive to its initial dilation."""
    if not {"planted_recovered", "slope_lower", "slope_upper"} <= set(value):
        return False
    return bool(value["planted_recovered"] >= MIN_RECOVERED_SHARE and max(-value["slope_lower"], value["slope_upper"]) <= MAX_SLOPE)


def consistent_sentence(methods: Sequence[str]) -> str:
    """Return the answer if these methods are consistent."""
    rule = f"selects one dilation in at least {format_percent(MIN_MODE_SHARE)} of its runs, over all initial dilations"
    if not methods:
        return "Yes. At least one method is consistent."
    if len(methods) == 1:
        return f"Yes. The method {methods[0]} is consistent: it {rule}."
    return f"Yes. The methods {join_with_and(methods)} are consistent: each {rule}."


def inconsistent_sentence(methods: Sequence[str]) -> str:
    """Return the answer if these methods, which are all, are inconsistent."""
    if not methods:
        return "No. No method is consistent."
    several = f"each of the {number_word(len(methods))} methods tested" if len(methods) > 1 else "the only method tested"
    return f"No. For {several} ({', '.join(methods)}), the dilation it converges to depends on the initial dilation or varies between random seeds."


def inconclusive_sentence(reliable: Sequence[str], scope: Scope) -> str:
    """Return the answer if no method is shown to be consistent.

    `reliable` methods recover planted dilations and are insensitive to their initial dilation.
    """
    if not reliable:
        return "Inconclusive. No method is shown to be consistent, but not every method is shown to be inconsistent."
    be, their, they, select = ("is", "its", "it", "selects") if len(reliable) == 1 else ("are", "their", "they", "select")
    return (
        f"Inconclusive. Only {join_with_and(reliable)} {be} shown to be insensitive to {their} initial dilation and to recover the dilation planted "
        f"in synthetic textures, but on these {scope.images} {they} {select} different dilations in different runs."
    )


def method_sentences(name: str, value: AnswerValues, scope: Scope) -> str:
    """Return what one method chose, and how far that can be relied on.

    The sentences cover its sensitivity to the initial dilation, the cost of its choices, and the recovery of planted
    dilations.
    """
    share = f" in {format_percent(value['mode_share'])} of its runs" if "mode_share" in value else ""
    slope = f"{format_number(value['initial_slope'], 2)} pixels" if "initial_slope" in value else ""
    rest = [
        f"Increasing the initial dilation by one pixel shifted the selected dilation by {slope} on average." if slope else "",
        regret_sentence(value),
        planted_sentence(value, scope),
    ]
    verdict = f" ({value['verdict']})" if "verdict" in value else ""
    choice = f" selected dilation {value['mode']}{share or ' most often'}." if "mode" in value else ":"
    numbers = " ".join(filter(None, rest))
    if not numbers and choice == ":":
        numbers = "No numbers are available."
    return f"{without_underscores(name).capitalize()}{verdict}{choice} {numbers}".rstrip()


def regret_sentence(value: AnswerValues) -> str:
    """Return how far the choices are from the best dilation of the grid."""
    if "regret_points" not in value:
        return ""
    direction = "less" if value["regret_points"] >= 0 else "more"
    points = format_points(abs(value["regret_points"]))
    return f"Its choices are on average {points} {direction} accurate than the best dilation of the grid."


def planted_sentence(value: AnswerValues, scope: Scope) -> str:
    """Return how often planted dilations were recovered, and whether the method can be relied on."""
    if "planted_recovered" not in value:
        return ""
    share = value["planted_recovered"]
    distrust = f", so its result on these {scope.images} is not relied on" if share < MIN_RECOVERED_SHARE else ""
    return f"It recovered the planted dilation in {format_percent(share)} of its runs on textures{distrust}."


def baseline_sentence(value: AnswerValues) -> str:
    """Return what the grid search chose, and how often it agrees with single replicates."""
    name = "Baseline (grid search by validation accuracy)"
    if "mode" not in value:
        return f"{name}: no numbers are available."
    if not {"mode_share", "runs"} <= value.keys():
        return f"{name}: dilation {value['mode']} was selected."
    best = round(value["mode_share"] * value["runs"])
    return f"{name}: dilation {value['mode']} was selected; it has the highest validation accuracy in {best} of {value['runs']} replicates."
