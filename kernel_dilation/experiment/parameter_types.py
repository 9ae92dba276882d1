"""The kinds of values that parameters have, each with the rule that one value obeys by itself."""

import pkgutil
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from kernel_dilation.experiment.dataset_names import CLASSES
from kernel_dilation.experiment.parameter_messages import did_you_mean

from pydantic import AfterValidator, Field


def available_methods(folder: str) -> frozenset[str]:
    """Names of the methods in a folder of the library: the file's name is the method's name."""
    return frozenset(module.name for module in pkgutil.iter_modules([str(Path(__file__).parents[1] / folder)]))


def check_distinct(values: list) -> list:
    """The list itself, if nothing in it stands twice."""
    repeated = sorted(str(value) for value, count in Counter(values).items() if count > 1)
    if repeated:
        raise ValueError(f"every entry may stand in the list once; repeated: {', '.join(repeated)}")
    return values


def check_odd(value: int) -> int:
    """The number itself, if it is odd: only then has a kernel a centre."""
    if value % 2 == 0:
        raise ValueError("must be odd, so that the kernel has a centre")
    return value


def known_method(folder: str) -> AfterValidator:
    """Check that a method's name is the name of a file in a folder of the library."""

    def known(name: str) -> str:
        methods = sorted(available_methods(folder))
        if name not in methods:
            raise ValueError(f"the methods are {', '.join(methods)}{did_you_mean(name, methods)}")
        return name

    return AfterValidator(known)


# Of each kind at most what some machine could hold; what they come to together is checked below.
Dilation = Annotated[int, Field(ge=1, le=1_000)]
Count = Annotated[int, Field(ge=1, le=10_000)]
Steps = Annotated[int, Field(ge=1, le=100_000)]
Images = Annotated[int, Field(ge=1, le=1_000_000)]
Textures = Annotated[int, Field(ge=3 * CLASSES, le=100_000)]  # a third of them is to have every class
Channels = Annotated[list[Annotated[int, Field(ge=1, le=4_096)]], Field(min_length=2, max_length=2)]
Units = Annotated[int, Field(ge=1, le=65_536)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Pooling = Literal["max", "average", "stride"]
KernelSize = Annotated[int, Field(ge=3, le=1_000), AfterValidator(check_odd)]
SOME, TWO_OR_MORE = Field(min_length=1, max_length=100), Field(min_length=2, max_length=100)  # entries of a list
