"""Figure of the share of right choices of every way to learn the dilation: against its price, and in every world."""

from collections.abc import Sequence
from typing import Any

from kernel_dilation.analysis.headlines import shows_nothing
from kernel_dilation.dilation_selection.replayed_choices import CONTROLS, CRITERIA, RACE, parse_selection
from kernel_dilation.dilation_selection.selection_bound import least_error
from kernel_dilation.experiment.world_names import MIRRORED, world_title
from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, WIDTH, colours, markers, offsets
from kernel_dilation.presentation.table_rows import distinct_in_order, require_rows, row_dicts, rows_where
from kernel_dilation.presentation.text_formatting import without_underscores
from kernel_dilation.presentation.way_names import way_title

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

NO_CHOICES = "No choices of a way to learn the dilation are available."
PRICE_HEIGHT, ROW_HEIGHT, NAMES_HEIGHT = 4.0, 0.25, 1.2  # inches: the upper panel, a row of the lower one, and the names of its columns
PRICES = (1, 2, 5, 10, 20, 50, 100, 200, 500)  # ticks, in trainings
NEAR, ASIDE = 0.15, 0.09  # in natural logarithms of the price: points nearer than this stand side by side, so far apart
POINTS: Any = {"elinewidth": 1.0, "capsize": 2.0, "linewidth": 1.5}


def right_share_and_price_figure(learned: pd.DataFrame, worlds: pd.DataFrame, world: str) -> Figure:
    """Draw the share of right choices of every way against its price in one world, and as numbers in all worlds.

    Args:
        learned: learned.csv.
        worlds: worlds.csv, with the ratios of the bound.
        world: the world of the upper panel. For each way, the panel shows this world or its mirror image, in
            whichever the way is right less often.

    Raises:
        EmptyFigureError: there are no choices.
    """
    require_rows(learned, NO_CHOICES)
    names_height = NAMES_HEIGHT + ROW_HEIGHT * learned["method"].nunique()
    figure = Figure(figsize=(WIDTH, PRICE_HEIGHT + names_height), layout="constrained")
    prices, shares = figure.subplots(2, 1, height_ratios=[PRICE_HEIGHT, names_height])
    draw_prices(prices, worse_of_mirrored(learned, world))
    draw_bound(prices, rows_where(worlds, world=world))
    prices.legend(loc="center left", bbox_to_anchor=(1.01, 0.5))
    draw_worlds(shares, learned)
    return figure


def worse_of_mirrored(learned: pd.DataFrame, world: str) -> pd.DataFrame:
    """Return one row for each way: that of the world or of its mirror image, in whichever it is right less often."""
    both = learned[learned["world"].isin([world, f"{world}{MIRRORED}"])]
    worse = both.sort_values("right_share", kind="stable").drop_duplicates("method").index
    return both[both.index.isin(worse)]


def draw_prices(axes: Axes, shares: pd.DataFrame) -> None:
    """Draw a curve for each criterion of selection, and a point for each other way; one without any training is a line."""
    criteria = {method: selection[1] for method in shares["method"] if (selection := parse_selection(method))}
    colour_of = colours(list(CRITERIA))
    placed = shares.assign(place=moved_aside(shares["trainings"]))
    for criterion in CRITERIA:
        curve = placed[placed["method"].map(criteria) == criterion].sort_values("trainings")
        if len(curve):
            label = f"selection by {without_underscores(criterion)}"
            draw_points(axes, curve, fmt="o-", color=colour_of[criterion], label=label)
    others = row_dicts(placed[~placed["method"].isin(criteria)])
    styles = point_styles([str(row["method"]) for row in others])
    for row in others:
        label = way_title(row["method"])
        if row["trainings"] > 0:
            draw_points(axes, pd.DataFrame([row]), label=label, markersize=8, **styles[row["method"]])
        elif row["trainings"] == 0:
            axes.axhline(row["right_share"], color=QUIET, linestyle=":", linewidth=1.5, label=label)
    prices = shares["trainings"]
    axes.set(xscale="log", xlabel="price (trainings)", ylabel="share of right choices", ylim=(-0.04, 1.04))
    axes.set_xticks(PRICES, [str(price) for price in PRICES])
    axes.set_xlim(0.8 * min(1, *prices[prices > 0]), 1.2 * max(prices.max(), placed["place"].max(), 2))
    axes.minorticks_off()


