"""What each measure means, in words; a measure that is not here is called by its name alone."""

from typing import NamedTuple


class MetricGlossaryEntry(NamedTuple):
    """A measure in words: what it is, and what maps do where it grows and where it falls."""

    definition: str
    growing: str
    falling: str


class ContrastGlossaryEntry(NamedTuple):
    """A comparison with a reference in words: what is compared, and what is so where it is more and where it is less."""

    topic: str
    more: str
    less: str


ON_INK = ("lie more on the ink", "lie less on the ink")
METRIC_GLOSSARY = {
    "gini": MetricGlossaryEntry(
        "sharpness: 0 where all pixels count alike, near 1 where one has it all", "are more concentrated", "are less concentrated"
    ),
    "entropy": MetricGlossaryEntry("bits: small where few pixels count", "are less concentrated", "are more concentrated"),
    "total_variation": MetricGlossaryEntry("how ragged a map is: the sum of differences between neighbours", "are more ragged", "are smoother"),
    "spread": MetricGlossaryEntry("pixels: root mean square distance from the map's own centre", "reach further", "reach less far"),
    "mass_accuracy": MetricGlossaryEntry("share of the map on the digit's ink", *ON_INK),
    "rank_accuracy": MetricGlossaryEntry("share of ink among as many most salient pixels as there is ink", *ON_INK),
    "pointing_hit": MetricGlossaryEntry("whether the most salient pixel is ink", *ON_INK),
    "mask_overlap": MetricGlossaryEntry("intersection over union of the salient region and the ink", *ON_INK),
    "box_overlap": MetricGlossaryEntry("the same of the boxes around both", *ON_INK),
    "deletion": MetricGlossaryEntry(
        "mean confidence while the most salient pixels go first: the smaller, the more faithful is the map", "are less faithful", "are more faithful"
    ),
    "insertion": MetricGlossaryEntry(
        "mean confidence while the most salient pixels come first: the larger, the more faithful is the map", "are more faithful", "are less faithful"
    ),
    "max_sensitivity": MetricGlossaryEntry("largest relative change of a map under small changes of the digit", "are less stable", "are more stable"),
    "randomization_similarity": MetricGlossaryEntry(
        "rank correlation with the maps of networks whose layers were drawn anew: small where the map owes much to learning",
        "owe less to learning",
        "owe more to learning",
    ),
    "confidence": MetricGlossaryEntry(
        "how sure a network is of its own class model", "convince their own network more", "convince their own network less"
    ),
    "transfer": MetricGlossaryEntry("how sure the other replicates are of it", "convince other replicates more", "convince other replicates less"),
    "class_mean_correlation": MetricGlossaryEntry(
        "correlation of the class model with the mean digit of its class", "look more like the mean digit", "look less like the mean digit"
    ),
}
CONTRAST_GLOSSARY = {
    "noise_floor": ContrastGlossaryEntry(
        "how alike maps of two dilations are, beside maps of two replicates of one dilation",
        "Maps of two dilations are more alike than maps of two replicates of one dilation",
        "Maps of two dilations are less alike than maps of two replicates of one dilation",
    ),
    "gridding": ContrastGlossaryEntry(
        "the power of dilated networks' maps at the frequencies k/dilation, beside that of dilation 1",
        "Maps of dilated networks have more power at the frequencies k/dilation than maps of dilation 1",
        "Maps of dilated networks have less power at the frequencies k/dilation than maps of dilation 1",
    ),
    "transfer": ContrastGlossaryEntry(
        "what networks of another dilation say of class models, beside those of the same",
        "Networks of another dilation recognise class models better than those of the same",
        "Networks of another dilation recognise class models less well than those of the same",
    ),
}
