"""What each measure means, in words; a measure that is not here is called by its name alone."""

from typing import NamedTuple


class Meaning(NamedTuple):
    """A measure in words: what it is, and what maps do where it grows and where it falls."""

    definition: str
    growing: str
    falling: str


ON_INK = ("lie more on the ink", "lie less on the ink")
MEANINGS = {
    "gini": Meaning("sharpness: 0 where all pixels count alike, near 1 where one has it all", "are more concentrated", "are less concentrated"),
    "entropy": Meaning("bits: small where few pixels count", "are less concentrated", "are more concentrated"),
    "total_variation": Meaning("how ragged a map is: the sum of differences between neighbours", "are more ragged", "are smoother"),
    "spread": Meaning("pixels: root mean square distance from the map's own centre", "reach further", "reach less far"),
    "gridding": Meaning(
        "share of spectral power at the frequencies k/dilation; 0 by definition at dilation 1, so see the print of the dilation",
        "have more power at the frequencies of their own dilation, which are none at dilation 1",
        "have less power at the frequencies of their own dilation",
    ),
    "mass_accuracy": Meaning("share of the map on the digit's ink", *ON_INK),
    "rank_accuracy": Meaning("share of ink among as many most salient pixels as there is ink", *ON_INK),
    "pointing_hit": Meaning("whether the most salient pixel is ink", *ON_INK),
    "mask_overlap": Meaning("intersection over union of the salient region and the ink", *ON_INK),
    "box_overlap": Meaning("the same of the boxes around both", *ON_INK),
    "deletion": Meaning(
        "mean confidence while the most salient pixels go first: the smaller, the more faithful is the map", "are less faithful", "are more faithful"
    ),
    "insertion": Meaning(
        "mean confidence while the most salient pixels come first: the larger, the more faithful is the map", "are more faithful", "are less faithful"
    ),
    "max_sensitivity": Meaning("largest relative change of a map under small changes of the digit", "are less stable", "are more stable"),
    "randomization_similarity": Meaning(
        "rank correlation with the maps of networks whose layers were drawn anew: small where the map owes much to learning",
        "owe less to learning",
        "owe more to learning",
    ),
    "confidence": Meaning("how sure a network is of its own class model", "convince their own network more", "convince their own network less"),
    "transfer": Meaning("how sure the other replicates are of it", "convince other replicates more", "convince other replicates less"),
    "class_mean_correlation": Meaning(
        "correlation of the class model with the mean digit of its class", "look more like the mean digit", "look less like the mean digit"
    ),
}
