"""The parameters of the whole pipeline and the rules that they obey."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.dataset_names import CLASSES, DATASET, DATASETS, IMAGE_SIDE, PUBLISHED, dataset
from kernel_dilation.experiment.geometry import POOL
from kernel_dilation.experiment.parameter_file import FILE, read_parameters
from kernel_dilation.experiment.parameter_messages import Problem, describe_problem, describe_value, list_problems
from kernel_dilation.experiment.parameter_rules import split_counts, too_large, too_many, unfit_kernels, unfit_shares
from kernel_dilation.experiment.parameter_types import (
    SOME,
    TWO_OR_MORE,
    Channels,
    Count,
    Dilation,
    Images,
    KernelSize,
    NotNegative,
    Pooling,
    Positive,
    Seed,
    Share,
    Steps,
    Textures,
    Units,
    check_distinct,
    known_method,
)

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

HEADING = f"{FILE} breaks these rules:"


class Section(BaseModel):
    """A part of the parameter file: no unknown keys, no silent conversion, no later change."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Data(Section):
    """Which digits, and how they are split."""

    dataset: Annotated[str, Field(description=DATASET), AfterValidator(dataset)]
    validation_share: Share
    test_share: Share
    seed: Seed


class Network(Section):
    """What all arms share."""

    dilate: Literal["first", "all"]
    padding: Literal["same", "valid"]
    channels: Channels
    dense: Units
    match_weights: bool


class Train(Section):
    """How networks are trained."""

    replicates: Count
    epochs: Count
    batch_size: Images
    learning_rate: Positive
    shift_pixels: Annotated[int, Field(ge=0, le=4)]
    seed: Seed


class Saliency(Section):
    """What is asked of a trained network."""

    methods: Annotated[list[Annotated[str, known_method("saliency_methods")]], SOME, AfterValidator(check_distinct)]
    images: Images
    probed_images: Images
    samples: Count
    noise_share: Share
    patch_pixels: Annotated[int, Field(ge=1, le=IMAGE_SIDE)]
    steps: Steps
    step_size: Positive
    weight_decay: NotNegative
    total_variation: NotNegative
    jitter_pixels: Annotated[int, Field(ge=0, le=4)]
    seed: Seed


class Learn(Section):
    """How dilations are learned."""

    methods: Annotated[list[Annotated[str, known_method("dilation_methods")]], SOME, AfterValidator(check_distinct)]
    replicates: Count
    candidates: Annotated[list[Dilation], TWO_OR_MORE, AfterValidator(check_distinct)]
    initial_dilations: Annotated[list[Dilation], SOME, AfterValidator(check_distinct)]
    kernel_size: KernelSize
    pooling: Pooling
    channels: Channels
    dense: Units
    images: Images
    epochs: Count
    batch_size: Images
    learning_rate: Positive
    rates: dict[Annotated[str, known_method("dilation_methods")], Positive]
    sweep: dict[Annotated[str, known_method("dilation_methods")], Annotated[list[Positive], SOME, AfterValidator(check_distinct)]]
    planted_dilations: Annotated[list[Dilation], SOME, AfterValidator(check_distinct)]
    planted_textures: Count
    planted_images: Textures
    seed: Seed

    def broken_rules(self) -> Iterator[Problem]:
        """What is wrong with these parameters together."""
        yield from self.unfit_dilations()
        missing = [method for method in self.methods if method not in self.rates]
        if missing:
            yield Problem("learn.rates", f"must have a rate for every method of learn.methods; none for {', '.join(missing)}")
        most = min(self.images, self.planted_images)
        if not len(self.candidates) <= self.batch_size <= most:
            rule = f"the number of learn.candidates, {len(self.candidates)}, and that of learn.images and learn.planted_images, {most:,}"
            yield Problem("learn.batch_size", f"must lie between {rule} (got {self.batch_size})")

    def unfit_dilations(self) -> Iterator[Problem]:
        """Starts and planted dilations that are no candidate, and candidates that reach past the image."""
        candidates = ", ".join(map(str, self.candidates))
        for name, dilations in (("initial_dilations", self.initial_dilations), ("planted_dilations", self.planted_dilations)):
            for place, dilation in enumerate(dilations):
                if dilation not in self.candidates:
                    yield Problem(f"learn.{name}.{place}", f"must be among learn.candidates, {candidates} (got {dilation})")
        for problem in unfit_kernels(IMAGE_SIDE, self.candidates, [self.kernel_size], "first", "same"):
            key = "learn.kernel_size" if problem.key == "kernel_sizes.0" else problem.key.replace("dilations", "learn.candidates")
            yield Problem(key, problem.sentence)


