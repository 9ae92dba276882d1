"""The three answers in plain sentences, computed from metrics/answers.json: a number that is missing leaves its clause out."""

from collections.abc import Mapping, Sequence
from typing import Any

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_interval,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    join_with_and,
    without_underscores,
)
from kernel_dilation.report.captions import Scope, grid_text
from kernel_dilation.report.saliency_sentences import saliency_sentences
from kernel_dilation.statistics.learning_consistency import MAX_SLOPE, MIN_RECOVERED_SHARE

AnswerValues = Mapping[str, Any]
QUESTIONS = {
    "learned": "Is there a consistent way to learn the best dilation?",
    "saliency": "What does dilation do to class saliencies?",
    "accuracy": "What does dilation do to accuracy?",
}
NO_ANSWER = "No answer yet: the numbers for this question are missing."


def answer_sentences(answers: AnswerValues, scope: Scope) -> dict[str, list[str]]:
    """The sentences of each question, the first of which answers it."""
    said = {
        "learned": learning_sentences(answers.get("learned", {})),
        "saliency": saliency_sentences(answers.get("saliency", {}), scope),
        "accuracy": accuracy_sentences(answers.get("accuracy", {}), scope),
    }
    return {question: lines or [NO_ANSWER] for question, lines in said.items()}


def scope_sentences(scope: Scope) -> list[str]:
    """Which digits, how many networks, what was varied and what was held fixed."""
    digits = join_with_and([f"{number:,} for {'training' if split == 'train' else split}" for split, number in scope.digits.items()])
    trained = f"{count_noun(scope.replicates, 'network')} of {'each of ' if scope.arms > 1 else ''}{count_noun(scope.arms, 'architecture')}"
    return [
        f"The digits are those of {scope.dataset}: {digits}.",
        f"Trained: {trained}, over {grid_text(scope)}.",
        f"Dilated is {scope.dilated}. {held_fixed_sentence(scope)}",
        "No answer reaches beyond these digits, these architectures and this length of training.",
    ]


def held_fixed_sentence(scope: Scope) -> str:
    """What all arms share; with valid padding, what they do not."""
    fixed = "the rest of the network, the training digits, and for each replicate the seed of its initial weights and batches, so that networks are"
    if scope.padding == "same":
        return f"Held fixed: the number of weights for each kernel size, {fixed} compared in pairs."
    if scope.match_weights:
        return (
            f"Held fixed: {fixed} compared in pairs. With {scope.padding} padding the hidden layer is widened until weights are as many as with same."
        )
    return f"Held fixed: {fixed} compared in pairs. With {scope.padding} padding the head has fewer weights the larger the dilation is."


def accuracy_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """What dilation does to accuracy, then what else was found; nothing without a verdict."""
    within, p_value = f"within {format_points(scope.margin_points)} of each other", p_value_in_brackets(answer)
    opening = {
        "difference": f"It matters: test accuracy depends on the dilation of {scope.dilated}{p_value}.",
        "negligible": f"Less than matters: dilations differ{p_value}, yet all lie {within}.",
        "equivalent": f"Nothing that matters: all dilations lie {within}.",
        "inconclusive": f"These runs cannot tell: they show neither a difference{p_value} nor that all dilations lie {within}.",
    }
    if answer.get("verdict") not in opening:
        return []
    rest = [
        replicates_needed_sentence(answer),
        best_dilation_sentence(answer),
        slope_sentence(answer, scope),
        other_factors_sentence(answer),
        single_networks_sentence(answer),
    ]
    return [opening[answer["verdict"]], *filter(None, rest)]


def best_dilation_sentence(answer: AnswerValues) -> str:
    """The best dilation, and how far the worst is behind."""
    if "best_dilation" not in answer:
        return ""
    mean = answer.get("mean_percent", {}).get(str(answer["best_dilation"]))
    right = f" with {format_number(mean)} % of the test digits right" if mean is not None else ""
    behind = f"; the least accurate is {format_points(answer['range_points'])} behind" if "range_points" in answer else ""
    agreement = format_number(answer["kendall_w"], 2) if "kendall_w" in answer else ""
    order = f" Replicates agree on the order of the dilations to W = {agreement} (0: not at all, 1: entirely)." if agreement else ""
    return f"On average dilation {answer['best_dilation']} is the most accurate{right}{behind}.{order}"


def slope_sentence(answer: AnswerValues, scope: Scope) -> str:
    """The change for each pixel of dilation."""
    if "slope_points_per_dilation" not in answer:
        return ""
    trend = f"; test for a trend: {format_p_value(answer['trend_p_value'])}" if "trend_p_value" in answer else ""
    slope = format_number(answer["slope_points_per_dilation"], 2)
    return f"For each pixel of dilation accuracy changes by {slope} percentage points{format_interval(answer, scope.confidence)}{trend}."


