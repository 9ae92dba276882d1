"""The answers and the scope in plain sentences; a number that is missing leaves its sentence out."""

from dataclasses import replace

from kernel_dilation.presentation.text_formatting import (
    count_noun,
    format_interval,
    format_number,
    format_p_value,
    format_percent,
    format_points,
    join_with_and,
)
from kernel_dilation.report.field_sentences import field_sentences
from kernel_dilation.report.learning_sentences import learning_sentences
from kernel_dilation.report.saliency_sentences import saliency_sentences
from kernel_dilation.report.scope import AnswerValues, Scope

QUESTIONS = {
    "learned": "Is there a consistent way to learn the best dilation?",
    "saliency": "Does dilation change class saliencies?",
    "accuracy": "Does dilation affect classification accuracy?",
    "fields": "What do receptive field and pooling do?",
}
NO_ANSWER = "There is no answer yet, because the numbers for this question are missing."
ONE_DILATION = "Inconclusive. Only one dilation was trained, so dilations cannot be compared."
OTHER_FACTORS = {"pooling": "pooling", "kernel_size": "kernel size", "density": "sparse versus dense kernels of equal extent"}


def answer_sentences(answers: AnswerValues, scope: Scope) -> dict[str, list[str]]:
    """Return the sentences of each question, the first of which answers it."""
    sentences = {
        "learned": learning_sentences(answers.get("learned", {}), scope),
        "saliency": saliency_sentences(answers.get("saliency", {}), scope),
        "accuracy": accuracy_sentences(answers.get("accuracy", {}), scope),
        "fields": field_sentences(answers.get("fields", {}), scope),
    }
    if len(scope.dilations) < 2:
        sentences |= {question: [ONE_DILATION] for question in ("saliency", "accuracy") if sentences[question]}
    return {question: lines or [NO_ANSWER] for question, lines in sentences.items()}


def held_fixed_sentence(scope: Scope) -> str:
    """Return what all arms share and, with valid padding, what they do not."""
    shared = (
        f"All arms share the rest of the architecture and the test {scope.images}. Replicates of the same number also share their training and "
        f"validation {scope.images}, and the seed of their initial weights and batches, so networks are compared in pairs."
    )
    if scope.taps == "random":
        shared += " The taps of the first kernel lie at random places within the extent of the dilated kernel, not on a lattice."
    return f"{shared} {weights_sentence(scope)}"


def weights_sentence(scope: Scope) -> str:
    """Return how the number of weights depends on the dilation."""
    if scope.match_weights == "own":
        if scope.padding == "same":
            return "Arms of one kernel size have the same number of weights."
        return f"With {scope.padding} padding, the dense layer has fewer weights at larger dilations."
    if scope.match_weights == scope.padding:
        return weights_sentence(replace(scope, match_weights="own"))
    changed = "widened" if scope.padding == "valid" else "narrowed"
    return f"With {scope.padding} padding, the hidden layer is {changed} to match the number of weights with {scope.match_weights} padding."


