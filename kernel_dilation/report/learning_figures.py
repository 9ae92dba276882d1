"""Figures of the first question: whether the best dilation can be learned."""

from kernel_dilation.figures.learned_dilations import chosen_against_initial_figure, trajectories_figure
from kernel_dilation.figures.learning_price import right_share_and_price_figure
from kernel_dilation.presentation.table_rows import rows_where
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.report_data import NamedTables, ReportData

from matplotlib.figure import Figure


def draw_prices(report_data: ReportData) -> Figure:
    """Draw the share of right choices of every way against its price, and in every world."""
    return right_share_and_price_figure(report_data.table("learned"), report_data.table("worlds"), report_data.scope.world)


def in_main_world(report_data: ReportData, tables: NamedTables) -> NamedTables:
    """Return the rows of each method in the world that stands for all."""
    return {method: rows_where(table, world=report_data.scope.world) for method, table in tables.items()}


LEARNING_FIGURES = (
    FigureSpec(
        "right_share_and_price",
        "Right choices and their price",
        draw_prices,
        "Above: share of the runs that choose a right dilation {world}, or in the mirror image if it is smaller there, against the number of "
        "trainings that a choice costs; vertical lines are exact {confidence} confidence intervals, and points are moved apart a little. A choice"
        " shown neither right nor wrong counts half. Dashed: the largest share that any rule can be sure of when it tells the two best dilations "
        "apart, at the price of training both equally often; the band is the {confidence} confidence interval of their signal-to-noise ratio. A "
        "choice within the margin of the best is also right, so that a way may lie above this line. Below: the same share in every world and in "
        "its mirror image, where the losses of the two best dilations are exchanged; ? where no choice is shown right or wrong. "
        "{hatched}Methods that train once see no exchanged losses (\N{EN DASH}). Controls prefer small dilations.",
        "Above, the share of right choices of each way to learn the dilation over the number of trainings on a logarithmic axis. Below, a table with "
        "a row for each way and a column for each world.",
        data="{learning}",
        networks="{learning_runs}",
        files=("data/analysis/learned.csv", "data/analysis/worlds.csv"),
    ),
    FigureSpec(
        "chosen_against_initial",
        "Chosen against initial dilation",
        lambda report_data: chosen_against_initial_figure(in_main_world(report_data, report_data.learned.choices)),
        "Numbers count runs; areas show their share of the runs from the same initial dilation. On the dashed line a method stays at its initial "
        "dilation; where all circles lie at one height, it converges to one dilation.",
        "A panel for each method that has an initial dilation, with the initial dilation on the horizontal axis and the chosen one on the "
        "vertical axis.",
        data="{learning}",
        networks="{learning_runs} from each initial dilation",
        files=("data/learned/*/choices.csv",),
    ),
    FigureSpec(
        "learned_trajectories",
        "Learning trajectories",
        lambda report_data: trajectories_figure(in_main_world(report_data, report_data.learned.trajectories)),
        "Dilation during training, one line per run, coloured by the initial dilation (grey: none).",
        "A panel for each of {learners}, with the epoch on the horizontal axis, the dilation on the vertical one, and a line for each run.",
        data="{learning}",
        networks="{learning_runs} from each initial dilation",
        files=("data/learned/*/trajectory.csv",),
    ),
)
