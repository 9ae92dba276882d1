"""The answer on learning from made-up losses whose best dilations are known. Oracle: worked by hand."""

import json

from kernel_dilation.analysis.learning_analysis import learning_analysis, overall_verdict, score_method, world_references, worst_world
from kernel_dilation.dilation_selection.learning_verdict import consistency_rule, least_runs
from kernel_dilation.experiment.parameters import Learn, parse_settings
from kernel_dilation.statistics.block_tables import Floats

import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed
from scipy import stats

RACE = {"least_rounds": 3, "most_rounds": 4, "alpha": 0.05, "zone": 0.0}


def settings(runs: int) -> tuple[Learn, object]:
    """Return the sections `learn` and `analyze` for so many runs on digits and on textures with planted dilation 2."""
    text = changed(
        learn__candidates=[1, 2, 3], learn__worlds=["digits", "textures-2"], learn__selection=[1, 3], learn__replicates=runs,
        learn__initial_dilations=[1, 3], learn__race=RACE, learn__epochs=3, analyze__resamples=100,
    )  # fmt: skip
    parsed = parse_settings(text)
    return parsed.learn, parsed.analyze


def rounds(runs: int, levels: dict[str, tuple[float, ...]], noise: float = 0.001) -> pd.DataFrame:
    """Return three rounds of each run with these mean losses of dilations 1, 2, 3 in each world."""
    generator = np.random.default_rng(0)
    rows = []
    for world, means in levels.items():
        for run in range(runs):
            for number in (1, 2, 3):
                for dilation, mean in enumerate(means, 1):
                    loss = mean + generator.normal(scale=noise)
                    numbers = {"validation_loss": loss, "validation_accuracy": 1 - loss, "first_epoch_loss": 1 + loss}
                    rows.append({"world": world, "run": run, "round": number, "dilation": dilation, **numbers})
    return pd.DataFrame(rows)


CLEAR = {"digits": (0.10, 0.15, 0.30), "textures-2": (0.50, 0.10, 0.20)}


def one_run_choices(runs: int, method: str = "mixture", chosen: dict[str, int] | None = None) -> pd.DataFrame:
    """Return choices from initial dilations 1 and 3, each the dilation of its world in `chosen`, or the initial one."""
    rows = [
        {"method": method, "world": world, "truth": np.nan, "run": run, "initial_dilation": start, "trainings": 1.5,
         "chosen_dilation": chosen[world] if chosen else start}
        for world in CLEAR for run in range(runs) for start in (1, 3)
    ]  # fmt: skip
    return pd.DataFrame(rows)


def verdict_of(tables: dict, method: str) -> str:
    (verdict,) = tables["learned"].query(f"method == '{method}'")["verdict"].unique()
    return verdict


@pytest.fixture(scope="module")
def many():
    learn, options = settings(24)
    choices = {"mixture": one_run_choices(24, "mixture"), "spacing": one_run_choices(24, "spacing", {"digits": 1, "textures-2": 2})}
    return learning_analysis(choices, rounds(24, CLEAR), learn, options)


def test_ways_that_are_always_right_are_consistent_in_many_runs(many):
    answer, tables = many
    assert answer["verdict"] == "consistent"
    assert [verdict_of(tables, way) for way in ("race", "selection_1_by_loss", "selection_3_by_accuracy", "spacing")] == ["consistent"] * 4
    assert answer["methods"]["spacing"]["verdict"] == "consistent"
    json.loads(json.dumps(answer, allow_nan=False))


def test_always_the_smallest_fails_where_another_dilation_is_best(many):
    """By hand: 1 is right on digits and wrong in all other worlds, where 2 or 3 is best; two runs agree always."""
    table = many[1]["learned"].query("method == 'always_smallest'").set_index("world")
    assert table["right_share"].to_dict() == {"digits": 1, "textures-2": 0, "digits-mirrored": 0, "textures-2-mirrored": 0}
    assert set(table["same_share"]) == {1}
    assert verdict_of(many[1], "always_smallest") == "inconsistent"


def test_a_method_that_stays_at_its_initial_dilation_is_inconsistent_and_depends_on_it(many):
    """By hand: from 1 and 3 it chooses 1 and 3: slope 1, half of the runs right on digits, none on textures; bias 1 and 0."""
    answer, tables = many
    table = tables["learned"].query("method == 'mixture'").set_index("world")
    assert verdict_of(tables, "mixture") == "inconsistent"
    assert table["start_slope"].to_dict() == pytest.approx({"digits": 1, "textures-2": 1})
    assert table["right_share"].to_dict() == pytest.approx({"digits": 0.5, "textures-2": 0})
    assert table["bias"].to_dict() == pytest.approx({"digits": 1, "textures-2": 0})
    assert (answer["methods"]["mixture"]["world"], answer["methods"]["mixture"]["start_slope"]) == ("textures-2", pytest.approx(1))


def test_the_best_way_is_the_cheapest_of_those_that_are_right_most_often(many):
    """By hand: one training of each of three dilations costs 3; the race of three rounds at least 9; spacing 1.5; the first of three epochs 1."""
    answer, tables = many
    trainings = tables["learned"].groupby("method")["trainings"].mean()
    assert (trainings["selection_1_by_loss"], trainings["selection_3_by_loss"], trainings["spacing"], trainings["race"]) == (3, 9, 1.5, 9)
    assert (answer["best_way"], answer["trainings"], answer["right_share"], answer["same_share"]) == ("selection_1_by_first_epoch", 1, 1, 1)


