"""The analysis of learning the dilation: for each method, how often it chooses rightly and alike, and at which price."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from kernel_dilation.analysis.answers import Answer, without_missing
from kernel_dilation.analysis.comparison_families import Rows, Tables
from kernel_dilation.dilation_selection.choice_shares import choices_by_block, shown_beyond_margin, shown_within_margin
from kernel_dilation.dilation_selection.learning_verdict import Condition, ConsistencyRule, Verdict, WorldChoices, consistency_rule, verdict
from kernel_dilation.dilation_selection.replayed_choices import (
    CONTROLS,
    best_dilations,
    complete_rounds,
    exchanged_pairs,
    replay_choices,
    two_best,
    with_mirrored_worlds,
)
from kernel_dilation.dilation_selection.selection_bound import signal_to_noise, trainings_needed
from kernel_dilation.dilation_selection.training_rounds import losses_by_run
from kernel_dilation.experiment.parameters import Analyze, Learn
from kernel_dilation.experiment.world_names import main_world
from kernel_dilation.statistics.effect_sizes import mean_intervals

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WANTED_SHARE = 0.95  # share of right choices for which the number of trainings is given
METHOD_NUMBERS = (
    "right_share", "right_share_lower", "right_share_upper", "same_share", "start_slope", "start_slope_lower", "start_slope_upper",
    "bias", "bias_lower", "bias_upper", "deviation",
)  # fmt: skip


@dataclass(frozen=True)
class Reference:
    """Losses in one world against which choices are judged."""

    name: str
    truth: int | None  # planted dilation
    dilations: tuple[int, ...]
    losses: Mapping[int, NDArray[np.float64]]  # validation losses of the complete rounds of each run, (rounds, dilations)

    @property
    def all_losses(self) -> NDArray[np.float64]:
        """Losses of all complete rounds, (rounds, dilations)."""
        return np.concatenate(list(self.losses.values()))

    @property
    def best(self) -> int:
        """Dilation of least mean loss."""
        return self.dilations[two_best(self.all_losses)[0]]

    @property
    def identified(self) -> bool:
        """Whether the planted dilation is the best one under these conditions; True for a world without one."""
        return self.truth in (None, self.best)

    def judge(self, losses: NDArray[np.float64], options: Analyze) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which dilations are shown right and which are shown wrong by these losses, (dilations,) each; none by fewer than 2 rounds."""
        if len(losses) < 2:
            return np.zeros(len(self.dilations), bool), np.zeros(len(self.dilations), bool)
        right = shown_within_margin(losses, options.margin_loss, options.alpha)
        return right, shown_beyond_margin(losses, options.margin_loss, options.alpha) & ~right

    def other_runs(self, run: int) -> NDArray[np.float64]:
        """Losses of all runs but one, (rounds, dilations); a choice is not judged by the losses on which it was based."""
        others = [losses for number, losses in self.losses.items() if number != run]
        return np.concatenate(others) if others else np.zeros((0, len(self.dilations)))


def learning_analysis(choices: Mapping[str, pd.DataFrame], rounds: pd.DataFrame, learn: Learn, options: Analyze) -> tuple[Answer, Tables]:
    """Return the answer on learning and the tables behind it.

    These are `choices` (of all methods), `learned` (one row for each method and world), `conditions` (of the verdicts) and
    `worlds` (the best dilation, and the signal-to-noise ratio of the two best).

    Args:
        choices: choices.csv of each method.
        rounds: rounds.csv.
    """
    references = world_references(rounds, learn)
    every = pd.concat([replay_choices(rounds, learn), *choices.values()], ignore_index=True)
    every["truth"] = every["world"].map({world: reference.truth for world, reference in references.items()}).astype("Int64")
    rule = consistency_rule(options)
    results = {str(method): assess_method(table, references, rule, options) for method, table in every.groupby("method", sort=False)}
    verdicts = {method: result[0] for method, result in results.items()}
    learned = pd.DataFrame([{"method": method, "verdict": verdicts[method], **row} for method, (_, rows, _) in results.items() for row in rows])
    conditions = pd.DataFrame([{"method": method, **asdict(condition)} for method, (_, _, shown) in results.items() for condition in shown])
    worlds = pd.DataFrame([world_row(reference, options) for reference in references.values()])
    tables = {"choices": every, "learned": learned, "conditions": conditions, "worlds": worlds}
    return {**learning_answer(learned, worlds, verdicts), "methods": method_answers(learned, list(choices))}, tables