def moved_aside(prices: pd.Series) -> pd.Series:
    """Return the place of each price on a logarithmic axis: those that nearly agree stand side by side, the others where they are.

    Args:
        prices: in trainings; those that are not positive keep their value.
    """
    logarithms = np.log(prices[prices > 0].sort_values(kind="stable"))
    groups = (logarithms.diff() > NEAR).cumsum()
    aside = logarithms.groupby(groups).transform(lambda group: offsets(len(group), ASIDE * len(group)))
    return prices * np.exp(aside).reindex(prices.index, fill_value=1.0)


def point_styles(ways: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return colour and marker of each way that is no selection: a black star for the race, hollow grey for the controls."""
    methods = [way for way in ways if way != RACE and way not in CONTROLS]
    colour_of, shape_of = colours([*CRITERIA, *methods]), markers(methods)
    styles = {method: {"color": colour_of[method], "fmt": shape_of[method]} for method in methods}
    return {RACE: {"color": INK, "fmt": "*"}, **{way: {"color": QUIET, "markerfacecolor": PAPER, "fmt": "s"} for way in CONTROLS}, **styles}


def draw_points(axes: Axes, shares: pd.DataFrame, **options: Any) -> None:
    """Draw shares with their intervals, each at its place beside the price, so that series do not hide each other."""
    ends = np.abs(shares[["right_share_lower", "right_share_upper"]].to_numpy(float) - shares[["right_share"]].to_numpy(float)).T
    axes.errorbar(shares["place"], shares["right_share"], ends, **POINTS, **options)


def draw_bound(axes: Axes, world: pd.DataFrame) -> None:
    """Draw the largest share that any rule can guarantee for the two best dilations, with the interval of their ratio.

    The price of m paired trainings of two dilations is 2 m.
    """
    if "ratio" not in world or world["ratio"].isna().all():
        return
    (row,) = row_dicts(world)
    prices = np.geomspace(2, max(axes.get_xlim()[1], 4), 60)
    share, lower, upper = (
        np.array([1 - least_error(max(row[key], 0), price / 2) for price in prices]) for key in ("ratio", "ratio_lower", "ratio_upper")
    )
    axes.fill_between(prices, lower, upper, color=QUIET, alpha=0.15, linewidth=0)
    axes.plot(prices, share, "--", color=INK, linewidth=1.2, label="bound")


def draw_worlds(axes: Axes, learned: pd.DataFrame) -> None:
    """Draw the share of right choices, in percent, of each way (row) in each world (column); a dash where it has none.

    A question mark stands where no choice is shown right or wrong. Worlds whose
    planted dilation is not the best are hatched.
    """
    methods = distinct_in_order(learned["method"])
    known = distinct_in_order(learned["world"])
    worlds = sorted(known, key=lambda world: known.index(world.removesuffix(MIRRORED)))  # each before its mirror image
    undecided = pd.Series([shows_nothing(row) for row in row_dicts(learned)], index=learned.index)
    tables = (values.groupby([learned["method"], learned["world"]]).first().unstack() for values in (learned["right_share"], undecided))
    percentages, unknown = (table.reindex(index=methods, columns=worlds).to_numpy(float) for table in tables)
    shares = np.where(unknown == 1, np.nan, 100 * percentages)
    axes.imshow(shares, cmap="cividis", vmin=0, vmax=100, aspect="auto")
    for (row, column), share in np.ndenumerate(shares):
        axes.text(
            column,
            row,
            cell_text(share, unknown[row, column] == 1),
            ha="center",
            va="center",
            fontsize="small",
            color=PAPER if share < 50 else INK,
        )
    for column, world in enumerate(worlds):
        if not rows_where(learned, world=world)["identified"].all():
            axes.add_patch(Rectangle((column - 0.5, -0.5), 1, len(methods), fill=False, hatch="///", edgecolor=QUIET, linewidth=0))
    axes.set_yticks(range(len(methods)), [way_title(method) for method in methods])
    axes.set_xticks(range(len(worlds)), [world_title(world) for world in worlds], rotation=30, ha="right")
    axes.set_title("share of right choices in every world (%)")
    axes.grid(visible=False)


def cell_text(share: float, unknown: bool) -> str:
    """Return what a cell of the shares in every world says; NaN stands for no share."""
    if unknown:
        return "?"
    return "\N{EN DASH}" if np.isnan(share) else f"{share:.0f}"
