"""Metrics and comparisons in words; a metric that is not here is called by its name alone."""

from typing import NamedTuple


class MetricGlossaryEntry(NamedTuple):
    """A metric in words: its definition, and what maps do where it grows and where it falls."""

    definition: str
    growing: str
    falling: str


class ContrastGlossaryEntry(NamedTuple):
    """A comparison with a reference in words.

    It has a topic, the sentence where the metric is higher, the one where it is lower, and a caveat.
    """

    topic: str
    higher: str
    lower: str
    caveat: str = ""


ON_FOREGROUND = ("lie more on the foreground", "lie less on the foreground")
METRIC_GLOSSARY = {
    "gini": MetricGlossaryEntry(
        "Gini index: 0 where all pixels are equal, near 1 where one pixel holds everything", "become more concentrated", "become less concentrated"
    ),
    "entropy": MetricGlossaryEntry(
        "entropy in bits: small where few pixels hold most of the map", "become less concentrated", "become more concentrated"
    ),
    "total_variation": MetricGlossaryEntry("sum of the differences between neighbouring pixels", "become more ragged", "become smoother"),
    "spread": MetricGlossaryEntry("root-mean-square distance from the map's own centre, in pixels", "extend further", "extend less far"),
    "agreement_spearman": MetricGlossaryEntry(
        "rank correlation of absolute maps of the same image by two replicates",
        "agree more between replicates",
        "agree less between replicates",
    ),
    "agreement_ssim": MetricGlossaryEntry(
        "structural similarity of absolute maps of the same image by two replicates",
        "agree more between replicates",
        "agree less between replicates",
    ),
    "mass_accuracy": MetricGlossaryEntry("share of the map that lies on the foreground (the ink) of the image", *ON_FOREGROUND),
    "rank_accuracy": MetricGlossaryEntry("precision of the k most salient pixels, where k is the number of foreground pixels", *ON_FOREGROUND),
    "pointing_hit": MetricGlossaryEntry("pointing game: whether the most salient pixel lies on the foreground", *ON_FOREGROUND),
    "mask_overlap": MetricGlossaryEntry("intersection over union of the salient region and the foreground", *ON_FOREGROUND),
    "box_overlap": MetricGlossaryEntry("intersection over union of the bounding boxes of the salient region and the foreground", *ON_FOREGROUND),
    "deletion": MetricGlossaryEntry(
        "mean confidence while pixels are removed, the most salient first: smaller values mean more faithful maps",
        "become less faithful",
        "become more faithful",
    ),
    "insertion": MetricGlossaryEntry(
        "mean confidence while pixels are inserted, the most salient first: larger values mean more faithful maps",
        "become more faithful",
        "become less faithful",
    ),
    "deletion_gain": MetricGlossaryEntry(
        "deletion for random orders in the same network minus deletion: above 0 for faithful maps",
        "become more faithful relative to chance",
        "become less faithful relative to chance",
    ),
    "insertion_gain": MetricGlossaryEntry(
        "insertion minus its value for random orders in the same network: above 0 for faithful maps",
        "become more faithful relative to chance",
        "become less faithful relative to chance",
    ),
    "other_class_similarity": MetricGlossaryEntry(
        "rank correlation with the absolute map of another class for the same image: near 1 where a map does not depend on its class",
        "become less class-specific",
        "become more class-specific",
    ),
    "max_sensitivity": MetricGlossaryEntry(
        "largest relative change of a map under small changes of the image", "become less stable", "become more stable"
    ),
    "output_sensitivity": MetricGlossaryEntry(
        "relative change of a map under small changes of the image, divided by the sum of this change and that of the logits",
        "become less stable relative to the logits",
        "become more stable relative to the logits",
    ),
    "randomization_similarity": MetricGlossaryEntry(
        "rank correlation with the maps of the same network after its layers were randomised",
        "become more similar to maps of randomised networks",
        "become less similar to maps of randomised networks",
    ),
    "confidence": MetricGlossaryEntry(
        "probability that a network assigns to the class of its own class model",
        "are recognised with more confidence by their own network",
        "are recognised with less confidence by their own network",
    ),
    "transfer": MetricGlossaryEntry(
        "mean probability that the other replicates assign to the class of a class model",
        "are recognised with more confidence by other replicates",
        "are recognised with less confidence by other replicates",
    ),
    "class_mean_correlation": MetricGlossaryEntry(
        "correlation of the class model with the mean training image of its class",
        "correlate more with the class mean",
        "correlate less with the class mean",
    ),
    "class_mean_contrast": MetricGlossaryEntry(
        "correlation of the class model with the mean image of its class minus its mean over the other classes",
        "resemble their own class more than others",
        "resemble their own class less than others",
    ),
    "class_mean_contrast_unsigned": MetricGlossaryEntry(
        "the same for the smoothed absolute values of the class model",
        "have absolute values that resemble their own class more than others",
        "have absolute values that resemble their own class less than others",
    ),
    "neighbours_confidence": MetricGlossaryEntry(
        "share of the class of a class model among its 10 nearest training digits",
        "lie nearer to digits of their class",
        "lie less near to digits of their class",
    ),
    "dense_confidence": MetricGlossaryEntry(
        "probability that a dense network, which is none of the grid's, assigns to the class of a class model",
        "are recognised with more confidence by a dense network",
        "are recognised with less confidence by a dense network",
    ),
    "neighbours_confidence_unsigned": MetricGlossaryEntry(
        "share of the class of a class model among the 10 training digits nearest to its smoothed absolute values",
        "have absolute values nearer to digits of their class",
        "have absolute values less near to digits of their class",
    ),
    "dense_confidence_unsigned": MetricGlossaryEntry(
        "probability that a dense network, which is none of the grid's, assigns to the class of the smoothed absolute values of a class model",
        "have absolute values that are recognised with more confidence by a dense network",
        "have absolute values that are recognised with less confidence by a dense network",
    ),
    "start_similarity": MetricGlossaryEntry(
        "correlation of class models of one network that were computed from different initial noise",
        "depend less on the initial noise",
        "depend more on the initial noise",
    ),
}
CONTRAST_GLOSSARY = {
    "noise_floor": ContrastGlossaryEntry(
        "the similarity of maps of two dilations, compared with maps of two replicates of one dilation",
        "On average, maps of two dilations are more similar than maps of two replicates of one dilation",
        "On average, maps of two dilations are less similar than maps of two replicates of one dilation",
    ),
    "gridding": ContrastGlossaryEntry(
        "a grid pattern with the spacing of the taps, compared with maps of other dilations",
        "Maps show a grid pattern with the spacing of their own taps, more than maps of other dilations do",
        "Maps show a grid pattern with the spacing of their own taps less than maps of other dilations do",
    ),
    "transfer": ContrastGlossaryEntry(
        "the recognition of class models by networks of another dilation, compared with networks of the same dilation",
        "On average, networks of another dilation recognise class models better than networks of the same dilation",
        "On average, networks of another dilation recognise class models less well than networks of the same dilation",
    ),
}


def direction_phrase(metric: str, slope: float) -> str:
    """Return what maps do where the metric has this slope on dilation."""
    if slope == 0:
        return "change without a linear trend"
    if metric not in METRIC_GLOSSARY:
        return "score higher" if slope > 0 else "score lower"
    return METRIC_GLOSSARY[metric].growing if slope > 0 else METRIC_GLOSSARY[metric].falling
