"""The answer to each question in one sentence, with one number and its interval: for the first screen of the page and for the READMEs."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite, nan

from kernel_dilation.analysis.headlines import field_number, shows_nothing
from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_percent, format_points, join_with_and
from kernel_dilation.presentation.way_names import way_phrase
from kernel_dilation.report.contrast_words import MINUS
from kernel_dilation.report.scope import AnswerValues, Scope

QUESTIONS = {
    "learned": "Is there a consistent way to learn the best dilation?",
    "saliency": "Does dilation change class saliencies?",
    "accuracy": "Does dilation affect classification accuracy?",
    "fields": "What do receptive field and pooling do?",
}
UNANSWERED = "There is no answer yet, because the numbers for this question are missing."
TOO_FEW_RUNS = "Undecided. There are too few runs to show that any way to learn the dilation is consistent."
ONE_DILATION = "Undecided. Only one dilation was trained, so dilations cannot be compared."
LEARNED_ANSWERS = {
    "consistent": "Yes. At least one way to learn the dilation chooses a right one, and the same one, in every kind of data.",
    "inconsistent": "No. Every way to learn the dilation that was tried is shown to be inconsistent.",
    "inconclusive": "Undecided. No way to learn the dilation is shown to be consistent, and not all are shown to be inconsistent.",
}
SALIENCY_ANSWERS = {
    "difference": "Yes. Saliency maps or class models differ between dilations{share}.",
    "negligible": "Yes, but negligibly. All differences between dilations that are significant lie within the margin.",
    "equivalent": "No. Saliency maps and class models are shown to be equivalent between dilations.",
    "inconclusive": "Undecided. No metric of maps or class models differs significantly, but not all are shown to be equivalent.",
    "untestable": "Undecided. The replicates are too few for any difference between dilations to be significant.",
}
ACCURACY_ANSWERS = {
    "difference": "Yes. Test accuracy depends on the dilation of {dilated}{ends}.",
    "negligible": "Yes, but negligibly. Test accuracy depends on the dilation of {dilated} by less than the margin.",
    "equivalent": "No. All dilations of {dilated} are shown to be equally accurate within the margin.",
    "inconclusive": "Undecided. Neither a difference in accuracy between dilations nor equivalence is shown.",
    "untestable": "Undecided. The replicates are too few for any difference in accuracy to be significant.",
}
MATTER = "They matter."
FIELD_ANSWERS = {
    "difference": f"{MATTER} At some dilation, they change accuracy, saliency maps or class models.",
    "negligible": "They hardly matter. All their effects that are significant lie within the margins.",
    "equivalent": "They do not matter. All their effects are shown to lie within the margins.",
    "inconclusive": "Undecided. No effect of theirs is significant, but not all are shown to lie within the margins.",
    "untestable": "Undecided. The replicates are too few for any effect of theirs on a metric to be significant.",
}


@dataclass(frozen=True)
class Headline:
    """What is said first on a question; texts are empty where there are no numbers."""

    sentence: str  # the answer, which begins with Yes, No or Undecided, or says whether the two factors matter
    number: str = ""
    interval: str = ""
    meaning: str = ""  # what the number is


def headlines(answers: AnswerValues, scope: Scope) -> dict[str, Headline]:
    """Return the headline of each question."""
    accuracy = answers.get("accuracy", {})
    return {
        "learned": learning_headline(answers.get("learned", {}), scope),
        "saliency": saliency_headline(answers.get("saliency", {}), scope),
        "accuracy": accuracy_headline(accuracy, scope),
        "fields": field_headline(answers.get("fields", {}), accuracy, scope),
    }


def compares_dilations(scope: Scope) -> bool:
    """Whether there is more than one dilation."""
    return len(scope.dilations) > 1


def ends(answer: AnswerValues, name: str, digits: int = 2) -> str:
    """Return `0.10 to 0.30`, from `name_lower` and `name_upper`; empty if either is missing."""
    numbers = [answer[f"{name}_{end}"] for end in ("lower", "upper") if f"{name}_{end}" in answer]
    return f"{format_number(numbers[0], digits)} to {format_number(numbers[1], digits)}" if len(numbers) == 2 else ""


def interval_text(interval: str, scope: Scope) -> str:
    """Return `95 % CI 0.10 to 0.30`, or that there is no interval."""
    return f"{scope.confidence} CI {interval}" if interval else "no interval"


def percent_ends(row: Mapping[str, float], name: str) -> str:
    """Return the interval of a share, `8 % to 92 %`; empty if an end is missing."""
    lower, upper = (row.get(f"{name}_{end}", nan) for end in ("lower", "upper"))
    return f"{format_percent(lower)} to {format_percent(upper)}" if isfinite(lower) and isfinite(upper) else ""


def learning_headline(answer: AnswerValues, scope: Scope) -> Headline:
    """Return whether there is a consistent way to learn the dilation, and how often the best one is right where it does worst."""
    verdict = answer.get("verdict")
    if verdict not in LEARNED_ANSWERS:
        return Headline(UNANSWERED)
    runs, needed = scope.learn.replicates, least_runs(scope.rule)
    if verdict == "inconclusive" and runs < needed:
        meaning = f"at least {count_noun(needed, 'run')} of each way are needed before any way can be shown to be consistent"
        return Headline(TOO_FEW_RUNS, count_noun(runs, "run"), "", meaning)
    number, interval, meaning = "", "", ""
    if {"best_way", "right_share"} <= answer.keys():
        way = way_phrase(answer["best_way"])
        number = format_percent(answer["right_share"])
        interval = interval_text(percent_ends(answer, "right_share"), scope)
        meaning = f"right choices in the kind of data where it did worst, by the most reliable way: {way}"
        if shows_nothing(answer):
            number, interval = count_noun(runs, "run"), ""
            meaning = f"too few to show whether the most reliable way ({way}) chooses rightly in the kind of data where it did worst"
    return Headline(LEARNED_ANSWERS[verdict], number, interval, meaning)


def saliency_headline(answer: AnswerValues, scope: Scope) -> Headline:
    """Return whether dilation changes class saliencies, in which share of the metrics."""
    if answer.get("verdict") not in SALIENCY_ANSWERS:
        return Headline(UNANSWERED)
    if not compares_dilations(scope):
        return Headline(ONE_DILATION)
    number, meaning, share = "", "", ""
    if {"share_differing", "measures"} <= answer.keys():
        number, combinations = format_percent(answer["share_differing"]), f"of {answer['measures']} combinations of a method and a metric"
        share, meaning = f", in {number} {combinations}", combinations
        if "learned_share_differing" in answer:
            meaning += (
                f"; {format_percent(answer['learned_share_differing'])} if the networks before training are subtracted, where they were measured"
            )
    return Headline(SALIENCY_ANSWERS[answer["verdict"]].format(share=share), number, "", meaning)


def accuracy_headline(answer: AnswerValues, scope: Scope) -> Headline:
    """Return whether dilation affects accuracy, and the ratio of the errors at the largest and the smallest dilation."""
    if answer.get("verdict") not in ACCURACY_ANSWERS:
        return Headline(UNANSWERED)
    if not compares_dilations(scope):
        return Headline(ONE_DILATION)
    number, interval, meaning = "", "", ""
    if "error_ratio" in answer:
        number = f"\N{MULTIPLICATION SIGN}{format_number(answer['error_ratio'])}"
        interval = interval_text(ends(answer, "error_ratio", 3), scope)
        meaning = f"test errors at dilation {scope.dilations[-1]}, relative to dilation {scope.dilations[0]}"
    return Headline(
        ACCURACY_ANSWERS[answer["verdict"]].format(dilated=scope.dilated, ends=ends_of_accuracy(answer, scope)), number, interval, meaning
    )


def ends_of_accuracy(answer: AnswerValues, scope: Scope) -> str:
    """Return which of the smallest and the largest dilation makes more errors, if the interval of their ratio says so."""
    lower, upper = (answer.get(f"error_ratio_{end}", 1.0) for end in ("lower", "upper"))
    if lower <= 1 <= upper:
        return ""
    return f": dilation {scope.dilations[-1]} makes {'more' if lower > 1 else 'fewer'} errors than dilation {scope.dilations[0]}"


def field_headline(answer: AnswerValues, accuracy: AnswerValues, scope: Scope) -> Headline:
    """Return whether pooling and kernel size matter, what they do to accuracy, and the number of metrics/fields.json."""
    if answer.get("verdict") not in FIELD_ANSWERS:
        return Headline(UNANSWERED)
    if not any(MINUS in key and isinstance(value, Mapping) for key, value in answer.items()):
        return Headline("Undecided. The grid has one pooling and one kernel size, so neither can be compared.")
    number, interval, meaning = "", "", ""
    effect: AnswerValues = field_number(accuracy)
    if effect:
        number, interval = signed(effect["value"]), interval_text(ends(effect, "value"), scope)
        quantity = effect["quantity"].replace("accuracy points", "percentage points of test accuracy")
        meaning = f"{quantity}, averaged over dilations" if compares_dilations(scope) else quantity
    return Headline(field_answer(answer, accuracy, scope), number, interval, meaning)


def field_answer(answer: AnswerValues, accuracy: AnswerValues, scope: Scope) -> str:
    """Return whether pooling and kernel size matter, then what they do to accuracy, which says how they matter if it differs."""
    effects, verdict = mean_accuracy_sentence(accuracy, answer, scope), answer["verdict"]
    differs = "difference" in (accuracy.get("pooling_verdict"), accuracy.get("kernel_size_verdict"))
    opening = MATTER if verdict == "difference" and effects and (differs or factors_with_interaction(answer)) else FIELD_ANSWERS[verdict]
    return " ".join(filter(None, [opening, effects]))


def mean_accuracy_sentence(accuracy: AnswerValues, fields: AnswerValues, scope: Scope) -> str:
    """Return what pooling and kernel size do to the accuracy averaged over dilations, from their verdicts; empty without verdicts.

    A mean over dilations may hide effects of opposite signs, so it is said where an effect depends on the dilation.

    Args:
        fields: the answer on receptive field and pooling, with the verdicts on the interactions.
    """
    clauses = {
        "pooling": mean_accuracy_clause("pooling", f"{join_with_and(scope.poolings)} pooling", "{} pooling", accuracy),
        "kernel_size": mean_accuracy_clause("kernel_size", f"kernel sizes {join_with_and(scope.kernel_sizes)}", "kernel size {}", accuracy),
    }
    varying = {factor: crossing_clause(factor, accuracy, fields, scope) for factor in factors_with_interaction(fields)}
    text = "; ".join(f"{clause}, but {varying[factor]}" if factor in varying else clause for factor, clause in clauses.items() if clause)
    if len(scope.dilations) > 1 and text:
        return f"Averaged over dilations, {text}."
    return f"{text[0].upper()}{text[1:]}." if text else ""


def factors_with_interaction(fields: AnswerValues) -> set[str]:
    """Return those of `pooling` and `kernel_size` of which some effect on accuracy is shown to depend on the dilation."""
    return {
        "kernel_size" if key.startswith("kernel_") else "pooling"
        for key, value in fields.items()
        if MINUS in key and isinstance(value, Mapping) and value.get("interaction_verdict") == "difference"
    }


def crossing_clause(factor: str, accuracy: AnswerValues, fields: AnswerValues, scope: Scope) -> str:
    """Return how an effect on accuracy depends on the dilation: which level is better at its ends, if that is shown and differs."""
    first, _, second = str(accuracy.get(f"{factor}_pair", "")).partition(" minus ")
    prefix, level = ("kernel_", "kernel {}") if factor == "kernel_size" else ("", "{} pooling")
    value = fields.get(f"{prefix}{first}{MINUS}{second}", {})
    ends = [value.get(f"points_{end}", 0.0) if value.get(f"verdict_{end}") == "difference" else 0.0 for end in ("smallest", "largest")]
    if ends[0] * ends[1] >= 0:
        return "how much depends on the dilation"
    better = [level.format(first if points > 0 else second) for points in ends]
    return f"{better[0]} is better at dilation {scope.dilations[0]} and {better[1]} at dilation {scope.dilations[-1]}"


def mean_accuracy_clause(factor: str, levels: str, level: str, accuracy: AnswerValues) -> str:
    """Return `average pooling lowers accuracy by 0.82 percentage points compared with max pooling`; empty without a verdict.

    Args:
        factor: beginning of the names of its numbers.
        levels: words for all its levels.
        level: words for one of its levels, which stands in place of the braces.
    """
    verdict = accuracy.get(f"{factor}_verdict")
    if verdict in ("difference", "negligible") and {f"{factor}_pair", f"{factor}_points"} <= accuracy.keys():
        points = accuracy[f"{factor}_points"]
        first, _, second = accuracy[f"{factor}_pair"].partition(" minus ")
        change = f"{'raises' if points > 0 else 'lowers'} accuracy {'negligibly, ' if verdict == 'negligible' else ''}by {format_points(abs(points))}"
        return f"{level.format(first)} {change} compared with {level.format(second)}"
    texts = {
        "difference": f"accuracy differs between {levels}",
        "negligible": f"accuracy differs negligibly between {levels}",
        "equivalent": f"{levels} are equivalent in accuracy",
        "inconclusive": f"neither a difference in accuracy nor equivalence is shown between {levels}",
        "untestable": f"the replicates are too few to test accuracy between {levels}",
    }
    return texts.get(str(verdict), "")


def signed(value: float) -> str:
    """Return a number with its sign: `+0.033`."""
    return f"{'+' if value > 0 else ''}{format_number(value, 2)}"
