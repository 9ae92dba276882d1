"""Figures of the first question: whether the best dilation can be learned."""

from kernel_dilation.figures.learned_dilations import chosen_against_initial_figure, planted_truth_figure, rate_sweep_figure, trajectories_figure
from kernel_dilation.report.figure_specs import FigureSpec

LEARNING_FIGURES = (
    FigureSpec(
        "chosen_against_initial",
        "Chosen against initial dilation",
        lambda report_data: chosen_against_initial_figure(report_data.learned.choices),
        "Numbers count runs; areas show their share of the runs from the same initial dilation. On the dashed line a method stays at its initial "
        "dilation; where all circles lie at one height, it converges to one dilation.",
        "A panel for each of {learners}, with the initial dilation on the horizontal axis and the chosen dilation on the vertical one.",
        data="{data_set}, {learning}",
        networks="one run for each initial dilation and seed",
    ),
    FigureSpec(
        "learned_trajectories",
        "Learning trajectories",
        lambda report_data: trajectories_figure(report_data.learned.trajectories),
        "Dilation during training, one line per run, coloured by the initial dilation.",
        "A panel for each of {learners}, with the epoch on the horizontal axis, the dilation on the vertical one, and a line for each run.",
        data="{data_set}, {learning}",
        networks="every run",
    ),
    FigureSpec(
        "planted_truth",
        "Recovery of planted dilations",
        lambda report_data: planted_truth_figure(report_data.learned.planted),
        "Share of runs (%) that recover the dilation planted in textures, for each initial dilation. The share of all runs stands above each panel.",
        "A panel for each of {learners}, with a row for each planted dilation, a column for each initial dilation, and the share of runs that "
        "recover it in each cell.",
        data="textures of white noise filtered by random kernels at the planted dilation, no {images}",
        networks="",
    ),
    FigureSpec(
        "rate_sweep",
        "Sensitivity to the learning rate of the dilation",
        lambda report_data: rate_sweep_figure(report_data.learned.sweeps, report_data.learned.planted),
        "Dilation at the end of training for each learning rate of the dilation's own parameters, from each initial dilation. "
        "Dashed: the planted dilation; dotted: the rate used everywhere else.",
        "The learning rate on a logarithmic horizontal axis, the final dilation on the vertical one, and a line for each initial dilation.",
        data="one set of textures, no {images}",
        networks="",
    ),
)