def test_the_worlds_have_their_best_dilations_and_the_bound(many):
    """By hand: exchanged are 1 and 2 on digits, 2 and 3 in textures; the ratio is the mean of the differences over their deviation."""
    table = many[1]["worlds"].set_index("world")
    assert table[["best", "second"]].to_dict("index") == {
        "digits": {"best": 1, "second": 2}, "textures-2": {"best": 2, "second": 3},
        "digits-mirrored": {"best": 2, "second": 1}, "textures-2-mirrored": {"best": 3, "second": 2},
    }  # fmt: skip
    assert table["identified"].all()
    assert table.loc["digits", "rounds"] == 72
    losses = rounds(24, CLEAR).query("world == 'digits'").pivot_table(index=["run", "round"], columns="dilation", values="validation_loss")
    differences: Floats = (losses[2] - losses[1]).to_numpy()
    assert many[0]["signal_to_noise"] == pytest.approx(differences.mean() / differences.std(ddof=1))
    assert many[0]["trainings_for_95"] == pytest.approx((stats.norm.ppf(0.95) / many[0]["signal_to_noise"]) ** 2)


def test_few_runs_are_inconclusive_however_clear_they_are():
    learn, options = settings(3)
    answer, tables = learning_analysis({"spacing": one_run_choices(3, "spacing", {"digits": 1, "textures-2": 2})}, rounds(3, CLEAR), learn, options)
    assert answer["verdict"] == "inconclusive"
    assert set(tables["learned"].query("method in ('race', 'spacing')")["verdict"]) == {"inconclusive"}
    assert answer["right_share"] == 1


def test_as_many_runs_as_the_rule_needs_are_enough_and_one_less_is_not():
    """Oracle: the exact interval of Clopper and Pearson (1934) in SciPy."""
    _, options = settings(3)
    rule = consistency_rule(options)
    runs = least_runs(rule)
    ends = [stats.binomtest(count, count).proportion_ci(1 - rule.alpha, method="exact").low for count in (runs - 1, runs)]
    assert [end > rule.right_share and end**2 > rule.same_share for end in ends] == [False, True]
    answers = [learning_analysis({}, rounds(count, CLEAR), settings(count)[0], options)[0]["verdict"] for count in (runs - 1, runs)]
    assert answers == ["inconclusive", "consistent"]


def test_a_world_whose_planted_dilation_is_not_the_best_is_left_out_of_the_verdict():
    """By hand: in textures planted at 2, dilation 1 is best, so that only digits and their mirror image count."""
    learn, options = settings(20)
    answer, tables = learning_analysis({}, rounds(20, {**CLEAR, "textures-2": (0.1, 0.5, 0.6)}), learn, options)
    worlds = tables["worlds"].set_index("world")["identified"]
    assert worlds.to_dict() == {"digits": True, "textures-2": False, "digits-mirrored": True, "textures-2-mirrored": False}
    assert set(tables["conditions"]["world"]) == {"digits", "digits-mirrored"}
    assert answer["verdict"] == "consistent"


def test_choices_among_equally_good_dilations_are_all_right_and_leave_no_single_best():
    """By hand: losses within 2 % of each other are shown to lie within the margin, so that even always 1 is right."""
    learn, options = settings(20)
    tables = learning_analysis({}, rounds(20, {**CLEAR, "digits": (0.1000, 0.1001, 0.3)}, noise=0.0005), learn, options)[1]
    shares = tables["learned"].query("method == 'always_smallest'").set_index("world")["right_share"]
    assert (shares["digits"], shares["digits-mirrored"]) == (1, 1)


def test_a_choice_is_judged_by_the_rounds_of_all_other_runs():
    learn, _ = settings(3)
    reference = world_references(rounds(3, CLEAR), learn)["digits"]
    own, others = reference.losses[1], reference.other_runs(1)
    assert len(others) == 6
    assert not set(own.ravel()) & set(others.ravel())
    assert len(world_references(rounds(1, CLEAR), learn)["digits"].other_runs(0)) == 0


@pytest.mark.parametrize(
    ("verdicts", "overall"),
    [
        (["inconsistent", "consistent", "inconclusive"], "consistent"),
        (["inconsistent", "inconclusive"], "inconclusive"),
        (["inconsistent", "inconsistent"], "inconsistent"),
    ],
)
def test_the_answer_is_consistent_if_any_way_is_and_inconsistent_if_all_are(verdicts, overall):
    assert overall_verdict(verdicts) == overall


def test_methods_are_ranked_by_their_worst_world_then_by_all_worlds_then_by_their_price():
    """By hand: runs that choose differently are no better than their agreement, however often they may be right."""
    rows = pd.DataFrame({"right_share": [0.9, 0.5], "same_share": [0.2, 1.0], "trainings": [3.0, 5.0]})
    assert score_method(rows) == pytest.approx((-0.2, -0.35, 4.0))
    worst = worst_world(rows.assign(identified=True))
    assert (worst["right_share"], worst["same_share"]) == (0.5, 0.2), "each is least in another world"
    assert score_method(rows.iloc[:0]) == (0.0, 0.0, np.inf)
