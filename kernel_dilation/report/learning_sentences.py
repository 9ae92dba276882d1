"""The answer on learning the dilation in plain sentences: the verdict and the best way, the bound, each method, and the limits."""

from math import ceil

from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.dilation_selection.selection_bound import least_error
from kernel_dilation.presentation.text_formatting import count_noun, format_number, format_percent, number_word, without_underscores
from kernel_dilation.presentation.way_names import way_phrase
from kernel_dilation.report.scope import AnswerValues, Scope

LEADS = {  # verdict: whether there is a consistent way, and the beginning of the sentence on the best one
    "consistent": ("Yes.", ""),
    "inconsistent": ("No. Every way to learn the dilation that was tried is shown to be inconsistent.", "The most reliable was "),
    "inconclusive": (
        "Inconclusive. No way to learn the dilation is shown to be consistent, but not all are shown to be inconsistent.",
        "The most reliable was ",
    ),
}


def learning_sentences(answer: AnswerValues, scope: Scope) -> list[str]:
    """Return whether there is a consistent way to learn the dilation, then what limits it; nothing without a verdict."""
    if answer.get("verdict") not in LEADS:
        return []
    methods = answer.get("methods", {})
    of_methods = [method_sentence(name, value, scope) for name, value in methods.items()]
    runs = runs_sentence(scope) if "best_way" in answer else ""
    return [opening(answer, scope), *filter(None, [bound_sentence(answer, scope), *of_methods, runs])]


def opening(answer: AnswerValues, scope: Scope) -> str:
    """Return the answer to the question, and how reliable and how costly the best way is."""
    lead, most_reliable = LEADS[answer["verdict"]]
    if "best_way" not in answer:
        return f"{lead} At least one way to learn the dilation is consistent." if answer["verdict"] == "consistent" else lead
    way = way_phrase(answer["best_way"])
    subject = f"{most_reliable}{way}" if most_reliable else f"{way[0].upper()}{way[1:]} is consistent"
    shares = ", ".join(filter(None, [right_clause(answer, scope), same_clause(answer)]))
    price = f"One choice costs {count_noun(round(answer['trainings']), 'training')} on average." if "trainings" in answer else ""
    return " ".join(filter(None, [lead, f"{subject}{f': {shares}' if shares else ''}.", price]))


def right_clause(answer: AnswerValues, scope: Scope) -> str:
    """Return how often the way chooses a right dilation in its worst world."""
    if "right_share" not in answer:
        return ""
    interval = share_interval(answer, scope)
    return f"in the kind of data where it did worst, it chose a right dilation in {format_percent(answer['right_share'])} of its runs{interval}"


def share_interval(answer: AnswerValues, scope: Scope) -> str:
    """Return ` (95 % CI 83 % to 97 %)` of the share of right choices; nothing if an end is missing."""
    ends = [answer[f"right_share_{end}"] for end in ("lower", "upper") if f"right_share_{end}" in answer]
    return f" ({scope.confidence} CI {format_percent(ends[0])} to {format_percent(ends[1])})" if len(ends) == 2 else ""


def same_clause(answer: AnswerValues) -> str:
    """Return how often two runs choose the same dilation."""
    return f"and two runs chose the same one with a probability of {format_percent(answer['same_share'])}" if "same_share" in answer else ""


def bound_sentence(answer: AnswerValues, scope: Scope) -> str:
    """Return what the signal-to-noise ratio of the two best dilations implies for any rule."""
    if "signal_to_noise" not in answer:
        return ""
    ratio = answer["signal_to_noise"]
    best = (
        f"Dilation {answer['best_dilation']} has the lowest mean validation loss {scope.world_phrase(scope.world)}. "
        if "best_dilation" in answer
        else ""
    )
    trainings = count_noun(ceil(answer["trainings_for_95"]), "training") if "trainings_for_95" in answer else ""
    needed = f", and 95 % of cases take at least {trainings} of each" if trainings else ""
    return (
        f"{best}The lead of the best over the second best is {format_number(ratio, 2)} times the standard deviation of this difference between "
        f"paired trainings. Whichever of the two is better, no rule can therefore be sure to choose it in more than "
        f"{format_percent(1 - least_error(ratio, 1))} of cases after one training of each{needed}."
    )


def method_sentence(name: str, value: AnswerValues, scope: Scope) -> str:
    """Return how often a method that trains once is right in its worst world, and whether it is biased or lacks signal."""
    title, verdict = without_underscores(name), f" ({value['verdict']})" if "verdict" in value else ""
    world = scope.world_phrase(str(value["world"])) if "world" in value else "in one kind of data"
    share = f"right in {format_percent(value['right_share'])} of its runs{share_interval(value, scope)}" if "right_share" in value else ""
    first = f"{title.capitalize()}{verdict}: {f'{share} {world}, where it did worst' if share else 'no share of right choices is available'}."
    return f"{first} {fault_sentence(value, scope)}".rstrip()


def fault_sentence(value: AnswerValues, scope: Scope) -> str:
    """Return what keeps a method from being right: its initial dilation, a bias, or noise; nothing if it is always right."""
    if value.get("right_share") == 1:
        return ""
    if value.get("start_slope_lower", 0.0) > scope.rule.start_slope:
        return f"Its choice depends on the initial dilation: it changes by {format_number(value['start_slope'], 2)} pixels for each pixel of it."
    if not {"bias", "bias_lower", "bias_upper", "deviation"} <= set(value):
        return ""
    side = f"{format_number(abs(value['bias']), 2)} pixels {'above' if value['bias'] > 0 else 'below'}" if value["bias"] else "at"
    ends = f"{scope.confidence} CI {format_number(value['bias_lower'], 2)} to {format_number(value['bias_upper'], 2)}"
    size = f"on average {side} the best dilation ({ends})"
    spread = f"with a standard deviation of {format_number(value['deviation'], 2)} pixels"
    if value["bias_lower"] > 0 or value["bias_upper"] < 0:
        return f"It is biased: its choices lie {size}, {spread}."
    return f"No bias is shown, so noise alone could explain its errors: its choices lie {size}, {spread}."


def runs_sentence(scope: Scope) -> str:
    """Return what the runs are, and whether there are enough of them to show that a way is consistent."""
    runs, needed = scope.learn.replicates, least_runs(scope.rule)
    times = "once" if runs == 1 else f"{runs:,} times"
    each = f"Each way was run {times} in every kind of data, on {scope.learn.images:,} training {scope.images} drawn anew for each run."
    if runs >= needed:
        return f"{each} The rule needs at least {number_word(needed)} runs to show that a way is consistent."
    return (
        f"{each} This cannot show that any way is consistent: the rule needs at least {number_word(needed)} runs for that, even if all choose "
        f"rightly. It compares the ways and their prices, and tells nothing about more {scope.images} or longer training."
    )
