"""The parameters of the pipeline, and the rules for them."""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import Annotated, Any, Literal

from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.dataset_names import CLASSES, DATASET, DATASETS, IMAGE_SIDE, PUBLISHED, check_dataset
from kernel_dilation.experiment.geometry import POOL
from kernel_dilation.experiment.parameter_file import FILE, read_parameters
from kernel_dilation.experiment.parameter_messages import Problem, describe_problem, describe_value, list_problems
from kernel_dilation.experiment.parameter_rules import check_array_sizes, check_counts, check_kernels, check_shares, count_splits
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
    has_initial_dilation,
    known_method,
)
from kernel_dilation.experiment.world_names import WORLDS, check_world, parse_world

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

HEADING = f"{FILE} breaks these rules:"


class Section(BaseModel):
    """A section of the parameter file: unknown keys and conversions are refused, and values cannot be changed."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Data(Section):
    """The data set and its splits."""

    dataset: Annotated[str, Field(description=DATASET), AfterValidator(check_dataset)]
    validation_share: Share
    test_share: Share
    seed: Seed


class Network(Section):
    """The architecture that all arms share."""

    dilate: Literal["first", "all"]
    taps: Literal["lattice", "random"]
    padding: Literal["same", "valid"]
    channels: Channels
    dense: Units
    match_weights: Literal["own", "same", "valid"]


class Train(Section):
    """Training of the networks."""

    replicates: Count
    networks_at_once: Count
    epochs: Count
    batch_size: Images
    learning_rate: Positive
    shift_pixels: Annotated[int, Field(ge=0, le=4)]
    resplit: bool
    seed: Seed


class Saliency(Section):
    """Saliency maps and class models."""

    methods: Annotated[list[Annotated[str, known_method("saliency_methods")]], SOME, AfterValidator(check_distinct)]
    images: Images
    probed_images: Images
    probed_untrained: Images
    samples: Count
    noise_share: Share
    patch_pixels: Annotated[int, Field(ge=1, le=IMAGE_SIDE)]
    class_model_starts: Count
    steps: Steps
    step_size: Positive
    weight_decay: NotNegative
    total_variation: NotNegative
    jitter_pixels: Annotated[int, Field(ge=0, le=4)]
    seed: Seed


class Race(Section):
    """Rules of the races between dilations."""

    least_rounds: Annotated[int, Field(ge=2, le=1_000)]
    most_rounds: Annotated[int, Field(ge=2, le=1_000)]
    alpha: Share
    zone: Annotated[float, Field(ge=0, lt=1)]

    def find_problems(self) -> Iterator[Problem]:
        """Report combinations of these parameters that break a rule."""
        if self.least_rounds > self.most_rounds:
            yield Problem("learn.race.least_rounds", f"must be at most learn.race.most_rounds, {self.most_rounds} (got {self.least_rounds})")


class Mark(Section):
    """Networks that learn the place of a mark, on which saliency maps are tested."""

    replicates: Count
    images: Images
    explained_images: Images
    epochs: Count
    batch_size: Images
    learning_rate: Positive
    seed: Seed

    def find_problems(self) -> Iterator[Problem]:
        """Report combinations of these parameters that break a rule."""
        if self.batch_size > self.images:
            yield Problem("mark.batch_size", f"must be at most mark.images, {self.images:,} (got {self.batch_size})")


class Learn(Section):
    """Learning of the dilation."""

    methods: Annotated[list[Annotated[str, known_method("dilation_methods")]], SOME, AfterValidator(check_distinct)]
    worlds: Annotated[list[Annotated[str, Field(description=WORLDS), AfterValidator(check_world)]], SOME, AfterValidator(check_distinct)]
    replicates: Count
    selection: Annotated[list[Count], SOME, AfterValidator(check_distinct)]
    race: Race
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
    planted_images: Textures
    seed: Seed

    def find_problems(self) -> Iterator[Problem]:
        """Report combinations of these parameters that break a rule."""
        yield from self.check_dilations()
        yield from self.race.find_problems()
        for place, trainings in enumerate(self.selection):
            if trainings > self.race.most_rounds:
                yield Problem(f"learn.selection.{place}", f"must be at most learn.race.most_rounds, {self.race.most_rounds} (got {trainings})")
        missing = [method for method in self.methods if has_initial_dilation(method) and method not in self.rates]
        if missing:
            yield Problem(
                "learn.rates", f"must have a rate for each of learn.methods that has an initial dilation; there is none for {', '.join(missing)}"
            )
        images = min(self.images, self.planted_images)
        if not len(self.candidates) <= self.batch_size <= images:
            limits = f"at least the number of learn.candidates, {len(self.candidates)}, and at most learn.images and learn.planted_images, {images:,}"
            yield Problem("learn.batch_size", f"must be {limits} (got {self.batch_size})")

    def check_dilations(self) -> Iterator[Problem]:
        """Report initial and planted dilations that are not candidates, and candidates that extend beyond the image."""
        candidates = ", ".join(map(str, self.candidates))
        for place, dilation in enumerate(self.initial_dilations):
            if dilation not in self.candidates:
                yield Problem(f"learn.initial_dilations.{place}", f"must be among learn.candidates, {candidates} (got {dilation})")
        for place, world in enumerate(map(parse_world, self.worlds)):
            if world.planted_dilation not in (None, *self.candidates):
                yield Problem(f"learn.worlds.{place}", f"the planted dilation must be among learn.candidates, {candidates} (got {world.name})")
        for problem in check_kernels(IMAGE_SIDE, self.candidates, [self.kernel_size], "first", "same"):
            key = "learn.kernel_size" if problem.key == "kernel_sizes.0" else problem.key.replace("dilations", "learn.candidates")
            yield Problem(key, problem.sentence)


class Analyze(Section):
    """Statistical analysis."""

    alpha: Share
    margin_points: Positive
    margin_share: Positive
    margin_loss: Share
    right_share: Share
    same_share: Share
    start_slope: Positive
    margin_signed: Positive
    resamples: Annotated[int, Field(ge=100, le=1_000_000)]
    seed: Seed


class Settings(Section):
    """The whole content of params.yaml."""

    dilations: Annotated[list[Dilation], SOME, AfterValidator(check_distinct)]
    kernel_sizes: Annotated[list[KernelSize], SOME, AfterValidator(check_distinct)]
    poolings: Annotated[list[Pooling], SOME, AfterValidator(check_distinct)]
    data: Data
    network: Network
    train: Train
    saliency: Saliency
    mark: Mark
    learn: Learn
    analyze: Analyze

    def arms(self) -> list[Arm]:
        """Every arm of the grid."""
        return grid_arms(self.dilations, self.kernel_sizes, self.poolings)

    def find_problems(self) -> Iterator[Problem]:
        """Report combinations of parameters that break a rule although each parameter is valid."""
        valid = "valid" in (self.network.padding, self.network.match_weights)  # its weights are counted even if only they are matched
        yield from check_kernels(IMAGE_SIDE, self.dilations, self.kernel_sizes, self.network.dilate, "valid" if valid else "same")
        if self.network.taps == "random" and self.train.networks_at_once > 1:
            yield Problem("train.networks_at_once", f"must be 1 if network.taps is random (got {self.train.networks_at_once})")
        yield from self.mark.find_problems()
        yield from self.learn.find_problems()
        yield from check_array_sizes(self.largest_arrays())
        if self.data.dataset in DATASETS:
            published, shares = PUBLISHED[self.data.dataset], {"data.validation_share": self.data.validation_share}
            counts = count_splits(*published, self.data.validation_share, self.data.test_share)
            problems = list(check_shares(counts, shares if published[1] else {**shares, "data.test_share": self.data.test_share}, CLASSES))
            yield from problems or self.check_digit_counts(counts.train, counts.test)

    def check_digit_counts(self, train: int, test: int) -> Iterator[Problem]:
        """Report parameters that ask for more digits than there are training and test digits."""
        training = {"train.batch_size": self.train.batch_size, "mark.images": self.mark.images, "learn.images": self.learn.images}
        yield from check_counts(training, train, "training")
        explained = {"saliency.images": self.saliency.images, "mark.explained_images": self.mark.explained_images}
        yield from check_counts(explained, test, "test")

    def largest_arrays(self) -> Mapping[str, tuple[object, int, str]]:
        """The largest arrays of the stages, by the parameter to reduce: its value, the numbers in the array, and its content."""
        pixels, places = IMAGE_SIDE**2, (IMAGE_SIDE // POOL**2) ** 2  # of the image, and of the feature maps behind the last pooling
        network, train, saliency, learn = self.network, self.train, self.saliency, self.learn
        starts = CLASSES * pixels * saliency.class_model_starts * network.channels[0]
        bootstrap = 2 * self.analyze.resamples * train.replicates  # in double precision
        together = min(train.networks_at_once, train.replicates)
        supernet = pixels * learn.channels[0] * learn.batch_size * len(learn.candidates)
        return {
            "network.channels": (
                network.channels,
                pixels * network.channels[0] * train.batch_size * together,
                "the first feature maps of train.batch_size digits in train.networks_at_once networks",
            ),
            "network.dense": (
                network.dense,
                places * network.channels[1] * network.dense * together,
                "the weights of these units in train.networks_at_once networks",
            ),
            "saliency.images": (saliency.images, pixels * saliency.images * train.replicates, "the saliency maps of train.replicates networks"),
            "saliency.class_model_starts": (saliency.class_model_starts, starts, "the first feature maps of the class models from these starts"),
            "saliency.samples": (saliency.samples, pixels * saliency.samples * network.channels[0], "the first feature maps of these copies"),
            "learn.channels": (learn.channels, supernet, "the first feature maps of learn.batch_size digits at all learn.candidates"),
            "learn.dense": (learn.dense, places * learn.channels[1] * learn.dense, "the weights of these units"),
            "analyze.resamples": (self.analyze.resamples, bootstrap, "a bootstrap over train.replicates"),
        }


@cache
def parameter_schema() -> dict[str, Any]:
    """JSON schema with the rules for each single parameter."""
    return Settings.model_json_schema()


def parse_settings(content: str | bytes) -> Settings:
    """Return the parameters in the content of a params.yaml file after checking every rule.

    Raises:
        ValueError: a rule is broken; the message has one line for each, with the parameter, the rule and the value.
    """
    params = read_parameters(content)
    if not isinstance(params, dict):
        content_text = "is empty" if params is None else f"contains {describe_value(params)}"
        raise ValueError(f"{FILE} must contain {', '.join(Settings.model_fields)}, each followed by a colon; it {content_text}")
    try:
        settings = Settings.model_validate(params)
    except ValidationError as error:
        raise ValueError(list_problems(HEADING, [describe_problem(entry, parameter_schema()) for entry in error.errors(include_url=False)])) from None
    problems = list(settings.find_problems())
    if problems:
        raise ValueError(list_problems(HEADING, problems))
    return settings


def check_digits(settings: Settings, train: int, test: int) -> None:
    """Accept parameters that ask for no more digits than there are training and test digits.

    Raises:
        ValueError: a parameter asks for more; the message has one line for each.
    """
    problems = list(settings.check_digit_counts(train, test))
    if problems:
        raise ValueError(list_problems(HEADING, problems))
