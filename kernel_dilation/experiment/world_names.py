"""Names of the worlds in which a dilation is learned: kinds of data, most of them with a known best dilation."""

import re
from typing import Literal, NamedTuple

PLANTED_KINDS = ("atrous", "textures")
WORLD_NAME = re.compile(rf"(?P<kind>{'|'.join(PLANTED_KINDS)})-(?P<dilation>[1-9]\d*)")
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
    def head(self) -> Literal["flat", "average"]:
        """Head of the networks: textures are the same everywhere, so that their networks average over places."""
        return "average" if self.kind == "textures" else "flat"


def parse_world(name: str) -> World:
    """Return the world of that name.

    Raises:
        ValueError: there is no such world.
    """
    match = WORLD_NAME.fullmatch(name)
    if match:
        return World(match["kind"], int(match["dilation"]))
    if name == "digits":
        return World("digits", None)
    raise ValueError(f"must be {WORLDS}")


def check_world(name: str) -> str:
    """Return the name itself if it is that of a world.

    Raises:
        ValueError: there is no such world.
    """
    return parse_world(name).name
