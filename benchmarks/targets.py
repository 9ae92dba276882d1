"""What the measurements should reach, and whether they do."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

VIS = "tf_keras_vis"

Results = Mapping[str, Any]


class Target(NamedTuple):
    """A bound for one number of a part of the results: a lower one, or an upper one."""

    part: str
    quantity: str
    value: Callable[[Results], float]
    bound: float
    lower: bool


def ratios(training: Results, peer: str) -> dict[tuple[int, str], float]:
    """How many times as long a peer trains, by dilation and which layers have it."""
    return {(row["dilation"], row["dilate"]): row[peer] / row["project"] for row in training["seconds"]}


def at_dilation_one(training: Results) -> float:
    """How many times as long `fit` trains at dilation 1."""
    return ratios(training, "fit")[1, "first"]


def with_all_dilated(training: Results) -> float:
    """How many times as long `fit` trains, at least, where all layers are dilated."""
    return min(ratio for (_, dilate), ratio in ratios(training, "fit").items() if dilate == "all")


def against_pytorch(training: Results) -> float:
    """How many times as long PyTorch trains, at least."""
    return min(ratios(training, "pytorch").values())


def penalty(training: Results) -> float:
    """The longest training time at any dilation, over that at dilation 1."""
    rows = training["seconds"]
    return max(row["project"] for row in rows) / next(row["project"] for row in rows if row["dilation"] == 1)


def share_of_peak(training: Results) -> float:
    """The smallest share of the machine's matmul peak."""
    return min(row["share_of_peak"] for row in training["seconds"])


def gain(method: str) -> Callable[[Results], float]:
    """How many times as many images a second this project explains by the method."""

    def of(saliency: Results) -> float:
        rate = next(row["images_a_second"] for row in saliency["methods"] if row["method"] == method)
        return rate["project"] / rate[VIS]

    return of


def class_model_gain(saliency: Results) -> float:
    """How many times as long tf-keras-vis takes for class models."""
    seconds = saliency["class_models"]["seconds"]
    return seconds[VIS] / seconds["project"]


def exponent(name: str) -> Callable[[Results], float]:
    """The exponent with which the work grows with a parameter."""
    return lambda scaling: scaling["work"][name]["exponent"]


TARGETS = (
    Target("training", "training against Keras `fit` at dilation 1 (times)", at_dilation_one, 2.0, True),
    Target("training", "training against Keras `fit`, all layers dilated, least (times)", with_all_dilated, 3.5, True),
    Target("training", "training against PyTorch, least (times)", against_pytorch, 2.5, True),
    Target("training", "dilation penalty, most (times)", penalty, 1.10, False),
    Target("training", "share of the matmul peak, least", share_of_peak, 0.45, True),
    Target("saliency", "gradient against tf-keras-vis (times)", gain("gradient"), 4.0, True),
    Target("saliency", "SmoothGrad against tf-keras-vis (times)", gain("smoothgrad"), 6.0, True),
    Target("saliency", "class models against tf-keras-vis (times)", class_model_gain, 8.0, True),
    Target("throughput", "networks of workers of one thread against one of all (times)", lambda part: part["times_as_many"], 1.2, True),
    Target(
        "pipeline",
        "start-up, imports and DVC, share of `make run` (expected of its whole grid)",
        lambda part: part["default_grid"]["share_of_overhead"],
        0.25,
        False,
    ),
    Target("scaling", "exponent of growth with replicates", exponent("replicates"), 1.1, False),
    Target("scaling", "exponent of growth with images", exponent("images"), 1.1, False),
    Target("scaling", "`dvc repro` with nothing to do, largest grid (seconds)", lambda part: part["dvc"][-1]["again_seconds"], 5.0, False),
)


def check_targets(results: Results) -> list[dict[str, Any]]:
    """Each target whose part was measured: the value, the bound and whether it is met; null where the peer is not installed."""
    rows = []
    for target in TARGETS:
        if target.part in results:
            try:
                value: float | None = target.value(results[target.part])
            except KeyError:  # no such peer
                value = None
            met = None if value is None else (value >= target.bound if target.lower else value <= target.bound)
            rows.append({"quantity": target.quantity, "value": value, "bound": target.bound, "at_least": target.lower, "met": met})
    return rows
