"""Figure of the results with four panels: training, saliency, time by part of the pipeline, and growth of time."""

from collections.abc import Mapping
from typing import Any

from benchmarks.markdown_tables import NAMES
from kernel_dilation.presentation.figure_style import INK, PAPER, QUIET, colours, panels, set_integer_ticks

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

CONTENDERS = ("project", "fit", "pytorch", "project_gpu", "project_gpu_together")
EXPLAINERS = ("project", "tf_keras_vis", "xplique", "pair_saliency")
MIN_LABELLED_SHARE = 0.08  # of a bar; smaller parts have no label

Results = Mapping[str, Any]


def draw_training(axes: Axes, training: Results) -> None:
    """Plot seconds against dilation: solid lines for a dilated first layer, dashed lines if all layers are dilated."""
    rows = training["seconds"]
    for name, colour in colours(CONTENDERS).items():
        for dilate, line in (("first", "-"), ("all", "--")):
            points = [(row["dilation"], row[name]) for row in rows if name in row and (row["dilate"] == dilate or row["dilation"] == 1)]
            if points:
                label = NAMES[name].replace("`", "") if dilate == "first" else None
                axes.plot(*zip(*points), line, marker="o", color=colour, label=label)
    axes.set(title=f"Training on {training['images']:,} images", xlabel="dilation (dashed: of all layers)", ylabel="seconds")
    axes.set_ylim(bottom=0)
    set_integer_ticks(axes, sorted({row["dilation"] for row in rows}))
    axes.legend()


def draw_saliency(axes: Axes, saliency: Results) -> None:
    """Plot images per second by method, with one bar for each contender."""
    methods, height = saliency["methods"], 0.2
    for place, (name, colour) in enumerate(colours(EXPLAINERS).items()):
        bars = [(index + (place - 1.5) * height, row["images_a_second"][name]) for index, row in enumerate(methods) if name in row["images_a_second"]]
        if bars:
            places, rates = zip(*bars)
            axes.barh(places, rates, height, color=colour, label=NAMES[name])
    axes.set_yticks(range(len(methods)), [NAMES[row["method"]].replace(" ", "\n") for row in methods])
    axes.set(title="Saliency", xlabel="images a second", xscale="log", xlim=(1, None))
    axes.invert_yaxis()
    axes.legend()


def draw_pipeline(axes: Axes, pipeline: Results) -> None:
    """Plot the time of each part, with one bar for the measured run and one for the default grid; small parts are grey."""
    runs = {"measured": pipeline["measured"], "expected": pipeline["default_grid"]}
    shares = {name: {part: seconds / run["seconds"] for part, seconds in run["parts"].items()} for name, run in runs.items()}
    parts = sorted(shares["expected"], key=lambda part: -shares["expected"][part])
    palette = colours([part for part in parts if any(share[part] > MIN_LABELLED_SHARE for share in shares.values())])
    for row, (name, run) in enumerate(runs.items()):
        left = 0.0
        for part in parts:
            share = shares[name][part]
            axes.barh(row, share, 0.6, left, color=palette.get(part, QUIET))
            if share > MIN_LABELLED_SHARE:
                label = f"{part}\n{run['parts'][part]:.0f} s"
                axes.text(left + share / 2, row, label, ha="center", va="center", fontsize="x-small", color=PAPER)
            left += share
    axes.set_yticks(range(len(runs)), [f"{run['arms']} arms,\n{name}:\n{run['seconds']:.0f} s" for name, run in runs.items()])
    axes.set(title="Where the pipeline's time goes", xlabel=f"share (grey: parts below {MIN_LABELLED_SHARE:.0%})", xlim=(0, 1))
    axes.grid(visible=False)
    axes.invert_yaxis()


def draw_scaling(axes: Axes, scaling: Results) -> None:
    """Plot seconds against size, as a multiple of the smallest size, with the fitted curve."""
    for name, colour in colours(list(scaling["work"])).items():
        curve = scaling["work"][name]
        smallest, largest = curve["sizes"][0], curve["sizes"][-1]
        sizes = np.linspace(smallest, largest, 50)
        fitted = curve["fixed_seconds"] + curve["factor"] * sizes ** curve["exponent"]
        axes.plot(np.array(curve["sizes"]) / smallest, curve["seconds"], "o", color=colour)
        axes.plot(sizes / smallest, fitted, color=colour, label=f"{name}, {smallest} to {largest}: exponent {curve['exponent']:.2f}")
    axes.set(title="How the work grows", xlabel="size, over the smallest", ylabel="seconds")
    axes.set_ylim(bottom=0)
    axes.legend()


DRAWINGS = {"training": draw_training, "saliency": draw_saliency, "pipeline": draw_pipeline, "scaling": draw_scaling}


def benchmark_figure(results: Results) -> Figure:
    """Draw one panel for each part; the panel of a part that was not measured says so."""
    figure, axes = panels(2, 2, 7.0)
    for place, (part, draw) in zip(axes, DRAWINGS.items()):
        if part in results:
            draw(place, results[part])
        else:
            place.text(0.5, 0.5, f"{part} was not measured", ha="center", color=INK)
            place.tick_params(colors=QUIET)
    return figure
