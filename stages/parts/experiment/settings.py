"""The parameters of the whole pipeline and the rules that they obey."""

import pkgutil
from pathlib import Path
from typing import Annotated, Literal, Self

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from stages.parts.experiment.geometry import map_sides
from stages.parts.experiment.grid import Arm, grid_arms

IMAGE_SIDE, CLASSES = 28, 10  # pixels, and kinds of digits, of every data set this experiment reads
DATASETS = ("mnist5k", "mnist", "fashion_mnist", "kmnist")
SHELL_SAFE = r"^[A-Za-z0-9_./~ -]+$"  # nothing in it means anything to a shell


def available(folder: str) -> frozenset[str]:
    """Names of the methods in a folder of parts: the file's name is the method's name."""
    return frozenset(module.name for module in pkgutil.iter_modules([str(Path(__file__).parents[1] / folder)]))


def distinct(values: list) -> list:
    """The list itself, if nothing in it stands twice."""
    repeated = sorted({str(value) for value in values if values.count(value) > 1})
    if repeated:
        raise ValueError(f"every entry may stand in the list once; repeated: {', '.join(repeated)}")
    return values


def odd(value: int) -> int:
    """The number itself, if it is odd: only then has a kernel a centre."""
    if value % 2 == 0:
        raise ValueError(f"a kernel size must be odd, so that the kernel has a centre; got {value}")
    return value


def known_in(folder: str) -> AfterValidator:
    """Check that a method's name is the name of a file in this folder of parts."""

    def known(name: str) -> str:
        if name not in available(folder):
            raise ValueError(f"the methods are {', '.join(sorted(available(folder)))}; got {name!r}")
        return name

    return AfterValidator(known)