def assess_method(
    choices: pd.DataFrame, references: Mapping[str, Reference], rule: ConsistencyRule, options: Analyze
) -> tuple[Verdict, Rows, list[Condition]]:
    """Return the verdict on one method, its results in each world, and the conditions on which the verdict is based.

    Worlds whose planted dilation is not the best one under these conditions do not count for the verdict.

    Args:
        choices: rows of one method.
    """
    tables = {str(world): table for world, table in choices.groupby("world", sort=False)}
    judged = {world: judge_choices(table, references[world], options) for world, table in tables.items()}
    counted = [choices_in_world for world, choices_in_world in judged.items() if references[world].identified]
    decision, conditions = verdict(counted, rule) if counted else ("inconclusive", [])
    rows = [
        summarise(tables[world], choices_in_world, references[world], options) | condition_columns(conditions, world)
        for world, choices_in_world in judged.items()
    ]
    return decision, rows, conditions


def condition_columns(conditions: Sequence[Condition], world: str) -> dict[str, object]:
    """Return value and interval of each quantity in one world, as columns such as `right_share_lower`."""
    columns: dict[str, object] = {}
    for condition in conditions:
        if condition.world == world:
            name = condition.quantity.replace(" ", "_")
            columns |= {name: condition.value, f"{name}_lower": condition.lower, f"{name}_upper": condition.upper}
    return columns


def world_references(rounds: pd.DataFrame, learn: Learn) -> dict[str, Reference]:
    """Return the losses against which choices are judged, by world, mirrored ones included."""
    dilations = tuple(sorted(learn.candidates))
    losses = losses_by_run(rounds, dilations)
    pairs = exchanged_pairs(losses, learn)
    by_world: dict[str, dict[int, NDArray[np.float64]]] = {}
    for (world, run), table in with_mirrored_worlds(losses, pairs).items():
        by_world.setdefault(world, {})[run] = complete_rounds(table, learn)
    truths = best_dilations(learn.worlds, dilations, pairs)
    return {world: Reference(world, truths[world], dilations, runs) for world, runs in by_world.items()}


def judge_choices(choices: pd.DataFrame, reference: Reference, options: Analyze) -> WorldChoices:
    """Return the choices of one method in one world, each shown right, shown wrong, or neither.

    Where the best dilation is planted, every other one is wrong. Elsewhere, a choice is right if its loss lies within the
    margin of every other dilation's.

    Args:
        choices: rows of one method and world.
    """
    has_start = choices["initial_dilation"].notna().all() if "initial_dilation" in choices else False
    starts = tuple(sorted({int(start) for start in choices["initial_dilation"]})) if has_start else ()
    ordered = choices.sort_values(["run", "initial_dilation"] if starts else ["run"], kind="stable")
    chosen = choices_by_block(ordered["run"].tolist(), ordered["chosen_dilation"].tolist())
    if reference.truth is not None:
        return WorldChoices(reference.name, reference.truth, chosen, chosen == reference.truth, chosen != reference.truth, starts)
    columns = np.searchsorted(reference.dilations, chosen)
    judged = [reference.judge(reference.other_runs(int(run)), options) for run in sorted(choices["run"].unique())]
    right, wrong = (np.stack([table[side][row] for table, row in zip(judged, columns)]) for side in (0, 1))
    is_shown = reference.judge(reference.all_losses, options)[0][reference.dilations.index(reference.best)]
    return WorldChoices(reference.name, reference.best if is_shown else None, chosen, right, wrong, starts)


def summarise(choices: pd.DataFrame, world: WorldChoices, reference: Reference, options: Analyze) -> dict[str, object]:
    """Return what one method chose in one world, how far from the best dilation, and at which price."""
    means = reference.all_losses.mean(axis=0)
    columns = np.searchsorted(reference.dilations, world.choices)
    deviations = (world.choices - reference.best).astype(np.float64)
    by_run = deviations.mean(axis=1, keepdims=True)
    lower, upper = mean_intervals(by_run, options.alpha, options.resamples, options.seed) if len(by_run) > 1 else (np.array([np.nan]),) * 2
    values, counts = np.unique(world.choices, return_counts=True)
    return {
        "world": world.name, "best": reference.best, "identified": reference.identified,
        "runs": len(world.choices), "starts": max(len(world.starts), 1),
        "mode": int(values[counts.argmax()]), "mode_share": float(counts.max() / counts.sum()),
        "excess_loss": float((means[columns] / means.min() - 1).mean()),
        "trainings": float(choices["trainings"].mean()),
        "bias": float(deviations.mean()), "bias_lower": float(lower[0]), "bias_upper": float(upper[0]),
        "deviation": float(deviations.std(ddof=1)) if deviations.size > 1 else np.nan,
    }  # fmt: skip


