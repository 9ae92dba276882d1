"""Pictures of the first question, whether the best dilation can be learned."""

from kernel_dilation.figures.learned_dilations import chosen_against_initial_figure, planted_truth_figure, rate_sweep_figure, trajectories_figure
from kernel_dilation.presentation.text_formatting import join_with_and, without_underscores
from kernel_dilation.report.captions import caption
from kernel_dilation.report.pictures import Picture, render_picture
from kernel_dilation.report.report_data import ReportData


def learning_pictures(report_data: ReportData) -> list[Picture]:
    """What the methods chose, from where, and whether they find a dilation that is known."""
    scope, learned = report_data.scope, report_data.learned
    digits = scope.of("train", learned.images)
    methods = join_with_and([without_underscores(method) for method in learned.choices]) or "no method"
    return [
        render_picture(
            "chosen_against_initial",
            "Chosen against initial dilation",
            lambda: chosen_against_initial_figure(learned.choices),
            caption(
                "Numbers count runs, areas are their share of the runs from one start. On the dashed line a method stays where it began; "
                "where all circles lie at one height it converges.",
                scope,
                digits,
                networks="one run for each start and seed",
            ),
            f"A panel for each of {methods}: initial dilation across, chosen dilation up.",
        ),
        render_picture(
            "learned_trajectories",
            "The way there",
            lambda: trajectories_figure(learned.trajectories),
            caption("The dilation over training, a line for each run in the colour of its start.", scope, digits, networks="every run"),
            f"A panel for each of {methods}: epoch across, dilation up, a line for each run.",
        ),
        render_picture(
            "planted_truth",
            "Is a planted dilation found?",
            lambda: planted_truth_figure(learned.planted),
            "Share of runs (%) that find the dilation by which textures were made, from each start; over the panel the share of all runs. "
            "Data: textures, white noise filtered by random kernels at the planted dilation; no digits.",
            f"A panel for each of {methods}: planted dilation down, initial dilation across, the share of runs that find it in each cell.",
        ),
        render_picture(
            "rate_sweep",
            "How fast the dilation should move",
            lambda: rate_sweep_figure(learned.sweeps, learned.planted),
            "Where runs end for each rate at which the dilation's own parameters learn, from each start. "
            "Dashed: the planted dilation; dotted: the rate that the method has everywhere else. Data: one set of textures; no digits.",
            "Rate across, on a logarithmic scale; dilation at the end up; a line for each start.",
        ),
    ]
