"""The three answers in plain sentences, computed from metrics/answers.json: a number that is missing leaves its clause out."""

from collections.abc import Mapping, Sequence
from typing import Any

from stages.parts.page.captions import Scope, grid_text
from stages.parts.page.saliency_sentences import saliency_sentences
from stages.parts.page.wording import counted, interval, listed, p_text, percent, points, rounded, words
from stages.parts.statistics.consistency import PLANTED, SLOPE

Answer = Mapping[str, Any]
QUESTIONS = {
    "learned": "Is there a consistent way to learn the best dilation?",
    "saliency": "What does dilation do to class saliencies?",
    "accuracy": "What does dilation do to accuracy?",
}
NOTHING = "No answer yet: the numbers for this question are missing."


def sentences(answers: Answer, scope: Scope) -> dict[str, list[str]]:
    """The sentences of each question, the first of which answers it."""
    said = {
        "learned": learned_sentences(answers.get("learned", {})),
        "saliency": saliency_sentences(answers.get("saliency", {}), scope),
        "accuracy": accuracy_sentences(answers.get("accuracy", {}), scope),
    }
    return {question: lines or [NOTHING] for question, lines in said.items()}


def scope_sentences(scope: Scope) -> list[str]:
    """Which digits, how many networks, what was varied and what was held fixed."""
    digits = listed([f"{number:,} for {'training' if split == 'train' else split}" for split, number in scope.digits.items()])
    trained = f"{counted(scope.replicates, 'network')} of {'each of ' if scope.arms > 1 else ''}{counted(scope.arms, 'architecture')}"
    return [
        f"The digits are those of {scope.dataset}: {digits}.",
        f"Trained: {trained}, over {grid_text(scope)}.",
        f"Dilated is {scope.dilated}. {held_fixed(scope)}",
        "No answer reaches beyond these digits, these architectures and this length of training.",
    ]


def held_fixed(scope: Scope) -> str:
    """What all arms share; with valid padding, what they do not."""
    fixed = "the rest of the network, the training digits, and for each replicate the seed of its initial weights and batches, so that networks are"
    if scope.padding == "same":
        return f"Held fixed: the number of weights for each kernel size, {fixed} compared in pairs."
    if scope.match_weights:
        return (
            f"Held fixed: {fixed} compared in pairs. With {scope.padding} padding the hidden layer is widened until weights are as many as with same."
        )
    return f"Held fixed: {fixed} compared in pairs. With {scope.padding} padding the head has fewer weights the larger the dilation is."


def accuracy_sentences(answer: Answer, scope: Scope) -> list[str]:
    """What dilation does to accuracy, then what else was found; nothing without a verdict."""
    within, p_value = f"within {points(scope.margin_points)} of each other", in_brackets(answer)
    opening = {
        "difference": f"It matters: test accuracy depends on the dilation of {scope.dilated}{p_value}.",
        "negligible": f"Less than matters: dilations differ{p_value}, yet all lie {within}.",
        "equivalent": f"Nothing that matters: all dilations lie {within}.",
        "inconclusive": f"These runs cannot tell: they show neither a difference{p_value} nor that all dilations lie {within}.",
    }
    if answer.get("verdict") not in opening:
        return []
    rest = [settled_by(answer), best_dilation(answer), slope_of_accuracy(answer, scope), other_factors(answer), single_networks(answer)]
    return [opening[answer["verdict"]], *filter(None, rest)]


def best_dilation(answer: Answer) -> str:
    """The best dilation, and how far the worst is behind."""
    if "best_dilation" not in answer:
        return ""
    mean = answer.get("mean_percent", {}).get(str(answer["best_dilation"]))
    right = f" with {rounded(mean)} % of the test digits right" if mean is not None else ""
    behind = f"; the least accurate is {points(answer['range_points'])} behind" if "range_points" in answer else ""
    agreement = rounded(answer["kendall_w"], 2) if "kendall_w" in answer else ""
    order = f" Replicates agree on the order of the dilations to W = {agreement} (0: not at all, 1: entirely)." if agreement else ""
    return f"On average dilation {answer['best_dilation']} is the most accurate{right}{behind}.{order}"


def slope_of_accuracy(answer: Answer, scope: Scope) -> str:
    """The change for each pixel of dilation."""
    if "slope_points_per_dilation" not in answer:
        return ""
    trend = f"; test for a trend: {p_text(answer['trend_p_value'])}" if "trend_p_value" in answer else ""
    slope = rounded(answer["slope_points_per_dilation"], 2)
    return f"For each pixel of dilation accuracy changes by {slope} percentage points{interval(answer, scope.confidence)}{trend}."