def accuracy_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return what dilation does to accuracy, then the other findings; nothing without a verdict."""
    within, p_value = f"within {format_points(scope.margin_points)}", bracketed_p_value(answer)
    opening = {
        "difference": f"Yes. {errors_clause(answer, scope)}est accuracy depends on the dilation of {scope.dilated}{p_value}.",
        "negligible": f"Only negligibly. Test accuracy depends on the dilation{p_value}, but all dilations are shown to lie {within} of each other.",
        "equivalent": f"No. All dilations are shown to lie {within} of each other.",
        "inconclusive": f"Inconclusive. Neither a difference between dilations{p_value} nor equivalence {within} is shown.",
        "untestable": f"Untestable. With {count_noun(scope.replicates, 'replicate')} no difference between dilations could be significant, whatever "
        "its size.",
    }
    if answer.get("verdict") not in opening:
        return []
    rest = [
        replicates_needed_sentence(answer),
        best_dilation_sentence(answer, scope),
        neighbours_sentence(answer),
        slope_sentence(answer, scope),
        validation_sentence(answer, scope),
        other_factors_sentence(answer, scope),
        single_networks_sentence(answer),
    ]
    return [opening[answer["verdict"]], *filter(None, rest)]


def errors_clause(answer: AnswerValues, scope: Scope) -> str:
    """Return the errors at the smallest and the largest dilation and their ratio, then `: t`; `T` alone without them."""
    if not {"error_ratio", "error_percent_smallest", "error_percent_largest"} <= answer.keys():
        return "T"
    smallest, largest = (format_number(answer[f"error_percent_{end}"], 2) for end in ("smallest", "largest"))
    interval = format_interval(answer, scope.confidence, "error_ratio")
    ratio = f"\N{MULTIPLICATION SIGN}{format_number(answer['error_ratio'])}{f', {interval}' if interval else ''}"
    change = "rises" if answer["error_ratio"] > 1 else "falls"
    return f"The test error {change} from {smallest} % at dilation {scope.dilations[0]} to {largest} % at dilation {scope.dilations[-1]} ({ratio}): t"


def neighbours_sentence(answer: AnswerValues) -> str:
    """Return which neighbouring dilations cannot be told apart; nothing if all can."""
    alike = [name.replace("-", " and ") for name, differ in answer.get("neighbours_differ", {}).items() if not differ]
    return f"These neighbouring dilations cannot be told apart over new replicates and new images: {'; '.join(alike)}." if alike else ""


def validation_sentence(answer: AnswerValues, scope: Scope) -> str:
    """Return the slope of the accuracy on the validation images, which are a second held-out set."""
    if "validation_slope" not in answer:
        return ""
    interval = format_interval(answer, scope.confidence, "validation_slope")
    slope = format_number(answer["validation_slope"], 2)
    return f"On the validation {scope.images}, a second held-out set, the slope is {slope}{f' ({interval} over replicates)' if interval else ''}."


def best_dilation_sentence(answer: AnswerValues, scope: Scope) -> str:
    """Return the best dilation, the distance of the worst one, and the agreement of the replicates."""
    if "best_dilation" not in answer:
        return ""
    mean = answer.get("mean_percent", {}).get(str(answer["best_dilation"]))
    highest = f" ({format_number(mean)} %)" if mean is not None else ""
    lowest = f"; the lowest is {format_points(answer['range_points'])} below it" if "range_points" in answer else ""
    best = f"Dilation {answer['best_dilation']} has the highest mean test accuracy{highest}{lowest}."
    if "kendall_w" not in answer or scope.replicates < 2:
        return best
    agreement = format_number(answer["kendall_w"], 2)
    return f"{best} Kendall's W of the replicates' rankings of the dilations is {agreement} (0: no agreement, 1: identical rankings)."


def slope_sentence(answer: AnswerValues, scope: Scope) -> str:
    """Return the change in accuracy per pixel of dilation."""
    if "slope_points_per_dilation" not in answer:
        return ""
    trend = f"trend test: {format_p_value(answer['trend_p_value'])}" if "trend_p_value" in answer else ""
    tests = "; ".join(filter(None, [format_interval(answer, scope.confidence), trend]))
    slope = format_number(answer["slope_points_per_dilation"], 2)
    return f"On a linear fit, accuracy changes by {slope} percentage points per pixel of dilation{f' ({tests})' if tests else ''}."


def other_factors_sentence(answer: AnswerValues, scope: Scope) -> str:
    """Return which of pooling, kernel size and sparsity have a significant effect, each with its size, averaged over the dilations."""
    texts = {key: factor_clause(key, name, answer, scope) for key, name in OTHER_FACTORS.items() if f"{key}_p_value" in answer}
    if not texts:
        return ""
    significant = [text for key, text in texts.items() if answer[f"{key}_p_value"] <= scope.alpha]
    others = [text for key, text in texts.items() if answer[f"{key}_p_value"] > scope.alpha]
    clauses = [
        f"a significant effect is found for {join_with_and(significant)}" if significant else "",
        f"no significant effect is found for {join_with_and(others)}" if others else "",
    ]
    return f"Of the other factors, tested in the same way and averaged over dilations, {'; '.join(filter(None, clauses))}."


def factor_clause(key: str, name: str, answer: AnswerValues, scope: Scope) -> str:
    """Return `pooling (average minus max: 0.05 percentage points, 95 % CI 0.02 to 0.07; p = 0.006; negligible)`."""
    interval = format_interval(answer, scope.confidence, f"{key}_points")
    pair = f"{answer[f'{key}_pair']}: " if f"{key}_pair" in answer else ""
    size = ", ".join(filter(None, [f"{pair}{format_points(answer[f'{key}_points'])}", interval])) if f"{key}_points" in answer else ""
    return f"{name} ({'; '.join(filter(None, [size, format_p_value(answer[f'{key}_p_value']), answer.get(f'{key}_verdict', '')]))})"


def single_networks_sentence(answer: AnswerValues) -> str:
    """Return how often individual networks differ on the test images."""
    if "images_differ_share" not in answer:
        return ""
    share = answer["images_differ_share"]
    comparisons = {0.0: "in no comparison", 1.0: "in every comparison"}.get(share, f"in {format_percent(share)} of the comparisons")
    return (
        f"Among individual trained networks, accuracy on this test set differs significantly between dilations {comparisons} (Cochran's Q). "
        "This concerns these particular networks and does not generalise to newly trained ones."
    )


def replicates_needed_sentence(answer: AnswerValues) -> str:
    """Return how many replicates would settle an inconclusive answer."""
    if answer["verdict"] not in ("inconclusive", "untestable") or "replicates_needed" not in answer:
        return ""
    return f"{count_noun(answer['replicates_needed'], 'replicate')} would settle it in 4 of 5 such studies."


def bracketed_p_value(answer: AnswerValues) -> str:
    """Return ` (p = 0.012, corrected)`, or nothing."""
    return f" ({format_p_value(answer['p_value'], answer.get('smallest_p_value', 0.0))}, corrected)" if "p_value" in answer else ""
