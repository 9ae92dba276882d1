"""Names of the worlds in which a dilation is learned: kinds of data, most of them with a known best dilation."""

import re
from collections.abc import Sequence
from typing import Literal, NamedTuple

PLANTED_KINDS = ("atrous", "textures")
SYNTHETIC_KINDS = ("textures",)  # those that are not made of the digits
DIGITS = "digits"  # the only world without a planted dilation
KIND_TITLES = {DIGITS: "data set", "atrous": "à trous"}
WORLD_NAME = re.compile(rf"(?P<kind>{'|'.join(PLANTED_KINDS)})-(?P<dilation>[1-9]\d*)")
MIRRORED = "-mirrored"  # end of the name of a world's mirror image, in which the two best dilations are exchanged
WORLDS = "digits, or atrous or textures with the planted dilation, such as atrous-2"


class World(NamedTuple):
    """One kind of data: the digits themselves, digits spread out with holes (`atrous`), or synthetic textures."""

    kind: str
    planted_dilation: int | None  # the dilation that is best by construction; None for the digits

    @property
    def name(self) -> str:
        """Name in the parameters and the tables."""
        return self.kind if self.planted_dilation is None else f"{self.kind}-{self.planted_dilation}"

    @property
    def is_synthetic(self) -> bool:
        """Whether the images are not made of the digits."""
        return self.kind in SYNTHETIC_KINDS

    @property
    def head(self) -> Literal["flat", "average"]:
        """Head of the networks: synthetic images are the same everywhere, so that their networks average over places."""
        return "average" if self.is_synthetic else "flat"


def parse_world(name: str) -> World:
    """Return the world of that name.

    Raises:
        ValueError: there is no such world.
    """
    match = WORLD_NAME.fullmatch(name)
    if match:
        return World(match["kind"], int(match["dilation"]))
    if name == DIGITS:
        return World(DIGITS, None)
    raise ValueError(f"must be {WORLDS}")


def check_world(name: str) -> str:
    """Return the name itself if it is that of a world.

    Raises:
        ValueError: there is no such world.
    """
    return parse_world(name).name


def world_title(name: str) -> str:
    """Return the name of a world, or of its mirror image, as text: `à trous 2, mirrored` for `atrous-2-mirrored`."""
    kind, _, dilation = name.removesuffix(MIRRORED).partition("-")
    title = " ".join(filter(None, [KIND_TITLES.get(kind, kind), dilation]))
    return f"{title}, mirrored" if name.endswith(MIRRORED) else title


def main_world(names: Sequence[str]) -> str:
    """Return the world of the digits themselves if it is among these, and the first one otherwise."""
    return DIGITS if DIGITS in names else names[0]
