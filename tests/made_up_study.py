"""A synthetic study of random numbers, with the tables and arrays from which the report is made."""

from collections.abc import Sequence
from itertools import combinations, product

from kernel_dilation.analysis.learning_analysis import learning_analysis
from kernel_dilation.analysis.tap_coverage import tap_coverage_table
from kernel_dilation.dilation_selection.learning_verdict import consistency_rule
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.geometry import extent, network_receptive_field
from kernel_dilation.experiment.parameters import Learn, parse_settings
from kernel_dilation.experiment.world_names import parse_world
from kernel_dilation.report.report_data import ExampleDigits, ExampleExplanations, LearningTables, ReportData
from kernel_dilation.report.scope import Scope

import numpy as np
import pandas as pd
from changed_parameters import changed
from made_up_comparisons import mark_tables, property_rows, representation_rows
from made_up_fields import field_tables, made_up_fields

MEASURES = ("gini", "entropy", "mass_accuracy", "a_measure_of_tomorrow")
VERDICTS = ("difference", "negligible", "equivalent", "inconclusive")
DIGITS = 10
PAIR = {
    "hodges_lehmann": 0.1, "rank_biserial": 0.5, "cohen_dz": 0.4, "p_value": 0.05, "p_corrected": 0.1, "tost_p_value": 0.3,
    "bayes_left": 0.2, "bayes_rope": 0.5, "bayes_right": 0.3,
}  # fmt: skip
MIXED = {"holm_p_value": 0.06, "partial_eta_squared": 0.2}
STARTLESS = "startless"  # name of a method without an initial dilation
RACE = {"least_rounds": 3, "most_rounds": 6, "alpha": 0.05, "zone": 0.02}
SETTINGS = parse_settings(changed(learn__race=RACE, learn__images=800, learn__initial_dilations=[1, 4, 7], analyze__resamples=100))
LEARN, ANALYZE = SETTINGS.learn, SETTINGS.analyze
Random = np.random.Generator
Tables = dict[str, pd.DataFrame]


def made_up_study(
    dilations: Sequence[int] = (1, 2, 4),
    kernel_sizes: Sequence[int] = (3, 5),
    poolings: Sequence[str] = ("max", "average"),
    replicates: int = 3,
    methods: Sequence[str] = ("gradient", "method_of_tomorrow"),
    learners: Sequence[str] = ("mixture", "learner_of_tomorrow", "startless"),
) -> ReportData:
    """Return the data of a report, seeded; a smaller grid gives the tables that `analyze` writes for it."""
    random = np.random.default_rng(0)
    arms = grid_arms(dilations, kernel_sizes, poolings)
    choices, learned_tables = made_up_learning(learners)
    return ReportData(
        scope=made_up_scope(dilations, kernel_sizes, poolings, replicates),
        answers=made_up_answers(dilations, learners),
        tables={
            **accuracy_tables(random, arms, replicates),
            **rank_tables(dilations),
            **question_tables(random, dilations, methods),
            **saliency_tables(random, dilations, replicates, methods),
            **learned_tables,
            **field_tables(arms, methods),
        },
        digits=made_up_digits(random),
        explained=made_up_explained(random, dilations, methods),
        kernels={arm: random.normal(size=(arm.kernel_size, arm.kernel_size, 16)) for arm in arms if arm.pooling == poolings[0]},
        fields={arm: middle_square(theoretical_field(arm)) for arm in arms},
        learned=LearningTables(choices, {name: made_up_trajectory(table) for name, table in choices.items()}),
    )


def made_up_scope(
    dilations: Sequence[int] = (1, 2, 4), kernel_sizes: Sequence[int] = (3, 5), poolings: Sequence[str] = ("max", "average"), replicates: int = 3
) -> Scope:
    """Return the scope of the made-up numbers."""
    digits = {"train": 1000, "validation": 20, "test": 50}
    return Scope(
        "made_up", replicates, 2, digits, DIGITS, 1, tuple(dilations), tuple(kernel_sizes), tuple(poolings), 0.05, 0.5, 0.1, 0.05,
        "first", "same", "own", "lattice",
        LEARN, consistency_rule(ANALYZE), ANALYZE.margin_loss,
    )  # fmt: skip


