"""Pictures of what was measured: the digits, how the networks learn, and what goes on inside them."""

from kernel_dilation.figures.activations import activations_figure, filter_maximisation_figure
from kernel_dilation.figures.digit_images import class_counts_figure, class_means_figure, first_digits_figure
from kernel_dilation.figures.first_kernels import first_kernels_figure
from kernel_dilation.figures.learning_curves import learning_curves_figure
from kernel_dilation.report.captions import OWN_SCALE, caption
from kernel_dilation.report.pictures import Picture, render_picture
from kernel_dilation.report.report_data import ReportData


def digit_pictures(report_data: ReportData) -> list[Picture]:
    """First digits, class counts and class means."""
    scope, digits = report_data.scope, report_data.digits
    return [
        render_picture(
            "first_digits",
            "First digits",
            lambda: first_digits_figure(digits.first),
            caption("The first training digits of each class.", scope, scope.of("train"), networks="no network"),
            "A row of handwritten digits for each class.",
        ),
        render_picture(
            "class_counts",
            "Class counts",
            lambda: class_counts_figure(digits.counts),
            caption("Digits of each class in the three splits.", scope, networks="no network"),
            "Bars: digits of each class for training, validation and test.",
        ),
        render_picture(
            "class_means",
            "Class means",
            lambda: class_means_figure(digits.means),
            caption("The mean training digit of each class; 0 is white, 1 black.", scope, scope.of("train"), networks="no network"),
            "The ten mean digits.",
        ),
    ]


def network_pictures(report_data: ReportData) -> list[Picture]:
    """Learning curves, kernels, activations and filters."""
    scope, inside = report_data.scope, report_data.explained.inside
    networks, one_digit = scope.one_of_each, scope.of("test", 1)
    return [
        render_picture(
            "learning_curves",
            "Learning curves",
            lambda: learning_curves_figure(report_data.table("curves")),
            caption(
                "Solid: validation; dashed: training. Lines: means over replicates; bands: lowest to highest replicate.",
                scope,
                scope.of("validation"),
            ),
            "Loss above, accuracy below, over epochs; a column for each kernel size and pooling, a line for each dilation.",
        ),
        render_picture(
            "first_kernels",
            "First-layer kernels at their dilation",
            lambda: first_kernels_figure(report_data.kernels),
            caption(
                f"The first eight; taps lie as far apart as on the image, the gaps between them are white. {OWN_SCALE}",
                scope,
                networks=f"first replicate, {scope.poolings[0]} pooling",
            ),
            "A row of kernels for each kernel size and dilation, their taps spread apart by the dilation.",
        ),
        render_picture(
            "activations",
            "Activations of every layer",
            lambda: activations_figure(inside),
            caption(
                f"What each layer makes of one test digit, up to 16 channels, smaller maps enlarged. {OWN_SCALE}", scope, one_digit, networks=networks
            ),
            "Rows of maps for each layer and dilation.",
        ),
        render_picture(
            "filter_maximisation",
            "What filters like best",
            lambda: filter_maximisation_figure(inside),
            caption(
                f"Images that maximise a filter of the second convolution, ascended from black and from one test digit. {OWN_SCALE}",
                scope,
                one_digit,
                networks=networks,
            ),
            "Rows of images for each start and dilation, a column for each filter.",
        ),
    ]