class Analyze(Section):
    """How the numbers become answers."""

    alpha: Share
    margin_points: Positive
    margin_share: Positive
    resamples: Annotated[int, Field(ge=100, le=1_000_000)]
    seed: Seed


class Settings(Section):
    """Everything in params.yaml, checked as a whole."""

    dilations: Annotated[list[Dilation], SOME, AfterValidator(check_distinct)]
    kernel_sizes: Annotated[list[KernelSize], SOME, AfterValidator(check_distinct)]
    poolings: Annotated[list[Pooling], SOME, AfterValidator(check_distinct)]
    data: Data
    network: Network
    train: Train
    saliency: Saliency
    learn: Learn
    analyze: Analyze

    def arms(self) -> list[Arm]:
        """Every arm of the grid."""
        return grid_arms(self.dilations, self.kernel_sizes, self.poolings)

    def broken_rules(self) -> Iterator[Problem]:
        """What is wrong with parameters that are right one by one."""
        yield from unfit_kernels(IMAGE_SIDE, self.dilations, self.kernel_sizes, self.network.dilate, self.network.padding)
        yield from self.learn.broken_rules()
        yield from too_large(self.arrays())
        if self.data.dataset in DATASETS:
            given, shares = PUBLISHED[self.data.dataset], {"data.validation_share": self.data.validation_share}
            counts = split_counts(*given, self.data.validation_share, self.data.test_share)
            unfit = list(unfit_shares(counts, shares if given[1] else {**shares, "data.test_share": self.data.test_share}, CLASSES))
            yield from unfit or self.more_than(counts.train, counts.test)

    def more_than(self, train: int, test: int) -> Iterator[Problem]:
        """Parameters that ask for more digits than there are to train and to test with."""
        of_training = {"train.batch_size": self.train.batch_size, "learn.images": self.learn.images}
        yield from too_many(of_training, train, "training")
        yield from too_many({"saliency.images": self.saliency.images}, test, "test")

    def arrays(self) -> Mapping[str, tuple[object, int, str]]:
        """The largest arrays that the stages hold: the parameter to blame, its value, how many numbers, and of what."""
        pixels, features = IMAGE_SIDE**2, (IMAGE_SIDE // POOL**2) ** 2  # of the image, and of the last pooled map
        network, train, saliency, learn = self.network, self.train, self.saliency, self.learn
        bootstrap = 2 * self.analyze.resamples * train.replicates  # in double precision
        supernet = pixels * learn.channels[0] * learn.batch_size * len(learn.candidates)
        return {
            "network.channels": (network.channels, pixels * network.channels[0] * train.batch_size, "the first maps of train.batch_size digits"),
            "network.dense": (network.dense, features * network.channels[1] * network.dense, "the weights of as many units"),
            "saliency.images": (saliency.images, pixels * saliency.images * train.replicates, "maps of train.replicates networks"),
            "saliency.samples": (saliency.samples, pixels * saliency.samples * network.channels[0], "the first maps of as many copies"),
            "learn.channels": (learn.channels, supernet, "the first maps of learn.batch_size digits at learn.candidates"),
            "learn.dense": (learn.dense, features * learn.channels[1] * learn.dense, "the weights of as many units"),
            "analyze.resamples": (self.analyze.resamples, bootstrap, "a bootstrap over train.replicates"),
        }


@cache
def parameter_schema() -> dict[str, Any]:
    """The rules for each single parameter, as a JSON schema."""
    return Settings.model_json_schema()


def parse_settings(content: str | bytes) -> Settings:
    """The parameters in the content of a params.yaml, every rule checked.

    Raises:
        ValueError: one line for each broken rule, with the parameter, the rule and the value.
    """
    params = read_parameters(content)
    if not isinstance(params, dict):
        found = "is empty" if params is None else f"holds {describe_value(params)}"
        raise ValueError(f"{FILE} must hold {', '.join(Settings.model_fields)}, each followed by a colon; it {found}")
    try:
        settings = Settings.model_validate(params)
    except ValidationError as error:
        raise ValueError(list_problems(HEADING, [describe_problem(entry, parameter_schema()) for entry in error.errors(include_url=False)])) from None
    problems = list(settings.broken_rules())
    if problems:
        raise ValueError(list_problems(HEADING, problems))
    return settings


def check_digits(settings: Settings, train: int, test: int) -> None:
    """Accept parameters that ask for no more digits than there are to train and to test with.

    Raises:
        ValueError: one line for each that asks for more.
    """
    problems = list(settings.more_than(train, test))
    if problems:
        raise ValueError(list_problems(HEADING, problems))
