"""The figure of how often a way to learn the dilation is right, and of what it costs. Oracle: worked by hand."""

from dataclasses import replace

from kernel_dilation.figures.learning_price import draw_bound, draw_worlds, moved_aside, worse_of_mirrored
from kernel_dilation.report.captions import caption_words

import numpy as np
import pandas as pd
import pytest
from made_up_study import made_up_study
from matplotlib.figure import Figure

FULL = made_up_study()


def test_the_price_figure_shows_each_way_where_it_is_worse_of_a_world_and_its_mirror_image():
    """By hand: always the smallest is right in every run where 1 is best, and in none of the mirrored world."""
    shares = worse_of_mirrored(FULL.table("learned"), "digits").set_index("method")
    assert shares.loc["always_smallest", ["world", "right_share"]].tolist() == ["digits-mirrored", 0]
    assert shares.loc["mixture", "world"] == "digits"
    assert shares.index.is_unique


def test_the_bound_of_the_price_figure_is_that_of_two_trainings_for_each_round():
    """By hand: at ratio 1 one round of the two best, 2 trainings, is right in Phi(1) = 0.8413, four rounds in Phi(2) = 0.9772."""
    axes = Figure().subplots()
    axes.set_xlim(1, 8)
    draw_bound(axes, pd.DataFrame([{"ratio": 1.0, "ratio_lower": -0.5, "ratio_upper": 2.0}]))
    price, share = axes.lines[0].get_data()
    assert (price[0], price[-1]) == pytest.approx((2, 8))
    assert (share[0], share[-1]) == pytest.approx((0.8413, 0.9772), abs=1e-4)


def test_a_world_that_is_not_identified_is_hatched_and_each_stands_before_its_mirror_image():
    learned = FULL.table("learned")
    axes = Figure().subplots()
    draw_worlds(axes, learned.assign(identified=learned["world"] != "atrous-2"))
    assert [label.get_text() for label in axes.get_xticklabels()] == ["data set", "data set, mirrored", "à trous 2", "à trous 2, mirrored"]
    (patch,) = axes.patches
    assert (patch.get_x(), patch.get_hatch()) == (1.5, "///")


def test_a_cell_without_a_share_has_a_dash_and_every_other_its_number():
    """By hand: `startless` trains once, so that it has no choices in mirrored worlds."""
    learned = FULL.table("learned")
    axes = Figure().subplots()
    draw_worlds(axes, learned)
    texts = [text.get_text() for text in axes.texts]
    assert len(texts) == learned["method"].nunique() * learned["world"].nunique()
    assert texts.count("\N{EN DASH}") == len(texts) - len(learned) > 0
    assert all(text == "\N{EN DASH}" or 0 <= int(text) <= 100 for text in texts)


def test_a_cell_in_which_no_choice_is_shown_right_or_wrong_has_a_question_mark():
    learned = FULL.table("learned")
    first = learned.index == learned.index[0]
    axes = Figure().subplots()
    draw_worlds(axes, learned.assign(**{
        name: learned[name].where(~first, value) for name, value in (("right_share", 0.5), ("right_share_lower", 0.0), ("right_share_upper", 1.0))
    }))  # fmt: skip
    assert [text.get_text() for text in axes.texts].count("?") == 1


def test_prices_that_nearly_agree_stand_side_by_side_and_the_others_where_they_are():
    """By hand: 20 and 20 stand 0.09 apart in natural logarithms, around 20; 1 and 5 have no neighbour, and 0 has no logarithm."""
    places = moved_aside(pd.Series([20.0, 1.0, 20.0, 0.0, 5.0], index=[3, 1, 4, 7, 5]))
    assert places.index.tolist() == [3, 1, 4, 7, 5]
    assert places.tolist() == pytest.approx([20 * np.exp(-0.045), 1, 20 * np.exp(0.045), 0, 5])


def test_the_caption_speaks_of_hatched_worlds_only_where_there_is_one():
    def sentence(identified: bool) -> str:
        learned = FULL.table("learned").assign(identified=identified)
        return caption_words(replace(FULL, tables={**FULL.tables, "learned": learned}))["hatched"]

    assert sentence(True) == ""
    assert sentence(False).startswith("Hatched worlds")
    assert caption_words(replace(FULL, tables={}))["hatched"] == ""