def world_row(reference: Reference, options: Analyze) -> dict[str, object]:
    """Return the best dilations of one world, and the bound on learning which of them is the better."""
    losses = reference.all_losses
    best, second = two_best(losses)
    row: dict[str, object] = {
        "world": reference.name, "truth": reference.truth, "best": reference.dilations[best], "second": reference.dilations[second],
        "identified": reference.identified, "rounds": len(losses),
        **{f"loss_{dilation}": float(mean) for dilation, mean in zip(reference.dilations, losses.mean(axis=0))},
    }  # fmt: skip
    if len(losses) > 1:
        signal = signal_to_noise(losses[:, second] - losses[:, best], options.alpha)
        row |= {"ratio": signal.ratio, "ratio_lower": signal.lower, "ratio_upper": signal.upper}
        row["trainings_for_95"] = trainings_needed(signal.ratio, WANTED_SHARE)
    return row


def learning_answer(learned: pd.DataFrame, worlds: pd.DataFrame, verdicts: Mapping[str, Verdict]) -> Answer:
    """Return the headlines: the verdict, the best method with its shares in its worst world and its price, and the bound."""
    ways = [method for method in verdicts if method not in CONTROLS]
    scores = {method: score_method(learned[(learned["method"] == method) & learned["identified"]]) for method in ways}
    ranked = sorted(ways, key=lambda method: (verdicts[method] != "consistent", *scores[method]))
    best = learned[learned["method"] == ranked[0]]
    worst = worst_world(best)
    bound = worlds[worlds["world"] == main_world(list(worlds["world"]))].iloc[0]
    return without_missing({
        "verdict": overall_verdict([verdicts[method] for method in ways]),
        "best_way": ranked[0],
        "best_dilation": int(bound["best"]),
        "right_share": number_or_none(worst.get("right_share")),
        "right_share_lower": number_or_none(worst.get("right_share_lower")),
        "right_share_upper": number_or_none(worst.get("right_share_upper")),
        "same_share": number_or_none(worst.get("same_share")),
        "trainings": number_or_none(best["trainings"].mean()),
        "signal_to_noise": number_or_none(bound.get("ratio")),
        "signal_to_noise_lower": number_or_none(bound.get("ratio_lower")),
        "signal_to_noise_upper": number_or_none(bound.get("ratio_upper")),
        "trainings_for_95": number_or_none(bound.get("trainings_for_95")),
    })  # fmt: skip


def worst_world(rows: pd.DataFrame) -> pd.Series:
    """Return the row of the identified world in which a method is right least often, with the least `same_share` of any of them.

    Both shares can be least in different worlds. Without an identified world it is the first row.
    """
    identified = rows[rows["identified"]]
    if identified.empty:
        return rows.iloc[0]
    worst = identified.iloc[int(identified["right_share"].to_numpy().argmin())]
    return worst.where(worst.index != "same_share", identified["same_share"].min())


def least_shares(rows: pd.DataFrame) -> pd.Series:
    """Return for each world the smaller of two shares: of right choices, and of pairs of runs that choose alike.

    A method needs both. Runs that choose differently can be right more often than they deserve where no choice is shown
    to be wrong.
    """
    return rows.reindex(columns=["right_share", "same_share"]).min(axis=1)


def method_answers(learned: pd.DataFrame, methods: Sequence[str]) -> dict[str, Answer]:
    """Return the verdict on each method that trains once, and its shares and errors in its worst world.

    The bias is the mean of the chosen minus the best dilation, and the deviation is the standard deviation of this
    difference between runs, both in pixels.
    """
    answers = {}
    for method in methods:
        row = worst_world(learned[learned["method"] == method])
        numbers = {key: number_or_none(row.get(key)) for key in METHOD_NUMBERS}
        answers[method] = without_missing({"verdict": row["verdict"], "world": row["world"], **numbers})
    return answers


def score_method(rows: pd.DataFrame) -> tuple[float, float, float]:
    """Return numbers by which methods are ranked, the smallest first: its least share in the worst world, the mean over worlds, the price.

    The shares are negative, and 0 if no world is identified.
    """
    if rows.empty:
        return 0.0, 0.0, float("inf")
    shares = least_shares(rows)
    return -float(shares.min()), -float(shares.mean()), float(rows["trainings"].mean())


def overall_verdict(verdicts: Sequence[Verdict]) -> Verdict:
    """Return the answer to the first question: consistent if any method is, inconsistent if all are, inconclusive otherwise."""
    if "consistent" in verdicts:
        return "consistent"
    return "inconsistent" if set(verdicts) == {"inconsistent"} else "inconclusive"


def number_or_none(value: object) -> float | None:
    """Return a finite number as float, and None for anything else."""
    return float(value) if isinstance(value, (int, float, np.floating, np.integer)) and np.isfinite(value) else None