def other_factors(answer: Answer) -> str:
    """What pooling, kernel size and the gaps between taps do."""
    names = {"pooling": "pooling", "kernel_size": "kernel size", "receptive_field": "sparse against dense kernels of the same extent"}
    tested = [f"{name}, {p_text(answer[f'{key}_p_value'])}" for key, name in names.items() if f"{key}_p_value" in answer]
    return f"What else was varied, tested in the same way: {'; '.join(tested)}." if tested else ""


def single_networks(answer: Answer) -> str:
    """How often networks, as they are, differ on the test digits."""
    if "images_differ_share" not in answer:
        return ""
    share = percent(answer["images_differ_share"])
    return (
        f"In {share} of the comparisons of single networks, dilations differ on these very test digits (Cochran's Q); "
        "of networks that are trained anew that says nothing."
    )


def learned_sentences(answer: Answer) -> list[str]:
    """Whether any method is consistent, then each method; nothing without a verdict."""
    methods = {name: value for name, value in answer.items() if isinstance(value, Mapping)}
    judged = [words(name) for name, value in methods.items() if "verdict" in value]
    consistent = [words(name) for name, value in methods.items() if value.get("verdict") == "consistent"]
    opening = {
        "consistent": f"Yes: {listed(consistent)} {'is' if len(consistent) == 1 else 'are'} consistent." if consistent else "Yes.",
        "inconsistent": f"Not by {listed(judged)}: where they end depends on the start, or on chance.",
        "inconclusive": undecided([words(name) for name, value in methods.items() if sound(value)]),
    }
    if answer.get("verdict") not in opening or not methods:
        return []
    return [opening[answer["verdict"]], *(learned_method(name, value) for name, value in methods.items())]


def sound(value: Answer) -> bool:
    """Whether a method finds what was planted and forgets its start: what is left to it is to agree with itself."""
    if not {"planted_recovered", "slope_lower", "slope_upper"} <= set(value):
        return False
    return bool(value["planted_recovered"] >= PLANTED and max(-value["slope_lower"], value["slope_upper"]) <= SLOPE)


def undecided(methods: Sequence[str]) -> str:
    """The answer if no method is shown to be consistent; `methods` are those that are sound."""
    if not methods:
        return "These runs cannot tell."
    they = ("forgets its start and finds", "it chooses") if len(methods) == 1 else ("forget their start and find", "they choose")
    return f"Not settled: {listed(methods)} {they[0]} what was planted in textures, yet what {they[1]} on these digits differs from seed to seed."


def learned_method(name: str, value: Answer) -> str:
    """What one method chose, how much that owes to its start, what it costs, and whether the method can be trusted."""
    share = f" in {percent(value['mode_share'])} of its runs" if "mode_share" in value else ""
    clauses = [
        f"it chose dilation {value['mode']}{share}" if "mode" in value else "",
        f"a start one pixel larger moved the choice by {rounded(value['initial_slope'], 2)} pixels" if "initial_slope" in value else "",
        f"the choice costs {points(value['regret_points'])} against the best of the grid" if "regret_points" in value else "",
        planted_clause(value),
    ]
    verdict = f" ({value['verdict']})" if "verdict" in value else ""
    return f"{words(name).capitalize()}{verdict}: {'; '.join(filter(None, clauses)) or 'no number'}."


def planted_clause(value: Answer) -> str:
    """How many planted dilations were found, and what follows."""
    if "planted_recovered" not in value:
        return ""
    found = value["planted_recovered"]
    distrust = "" if found >= PLANTED else ", so its answer on digits is not to be trusted"
    return f"it found {percent(found)} of the dilations planted in textures{distrust}"


def settled_by(answer: Answer) -> str:
    """How many replicates would settle an inconclusive answer."""
    if answer["verdict"] != "inconclusive" or "replicates_needed" not in answer:
        return ""
    return f"{counted(answer['replicates_needed'], 'replicate')} would settle it in 4 of 5 studies."


def in_brackets(answer: Answer) -> str:
    """` (p = 0.012 after Holm's correction)`, or nothing."""
    return f" ({p_text(answer['p_value'])} after Holm's correction)" if "p_value" in answer else ""
