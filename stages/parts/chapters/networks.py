"""Pictures of what was measured: the digits, how the networks learn, and what goes on inside them."""

from stages.parts.figures.curves import learning_curves
from stages.parts.figures.digits import class_counts, class_means, first_digits
from stages.parts.figures.inside import activations, filter_maximisation
from stages.parts.figures.kernels import first_kernels
from stages.parts.page.captions import OWN_SCALE, caption
from stages.parts.page.material import Material
from stages.parts.page.pictures import Picture, picture


def digit_pictures(material: Material) -> list[Picture]:
    """First digits, class counts and class means."""
    scope, digits = material.scope, material.digits
    return [
        picture(
            "first_digits",
            "First digits",
            lambda: first_digits(digits.first),
            caption("The first training digits of each class.", scope, scope.of("train"), networks="no network"),
            "A row of handwritten digits for each class.",
        ),
        picture(
            "class_counts",
            "Class counts",
            lambda: class_counts(digits.counts),
            caption("Digits of each class in the three splits.", scope, networks="no network"),
            "Bars: digits of each class for training, validation and test.",
        ),
        picture(
            "class_means",
            "Class means",
            lambda: class_means(digits.means),
            caption("The mean training digit of each class; 0 is white, 1 black.", scope, scope.of("train"), networks="no network"),
            "The ten mean digits.",
        ),
    ]


def network_pictures(material: Material) -> list[Picture]:
    """Learning curves, kernels, activations and filters."""
    scope, inside = material.scope, material.explained.inside
    networks, one_digit = scope.one_of_each, scope.of("test", 1)
    return [
        picture(
            "learning_curves",
            "Learning curves",
            lambda: learning_curves(material.table("curves")),
            caption(
                "Solid: validation; dashed: training. Lines: means over replicates; bands: lowest to highest replicate.",
                scope,
                scope.of("validation"),
            ),
            "Loss above, accuracy below, over epochs; a column for each kernel size and pooling, a line for each dilation.",
        ),
        picture(
            "first_kernels",
            "First-layer kernels at their dilation",
            lambda: first_kernels(material.kernels),
            caption(
                f"The first eight; taps lie as far apart as on the image, the gaps between them are white. {OWN_SCALE}",
                scope,
                networks=f"first replicate, {scope.poolings[0]} pooling",
            ),
            "A row of kernels for each kernel size and dilation, their taps spread apart by the dilation.",
        ),
        picture(
            "activations",
            "Activations of every layer",
            lambda: activations(inside),
            caption(
                f"What each layer makes of one test digit, up to 16 channels, smaller maps enlarged. {OWN_SCALE}", scope, one_digit, networks=networks
            ),
            "Rows of maps for each layer and dilation.",
        ),
        picture(
            "filter_maximisation",
            "What filters like best",
            lambda: filter_maximisation(inside),
            caption(
                f"Images that maximise a filter of the second convolution, ascended from black and from one test digit. {OWN_SCALE}",
                scope,
                one_digit,
                networks=networks,
            ),
            "Rows of images for each start and dilation, a column for each filter.",
        ),
    ]