def other_factors_sentence(answer: AnswerValues) -> str:
    """What pooling, kernel size and the gaps between taps do."""
    names = {"pooling": "pooling", "kernel_size": "kernel size", "receptive_field": "sparse against dense kernels of the same extent"}
    tested = [f"{name}, {format_p_value(answer[f'{key}_p_value'])}" for key, name in names.items() if f"{key}_p_value" in answer]
    return f"What else was varied, tested in the same way: {'; '.join(tested)}." if tested else ""


def single_networks_sentence(answer: AnswerValues) -> str:
    """How often networks, as they are, differ on the test digits."""
    if "images_differ_share" not in answer:
        return ""
    share = format_percent(answer["images_differ_share"])
    return (
        f"In {share} of the comparisons of single networks, dilations differ on these very test digits (Cochran's Q); "
        "of networks that are trained anew that says nothing."
    )


def learning_sentences(answer: AnswerValues) -> list[str]:
    """Whether any method is consistent, then each method; nothing without a verdict."""
    methods = {name: value for name, value in answer.items() if isinstance(value, Mapping)}
    judged = [without_underscores(name) for name, value in methods.items() if "verdict" in value]
    consistent = [without_underscores(name) for name, value in methods.items() if value.get("verdict") == "consistent"]
    opening = {
        "consistent": f"Yes: {join_with_and(consistent)} {'is' if len(consistent) == 1 else 'are'} consistent." if consistent else "Yes.",
        "inconsistent": f"Not by {join_with_and(judged)}: where they end depends on the start, or on chance.",
        "inconclusive": inconclusive_sentence([without_underscores(name) for name, value in methods.items() if recovers_and_forgets_start(value)]),
    }
    if answer.get("verdict") not in opening or not methods:
        return []
    return [opening[answer["verdict"]], *(method_sentence(name, value) for name, value in methods.items())]


def recovers_and_forgets_start(value: AnswerValues) -> bool:
    """Whether a method finds what was planted and forgets its start: what is left to it is to agree with itself."""
    if not {"planted_recovered", "slope_lower", "slope_upper"} <= set(value):
        return False
    return bool(value["planted_recovered"] >= MIN_RECOVERED_SHARE and max(-value["slope_lower"], value["slope_upper"]) <= MAX_SLOPE)


def inconclusive_sentence(methods: Sequence[str]) -> str:
    """The answer if no method is shown to be consistent; `methods` are those that are sound."""
    if not methods:
        return "These runs cannot tell."
    they = ("forgets its start and finds", "it chooses") if len(methods) == 1 else ("forget their start and find", "they choose")
    return (
        f"Not settled: {join_with_and(methods)} {they[0]} what was planted in textures, yet what {they[1]} on these digits differs from seed to seed."
    )


def method_sentence(name: str, value: AnswerValues) -> str:
    """What one method chose, how much that owes to its start, what it costs, and whether the method can be trusted."""
    share = f" in {format_percent(value['mode_share'])} of its runs" if "mode_share" in value else ""
    clauses = [
        f"it chose dilation {value['mode']}{share}" if "mode" in value else "",
        f"a start one pixel larger moved the choice by {format_number(value['initial_slope'], 2)} pixels" if "initial_slope" in value else "",
        f"the choice costs {format_points(value['regret_points'])} against the best of the grid" if "regret_points" in value else "",
        planted_clause(value),
    ]
    verdict = f" ({value['verdict']})" if "verdict" in value else ""
    return f"{without_underscores(name).capitalize()}{verdict}: {'; '.join(filter(None, clauses)) or 'no number'}."


def planted_clause(value: AnswerValues) -> str:
    """How many planted dilations were found, and what follows."""
    if "planted_recovered" not in value:
        return ""
    found = value["planted_recovered"]
    distrust = "" if found >= MIN_RECOVERED_SHARE else ", so its answer on digits is not to be trusted"
    return f"it found {format_percent(found)} of the dilations planted in textures{distrust}"


def replicates_needed_sentence(answer: AnswerValues) -> str:
    """How many replicates would settle an inconclusive answer."""
    if answer["verdict"] != "inconclusive" or "replicates_needed" not in answer:
        return ""
    return f"{count_noun(answer['replicates_needed'], 'replicate')} would settle it in 4 of 5 studies."


def p_value_in_brackets(answer: AnswerValues) -> str:
    """` (p = 0.012 after Holm's correction)`, or nothing."""
    return f" ({format_p_value(answer['p_value'])} after Holm's correction)" if "p_value" in answer else ""
