"""The headlines of the answers: for each question a verdict and one number, few enough for the table of `dvc metrics show`.

DVC prints one line for each file and one column for each name, so every question has a file of its own and all use the same names.
metrics/answers.json has the main values of all questions, for other programs.
"""

from collections.abc import Mapping
from typing import Any

from kernel_dilation.analysis.answers import Answer, without_missing

QUESTIONS = {"learning": "learned", "saliency": "saliency", "accuracy": "accuracy", "fields": "fields"}  # file, and part of the answers

MAIN_VALUES = {  # of each part of the answers, in metrics/answers.json
    "accuracy": ("verdict", "p_value", "best_dilation", "range_points", "slope_points_per_dilation", "error_ratio"),
    "saliency": ("verdict", "share_differing", "learned_share_differing"),
    "learned": ("verdict", "best_way", "right_share", "same_share", "trainings"),
    "fields": ("verdict", "even_odd_share"),
}


def main_values(answers: Mapping[str, Any]) -> Answer:
    """Return the data set, the number of replicates and the main values of each part, as far as the answers have them.

    Args:
        answers: all of data/analysis/answers.json.
    """
    parts = {part: without_missing({name: answers[part].get(name) for name in names}) for part, names in MAIN_VALUES.items()}
    return {"dataset": answers["dataset"], "replicates": answers["replicates"], **parts}


def headlines(answers: Mapping[str, Any]) -> dict[str, Answer]:
    """Return the verdict on each question with one number and its interval, as far as the answers have them.

    `value` is in the unit that `quantity` gives: a share, 0 to 1, a ratio, or percentage points.

    Args:
        answers: all of data/analysis/answers.json.
    """
    numbers = {
        "learning": number_answer(
            "share of right choices, best way", answers["learned"], "right_share", is_measured=not shows_nothing(answers["learned"])
        ),
        "saliency": number_answer("share of metrics that dilation changes", answers["saliency"], "share_differing"),
        "accuracy": number_answer("error ratio, largest/smallest dilation", answers["accuracy"], "error_ratio"),
        "fields": field_number(answers["accuracy"]),
    }
    return {question: {"verdict": answers[part]["verdict"], **numbers[question]} for question, part in QUESTIONS.items()}


def shows_nothing(way: Mapping[str, Any]) -> bool:
    """Return whether no choice of a way was shown right or wrong: each counts one half, and the interval excludes no share."""
    return tuple(way.get(f"right_share{end}") for end in ("_lower", "", "_upper")) == (0.0, 0.5, 1.0)


def number_answer(quantity: str, answer: Mapping[str, Any], name: str, *, is_measured: bool = True) -> Answer:
    """Return a number of an answer with its interval, which some numbers lack; empty without the number.

    Of a number that is not measured, only the interval is returned.
    """
    if answer.get(name) is None:
        return {}
    ends = {f"value_{end}": answer.get(f"{name}_{end}") for end in ("lower", "upper")}
    return without_missing({"quantity": quantity, "value": answer[name] if is_measured else None, **ends})


def field_number(accuracy: Mapping[str, Any]) -> Answer:
    """Return the difference in accuracy, in percentage points, between the two poolings that differ most.

    Kernel sizes take their place in a grid with a single pooling; the answer is empty in one that has a single kernel size too.
    """
    for factor, noun in (("pooling", ""), ("kernel_size", "kernel size ")):
        if f"{factor}_pair" in accuracy:
            return number_answer(f"accuracy points, {noun}{accuracy[f'{factor}_pair']}", accuracy, f"{factor}_points")
    return {}