def made_up_answers(dilations: Sequence[int] = (1, 2, 4), learners: Sequence[str] = ("mixture",)) -> dict:
    """Return the content of data/analysis/answers.json, with every number that a sentence can use."""
    slope = {"slope_per_dilation": 0.02, "slope_lower": 0.01, "slope_upper": 0.03}
    measures = {name: {"verdict": verdict, "p_value": 0.001, "effect": 1.0, **slope} for name, verdict in zip(MEASURES, VERDICTS)}
    models = {
        "class_mean_correlation": {"verdict": "difference", "p_value": 0.001, **slope},
        "transfer_confidence": {"verdict": "equivalent", "p_value": 0.3, "effect": -0.2},
    }
    counts = {"verdict": "difference", "method": "gradient", "measures": 8, "share_differing": 0.5}
    floor = {"spearman": {"verdict": "difference", "p_value": 0.001, "effect": -1.0}, "ssim": {"verdict": "inconclusive", "p_value": 0.2}}
    contrasts = {"noise_floor": floor, "gridding_at_2": {"verdict": "negligible", "p_value": 0.01, "effect": 1.0}}
    method = {
        "verdict": "inconclusive", "world": "atrous-2", "right_share": 0.5, "right_share_lower": 0.2, "right_share_upper": 0.8, "same_share": 0.4,
        "start_slope": 0.1, "start_slope_lower": -0.1, "start_slope_upper": 0.3, "bias": 1.5, "bias_lower": 0.5, "bias_upper": 2.5, "deviation": 1.2,
    }  # fmt: skip
    learned = {
        "verdict": "consistent", "best_way": "race", "best_dilation": dilations[0], "right_share": 0.97, "right_share_lower": 0.83,
        "right_share_upper": 0.999, "same_share": 0.94, "trainings": 46.6, "signal_to_noise": 0.8,
        "signal_to_noise_lower": 0.1, "signal_to_noise_upper": 1.5, "trainings_for_95": 4.3,
        "methods": {name: method for name in learners},
    }  # fmt: skip
    accuracy = {
        "verdict": "difference", "p_value": 0.002, "best_dilation": dilations[0], "mean_percent": {str(dilations[0]): 96.5},
        "range_points": 0.8, "kendall_w": 0.7, "slope_points_per_dilation": -0.25, "slope_lower": -0.4, "slope_upper": -0.1,
        "trend_p_value": 0.0004, "pooling_p_value": 0.02, "kernel_size_p_value": 0.3, "density_p_value": 0.04, "images_differ_share": 0.3,
    }  # fmt: skip
    return {
        "dataset": "made_up",
        "replicates": 8,
        "accuracy": accuracy,
        "saliency": {**counts, **measures, **contrasts, "class_model": models},
        "fields": made_up_fields(),
        **({"learned": learned} if learners else {}),
    }


def made_up_digits(random: Random) -> ExampleDigits:
    """Return noise in place of images."""
    counts = {"train": [100] * 10, "test": [5] * 10}
    return ExampleDigits(counts, random.random((10, 12, 28, 28)), random.random((10, 28, 28)), random.random((30, 28, 28)))


def theoretical_field(arm: Arm) -> int:
    """Return the side of the theoretical receptive field, in pixels."""
    return network_receptive_field(arm.kernel_size, arm.dilation, "first", arm.pooling)


