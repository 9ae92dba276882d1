"""Figures of the data set, of training, and of the layers of the networks."""

from kernel_dilation.figures.activations import activations_figure, filter_maximisation_figure
from kernel_dilation.figures.digit_images import class_counts_figure, class_means_figure, first_digits_figure
from kernel_dilation.figures.first_kernels import first_kernels_figure
from kernel_dilation.figures.learning_curves import learning_curves_figure
from kernel_dilation.report.figure_specs import FigureSpec

NETWORK_FIGURES = (
    FigureSpec(
        "learning_curves",
        "Learning curves",
        lambda report_data: learning_curves_figure(report_data.table("curves")),
        "Solid: validation; dashed: training. Lines: means over replicates; bands: lowest to highest replicate.",
        "Loss in the upper row and accuracy in the lower one over epochs; a column for each kernel size and pooling, a line for each dilation.",
        data="{data_set}, {validation}",
        files=("data/analysis/curves.csv",),
    ),
    FigureSpec(
        "first_kernels",
        "First-layer kernels at their dilation",
        lambda report_data: first_kernels_figure(report_data.kernels),
        "The first eight kernels of each arm. Taps are spaced by the dilation, as on the image; the gaps between them are white. {own_scale}",
        "A row of kernels for each kernel size and dilation, with their taps spaced by the dilation.",
        data="{data_set}",
        networks="first replicate, {pooling} pooling",
        files=("data/saliency/*/inside.npz",),
    ),
    FigureSpec(
        "activations",
        "Activations of every layer",
        lambda report_data: activations_figure(report_data.explained.activations),
        "Activations of each layer for one test {image}, up to 16 channels, smaller layers enlarged. {own_scale}",
        "Rows of activations for each layer and dilation.",
        data="{data_set}, {one}",
        networks="first replicate, {reference_arms}",
        files=("data/saliency/*/inside.npz",),
    ),
    FigureSpec(
        "filter_maximisation",
        "Filter maximisation",
        lambda report_data: filter_maximisation_figure(report_data.explained.activations, report_data.scope.image),
        "Images that maximise a filter of the second convolution, by gradient ascent from a black image and from one test {image}. {own_scale}",
        "Rows of images for each initial image and dilation, a column for each filter.",
        data="{data_set}, {one}",
        networks="first replicate, {reference_arms}",
        files=("data/saliency/*/inside.npz",),
    ),
)
DATA_FIGURES = (
    FigureSpec(
        "first_digits",
        "Example {images}",
        lambda report_data: first_digits_figure(report_data.digits.first),
        "The first training {images} of each class.",
        "A row of {images} for each class.",
        data="{data_set}, {train}",
        networks="",
        files=("data/digits.npz",),
    ),
    FigureSpec(
        "class_counts",
        "Class counts",
        lambda report_data: class_counts_figure(report_data.digits.counts, report_data.scope.images),
        "Number of {images} of each class in the three splits.",
        "Bars for the number of {images} of each class in training, validation and test.",
        data="{data_set}",
        networks="",
        files=("metrics/fetch.json",),
    ),
    FigureSpec(
        "class_means",
        "Class means",
        lambda report_data: class_means_figure(report_data.digits.means),
        "Mean training {image} of each class (white: 0, black: 1).",
        "The mean {image} of each of the ten classes.",
        data="{data_set}, {train}",
        networks="",
        files=("data/digits.npz",),
    ),
)