def dataset(name: str) -> str:
    """The name itself, if it is a known data set or a folder that exists."""
    if name not in DATASETS and not Path(name).expanduser().is_dir():
        raise ValueError(f"a data set is one of {', '.join(DATASETS)}, or the path of a folder that exists; got {name!r}")
    return name


Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0, lt=2**31)]
Share = Annotated[float, Field(gt=0, lt=1)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Pooling = Literal["max", "average", "stride"]
KernelSize = Annotated[int, Field(ge=3), AfterValidator(odd)]


class Section(BaseModel):
    """A part of the parameter file: no unknown keys, no silent conversion, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Data(Section):
    """Which digits, and how they are split."""

    dataset: Annotated[str, Field(pattern=SHELL_SAFE), AfterValidator(dataset)]
    validation_share: Share
    test_share: Share
    seed: Seed


class Network(Section):
    """What all arms share."""

    dilate: Literal["first", "all"]
    padding: Literal["same", "valid"]
    channels: Annotated[list[Count], Field(min_length=2, max_length=2)]
    dense: Count
    match_weights: bool


class Train(Section):
    """How networks are trained."""

    replicates: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    shift_pixels: Annotated[int, Field(ge=0, le=4)]
    seed: Seed


class Saliency(Section):
    """What is asked of a trained network."""

    methods: Annotated[list[Annotated[str, known_in("saliencies")]], Field(min_length=1), AfterValidator(distinct)]
    images: Count
    probed_images: Count
    samples: Count
    noise_share: Share
    patch_pixels: Annotated[int, Field(ge=1, le=IMAGE_SIDE)]
    steps: Count
    step_size: Positive
    weight_decay: NotNegative
    total_variation: NotNegative
    jitter_pixels: Annotated[int, Field(ge=0, le=4)]
    seed: Seed


class Learn(Section):
    """How dilations are learned."""

    methods: Annotated[list[Annotated[str, known_in("learners")]], Field(min_length=1), AfterValidator(distinct)]
    replicates: Count
    candidates: Annotated[list[Count], Field(min_length=2), AfterValidator(distinct)]
    initial_dilations: Annotated[list[Count], Field(min_length=1), AfterValidator(distinct)]
    kernel_size: KernelSize
    pooling: Pooling
    channels: Annotated[list[Count], Field(min_length=2, max_length=2)]
    dense: Count
    images: Count
    epochs: Count
    batch_size: Count
    learning_rate: Positive
    rates: dict[Annotated[str, known_in("learners")], Positive]
    sweep: dict[Annotated[str, known_in("learners")], Annotated[list[Positive], Field(min_length=1), AfterValidator(distinct)]]
    planted_dilations: Annotated[list[Count], Field(min_length=1), AfterValidator(distinct)]
    planted_textures: Count
    planted_images: Count
    seed: Seed

    @model_validator(mode="after")
    def dilations_can_be_chosen(self) -> Self:
        """Refuse a start or a planted dilation that is no candidate, and candidates that reach past the image."""
        for name, dilations in (("initial_dilations", self.initial_dilations), ("planted_dilations", self.planted_dilations)):
            strange = sorted(set(dilations) - set(self.candidates))
            if strange:
                raise ValueError(f"learn.{name} must be among learn.candidates, {self.candidates}; got {', '.join(map(str, strange))}")
        map_sides(IMAGE_SIDE, self.kernel_size, max(self.candidates), "first", "same")
        return self

    @model_validator(mode="after")
    def methods_have_what_they_need(self) -> Self:
        """Refuse a method without a rate, and batches that cannot show every candidate an image, or that no run can fill."""
        missing = [method for method in self.methods if method not in self.rates]
        if missing:
            raise ValueError(f"learn.rates must have a rate for every method of learn.methods; none for {', '.join(missing)}")
        if not len(self.candidates) <= self.batch_size <= min(self.images, self.planted_images):
            raise ValueError(
                f"learn.batch_size must lie between the number of candidates, {len(self.candidates)}, and the number of images, "
                f"{min(self.images, self.planted_images)}; got {self.batch_size}"
            )
        return self


class Analyze(Section):
    """How the numbers become answers."""

    alpha: Share
    margin_points: Positive
    margin_share: Positive
    resamples: Annotated[int, Field(ge=100)]
    seed: Seed


class Settings(Section):
    """Everything in params.yaml, checked as a whole."""

    dilations: Annotated[list[Count], Field(min_length=1), AfterValidator(distinct)]
    kernel_sizes: Annotated[list[KernelSize], Field(min_length=1), AfterValidator(distinct)]
    poolings: Annotated[list[Pooling], Field(min_length=1), AfterValidator(distinct)]
    data: Data
    network: Network
    train: Train
    saliency: Saliency
    learn: Learn
    analyze: Analyze

    def arms(self) -> list[Arm]:
        """Every arm of the grid."""
        return grid_arms(self.dilations, self.kernel_sizes, self.poolings)

    @model_validator(mode="after")
    def kernels_fit(self) -> Self:
        """Refuse a kernel that reaches past the image, or under which a map vanishes."""
        for arm in self.arms():
            map_sides(IMAGE_SIDE, arm.kernel_size, arm.dilation, self.network.dilate, self.network.padding)
        return self


def checked_settings(text: str) -> Settings:
    """The parameters in the text of a params.yaml, every rule checked.

    Raises:
        ValueError: one line for each broken rule, with the parameter, the rule and the value.
    """
    try:
        return Settings.model_validate(yaml.safe_load(text))
    except ValidationError as error:
        lines = [f"  {'.'.join(map(str, entry['loc'])) or 'grid'}: {entry['msg']}{value_text(entry['input'])}" for entry in error.errors()]
        raise ValueError("params.yaml breaks these rules:\n" + "\n".join(lines)) from None
    except yaml.YAMLError as error:
        raise ValueError(f"params.yaml is not valid YAML: {error}") from None


def value_text(value: object) -> str:
    """The value that was received, for the end of a message; of a whole section the message itself names what is wrong."""
    return "" if isinstance(value, dict) else f" (got {value!r})"