def middle_square(side: int) -> np.ndarray:
    """Return an image that is 0 except for a square in its centre."""
    image = np.zeros((28, 28))
    start = max(14 - side // 2, 0)
    image[start : start + side, start : start + side] = 0.5
    image[14, 14] = 1.0
    return image


def accuracy_tables(random: Random, arms: Sequence[Arm], replicates: int) -> Tables:
    """Return the tables of networks and arms."""
    networks = [{**arm._asdict(), "replicate": replicate} for arm in arms for replicate in range(replicates)]
    rates = ("loss", "accuracy", "validation_loss", "validation_accuracy")
    pairs = {arm.pooling for arm in arms if Arm(1, 5, arm.pooling) in arms and Arm(2, 3, arm.pooling) in arms}
    tables = {
        "accuracy": [{**network, "accuracy": 96 + random.normal(), "validation_accuracy": 96.0} for network in networks],
        "curves": [{**network, "epoch": epoch, **{rate: 0.5 + random.random() / 2 for rate in rates}} for network in networks for epoch in (1, 2, 3)],
        "arms": [{**arm._asdict(), "mean": 96.0, "lower": 95.8, "upper": 96.2} for arm in arms],
        "fields": [field_row(arm) for arm in arms],
        "errors": [
            {"dilation": dilation, "error": 4.0, "lower": 3.5, "upper": 4.5, "ratio": 1.2, "ratio_lower": 1.1, "ratio_upper": 1.3}
            for dilation in sorted({arm.dilation for arm in arms})
        ],
        "confusion": [
            {**arm._asdict(), "actual": actual, "predicted": predicted, "percent": 91.0 if actual == predicted else 1.0}
            for arm in arms
            for actual, predicted in product(range(10), repeat=2)
        ],
        "contrasts": [
            {"extent": 5, "pooling": pooling, "dense": "k5 d1", "sparse": "k3 d2", **difference(random), "p_value": 0.01, "p_corrected": 0.04}
            for pooling in sorted(pairs)
        ],
        "wrong": [{"index": index, "label": 7, "share": 1 - index / 40, "answer": 1} for index in range(30)],
        "taps": tap_coverage_table((3, 5), (1, 2), np.ones((28, 28)), "same"),
        "mixed": [{"term": "dilation", "statistic": 3.0, "degrees": 2, "residual_degrees": 20, "p_value": 0.03, **MIXED}],
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def field_row(arm: Arm) -> dict[str, object]:
    """Return a row of the receptive fields of an arm."""
    effective = 8.0 + arm.dilation
    ends = {"lower": effective - 0.5, "upper": effective + 0.5}
    span = {"extent": extent(arm.kernel_size, arm.dilation), "theoretical": theoretical_field(arm), "effective": effective}
    radii = {"radius": 2.0 + arm.dilation, "radius_lower": 1.9 + arm.dilation, "radius_upper": 2.1 + arm.dilation, "untrained_radius": 2.5}
    return {**arm._asdict(), **span, **ends, **radii, "accuracy": 97.0 - arm.dilation / 4}


def rank_tables(dilations: Sequence[int]) -> Tables:
    """Return mean ranks and their p-values; none for one dilation, as in `analyze`."""
    if len(dilations) < 2:
        return {}
    p_values = pd.DataFrame(np.eye(len(dilations)), columns=[str(dilation) for dilation in dilations])
    p_values.insert(0, "dilation", dilations)
    return {"ranks": pd.DataFrame({"dilation": dilations, "average_rank": 1 + np.arange(len(dilations)) / 2}), "ranks_p": p_values}


def difference(random: Random) -> dict[str, float]:
    """Return a difference with its interval."""
    centre = random.normal()
    return {"difference": centre, "lower": centre - 0.3, "upper": centre + 0.3}


def question_tables(random: Random, dilations: Sequence[int], methods: Sequence[str]) -> Tables:
    """Return effects, pairs and levels of every question."""
    maps = [("saliency", *question) for question in product(methods, MEASURES)]
    asked = [("accuracy", "", "accuracy"), *maps, ("class_model", "class_model", "confidence")]
    tables: dict[str, list[dict[str, object]]] = {"effects": [], "pairs": [], "levels": []}
    for place, (family, method, measure) in enumerate(asked):
        question = {"family": family, "factor": "dilation", "method": method, "measure": measure}
        result = {
            "verdict": VERDICTS[place % 4], "p_value": 0.01, "smallest_p_value": 0.01, "equivalence_p_value": 0.5, "kendall_w": 0.5,
            "trend_p_value": 0.02, "effect": 0.5,
            "slope": random.normal(), "slope_lower": -1.0, "slope_upper": 1.0, "turns_at": None, "turns_within": "",
            "best": dilations[0], "range": 0.3, "margin": 0.1,
            "replicates_needed": None, "reason": "", "crossed_p_value": 0.02, "crossed_verdict": VERDICTS[place % 3],
        }  # fmt: skip
        tables["effects"].append({**question, **result})
        for first, second in combinations(dilations, 2):
            tables["pairs"].append({**question, "first": first, "second": second, **difference(random), **PAIR})
        tables["levels"] += [{**question, "level": str(dilation), "mean": 96.0, "lower": 95.8, "upper": 96.2} for dilation in dilations]
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def saliency_tables(random: Random, dilations: Sequence[int], replicates: int, methods: Sequence[str]) -> Tables:
    """Return the other tables of maps and class models."""
    ends = {"mean": 0.5, "lower": 0.4, "upper": 0.6}
    peaks = {"gridding": 0.2, "gridding_of_others": 0.1, "gridding_untrained": 0.15, "difference": 0.1, "lower": 0.05, "upper": 0.15}
    pairs = [
        {"comparison": "replicates" if first == second else "dilations", "first": first, "second": second}
        for first, second in product(dilations, repeat=2)
        if first <= second and replicates > 1
    ]
    dilated = [dilation for dilation in dilations if dilation > 1 and len(dilations) > 1]
    tables = {
        "similarity": [
            {"state": state, "method": method, "index": index, **pair, **ends}
            for state, method, index, pair in product(("trained", "untrained"), methods, ("spearman", "ssim"), pairs)
        ],
        "untrained_levels": [{"method": name, "measure": "gini", "level": level, **ends} for name, level in product(methods, dilations)],
        "gridding": [{"method": method, "dilation": dilation, **peaks} for method, dilation in product(methods, dilated)],
        "method_properties": property_rows(dilations, methods),
        "representations": representation_rows(dilations, replicates),
        **mark_tables(dilations, methods),
        "chance": [{"method": name, "measure": "mass_accuracy_chance", "level": level, "mean": 0.15} for name, level in product(methods, dilations)],
        "cascade": [
            {"dilation": dilation, "replicate": replicate, "method": method, "layer": layer, "similarity": random.random()}
            for dilation, replicate, method, layer in product(dilations, range(replicates), methods, ("logits", "hidden"))
        ],
        "transfer": [
            {"measure": "confidence", "first": first, "second": second, **ends}
            for first, second in product(dilations, repeat=2)
            if first != second or replicates > 1
        ],
    }
    return {name: pd.DataFrame(rows) for name, rows in tables.items()}


def made_up_explained(random: Random, dilations: Sequence[int], methods: Sequence[str]) -> ExampleExplanations:
    """Return the explanations by the first replicates."""
    count = len(dilations)
    layers = {"first_maps": (28, 28, 16), "first_pooled": (14, 14, 16), "last_maps": (14, 14, 32), "last_pooled": (7, 7, 32)}
    filters = {"filters_from_black": (8, 28, 28), "filters_from_digit": (8, 28, 28)}
    return ExampleExplanations(
        digits=random.random((DIGITS, 28, 28)),
        classes=np.arange(DIGITS),
        maps={method: random.normal(size=(count, DIGITS, 28, 28)) for method in methods},
        class_models=random.normal(size=(count, 10, 28, 28)),
        spectra={method: random.random((count, 28, 28)) for method in methods},
        activations={dilation: {name: random.normal(size=shape) for name, shape in (layers | filters).items()} for dilation in dilations},
    )


def made_up_rounds(learn: Learn = LEARN) -> pd.DataFrame:
    """Return the losses of trainings in rounds, as the stage `rounds` writes them; each world is best at its planted dilation or 1."""
    random = np.random.default_rng(1)
    rows = []
    for world, run, number in product(learn.worlds, range(learn.replicates), range(learn.race.most_rounds)):
        best = parse_world(world).planted_dilation or 1
        for dilation in sorted(learn.candidates):
            loss = 0.2 + 0.02 * abs(dilation - best) + random.normal(scale=0.01)
            numbers = {"validation_loss": loss, "validation_accuracy": 1 - loss / 4 + random.normal(scale=0.01), "first_epoch_loss": 2 * loss}
            rows.append({"world": world, "run": run, "round": number + 1, "dilation": dilation, **numbers})
    return pd.DataFrame(rows)


def made_up_choices(learner: str, learn: Learn = LEARN) -> pd.DataFrame:
    """Return the choices of a method that trains once, as the stage `learn` writes them; those of `startless` have no initial dilation."""
    random = np.random.default_rng(2)
    starts = [None] if learner == STARTLESS else learn.initial_dilations
    rows = [
        {
            "method": learner, "world": world, "truth": parse_world(world).planted_dilation, "run": run, "initial_dilation": initial,
            "chosen_dilation": int(random.integers(1, 4)), "trainings": 1.5,
        }
        for world, run, initial in product(learn.worlds, range(learn.replicates), starts)
    ]  # fmt: skip
    return pd.DataFrame(rows).astype({"truth": float, "initial_dilation": float})  # as they are read from a CSV file


def made_up_trajectory(choices: pd.DataFrame) -> pd.DataFrame:
    """Return trajectories that lead straight from the initial to the chosen dilation, from 1 where there is no initial one."""
    runs = choices[["world", "run", "initial_dilation"]]
    first, last = choices["initial_dilation"].fillna(1).astype(float), choices["chosen_dilation"]
    return pd.concat([runs.assign(epoch=epoch, dilation=first + (last - first) * epoch / 3) for epoch in (1, 2, 3)])


def made_up_learning(learners: Sequence[str], learn: Learn = LEARN) -> tuple[Tables, Tables]:
    """Return the choices of each method that trains once, and the tables that `analyze` makes of them; none without methods."""
    choices = {name: made_up_choices(name, learn) for name in learners}
    return (choices, dict(learning_analysis(choices, made_up_rounds(learn), learn, ANALYZE)[1])) if learners else ({}, {})
