"""Types of parameters, each with the rule for a single value."""

import pkgutil
import re
from collections import Counter
from pathlib import Path
from typing import Annotated, Literal

from kernel_dilation.experiment.dataset_names import CLASSES
from kernel_dilation.experiment.parameter_messages import suggest_correction

from pydantic import AfterValidator, Field


def available_methods(folder: str) -> frozenset[str]:
    """Names of the methods in a folder of the library, one for each file."""
    return frozenset(module.name for module in pkgutil.iter_modules([str(Path(__file__).parents[1] / folder)]))


def has_initial_dilation(method: str) -> bool:
    """Return whether a method of learning a dilation starts from an initial dilation, as its file says.

    The file is read as text, because importing it imports TensorFlow.

    Raises:
        ValueError: the file does not say so.
    """
    source = (Path(__file__).parents[1] / "dilation_methods" / f"{method}.py").read_text(encoding="utf-8")
    found = re.findall(r"^HAS_INITIAL_DILATION = (True|False)$", source, re.MULTILINE)
    if len(found) != 1:
        raise ValueError(f"the file of a method of learning must set HAS_INITIAL_DILATION to True or False once; {method} does so {len(found)} times")
    return found[0] == "True"


def check_distinct(values: list) -> list:
    """Return the list itself if no entry occurs twice.

    Raises:
        ValueError: an entry is repeated.
    """
    repeated = sorted(str(value) for value, count in Counter(values).items() if count > 1)
    if repeated:
        raise ValueError(f"every entry may occur only once in the list; repeated: {', '.join(repeated)}")
    return values


def check_odd(value: int) -> int:
    """Return the number itself if it is odd: only a kernel of odd size has a centre.

    Raises:
        ValueError: the number is even.
    """
    if value % 2 == 0:
        raise ValueError("must be odd, so that the kernel has a centre")
    return value


def known_method(folder: str) -> AfterValidator:
    """Return a validator that accepts the names of the methods in a folder of the library."""

    def check_method(name: str) -> str:
        methods = sorted(available_methods(folder))
        if name not in methods:
            raise ValueError(f"must be one of the methods {', '.join(methods)}{suggest_correction(name, methods)}")
        return name

    return AfterValidator(check_method)


# The upper limits are generous: combinations of values are checked against the memory of a machine in parameter_rules.
Dilation = Annotated[int, Field(ge=1, le=1_000)]
Count = Annotated[int, Field(ge=1, le=10_000)]
Steps = Annotated[int, Field(ge=1, le=100_000)]
Images = Annotated[int, Field(ge=1, le=1_000_000)]
Textures = Annotated[int, Field(ge=3 * CLASSES, le=100_000)]  # so that a third of them, the validation textures, contain every class
Channels = Annotated[list[Annotated[int, Field(ge=1, le=4_096)]], Field(min_length=2, max_length=2)]
Units = Annotated[int, Field(ge=1, le=65_536)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, le=1e6, allow_inf_nan=False)]
Pooling = Literal["max", "average", "stride"]
KernelSize = Annotated[int, Field(ge=3, le=1_000), AfterValidator(check_odd)]
SOME, TWO_OR_MORE = Field(min_length=1, max_length=100), Field(min_length=2, max_length=100)  # number of entries in a list
