"""Figures of the data set: the first images, the number of each class, and the class means."""

from collections.abc import Mapping, Sequence

from kernel_dilation.presentation.figure_style import EmptyFigureError, colours, offsets, panels, set_integer_ticks
from kernel_dilation.presentation.image_grid import GREY, image_grid

import numpy as np
from matplotlib.figure import Figure


def first_of_each_class(images: np.ndarray, labels: np.ndarray, count: int) -> np.ndarray:
    """Return the first `count` images of each class, (classes, count, height, width) in [0, 1].

    Images are black where a class has fewer.
    """
    classes = np.unique(labels)
    first = np.zeros((len(classes), count, *images.shape[1:]))
    for row, label in enumerate(classes):
        examples = images[labels == label][:count]
        first[row, : len(examples)] = examples / 255
    return first


def first_digits_figure(digits: np.ndarray) -> Figure:
    """Draw a row of images for each class, (classes, n, height, width) in [0, 1].

    Raises:
        EmptyFigureError: there is no image.
    """
    return image_grid(digits, [str(label) for label in range(len(digits))], colours=GREY)


def class_means_figure(means: np.ndarray) -> Figure:
    """Draw the mean image of each class, (classes, height, width) in [0, 1]."""
    return image_grid(means[None], [""], [str(label) for label in range(len(means))], GREY)


def class_counts_figure(counts: Mapping[str, Sequence[int]], images: str) -> Figure:
    """Draw the number of images of each class in each split as bars; `images` is their noun, `digits` for MNIST.

    Raises:
        EmptyFigureError: there is no split.
    """
    if not counts:
        raise EmptyFigureError("No class counts are available.")
    figure, (axes,) = panels(1, 1, 2.4)
    width = 0.8 / len(counts)
    colour = colours(list(counts))
    for place, (split, numbers) in zip(offsets(len(counts), 0.8), counts.items()):
        axes.bar(np.arange(len(numbers)) + place, numbers, width, color=colour[split], label=f"{split} ({sum(numbers):,})")
    set_integer_ticks(axes, range(len(next(iter(counts.values())))))
    axes.set(xlabel="class", ylabel=images)
    axes.grid(axis="x", visible=False)
    figure.legend(loc="outside upper right", ncols=len(counts))
    return figure
