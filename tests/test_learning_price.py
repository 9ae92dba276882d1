"""The figure of how often a way to learn the dilation is right, and of what it costs."""

from kernel_dilation.figures.learning_price import draw_bound, draw_worlds, worse_of_mirrored

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
