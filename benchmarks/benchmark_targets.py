"""Targets of the benchmarks, and whether they are met."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

VIS = "tf_keras_vis"

Results = Mapping[str, Any]


class Target(NamedTuple):
    """A lower or upper bound for one number in a part of the results."""

    part: str
    quantity: str
    value: Callable[[Results], float]
    bound: float
    lower: bool


def training_ratios(training: Results, library: str) -> dict[tuple[int, str], float]:
    """Return the training time of a library as a multiple of this project's, by dilation and dilated layers."""
    return {(row["dilation"], row["dilate"]): row[library] / row["project"] for row in training["seconds"]}


def fit_ratio_at_dilation_one(training: Results) -> float:
    """Return the training time of Keras `fit` at dilation 1 as a multiple of this project's."""
    return training_ratios(training, "fit")[1, "first"]


def smallest_fit_ratio_all_dilated(training: Results) -> float:
    """Return the smallest multiple for Keras `fit` with all layers dilated."""
    return min(ratio for (_, dilate), ratio in training_ratios(training, "fit").items() if dilate == "all")


def smallest_pytorch_ratio(training: Results) -> float:
    """Return the smallest multiple for PyTorch."""
    return min(training_ratios(training, "pytorch").values())


def largest_dilation_penalty(training: Results) -> float:
    """Return the longest training time at any dilation as a multiple of that at dilation 1."""
    rows = training["seconds"]
    return max(row["project"] for row in rows) / next(row["project"] for row in rows if row["dilation"] == 1)


def smallest_share_of_peak(training: Results) -> float:
    """Return the smallest share of the machine's peak in matrix multiplication."""
    return min(row["share_of_peak"] for row in training["seconds"])


def saliency_gain(method: str) -> Callable[[Results], float]:
    """Return a function that gives this project's images per second as a multiple of tf-keras-vis's, for one method."""

    def compute_gain(saliency: Results) -> float:
        rate = next(row["images_a_second"] for row in saliency["methods"] if row["method"] == method)
        return rate["project"] / rate[VIS]

    return compute_gain


def class_model_gain(saliency: Results) -> float:
    """Return the time of tf-keras-vis for class models as a multiple of this project's."""
    seconds = saliency["class_models"]["seconds"]
    return seconds[VIS] / seconds["project"]


def growth_exponent(name: str) -> Callable[[Results], float]:
    """Return a function that gives the exponent with which the work grows with a parameter."""
    return lambda scaling: scaling["work"][name]["exponent"]


TARGETS = (
    Target("training", "training against Keras `fit` at dilation 1 (times)", fit_ratio_at_dilation_one, 2.0, True),
    Target("training", "training against Keras `fit`, all layers dilated, least (times)", smallest_fit_ratio_all_dilated, 3.5, True),
    Target("training", "training against PyTorch, least (times)", smallest_pytorch_ratio, 2.5, True),
    Target("training", "dilation penalty, most (times)", largest_dilation_penalty, 1.10, False),
    Target("training", "share of the matmul peak, least", smallest_share_of_peak, 0.45, True),
    Target("saliency", "gradient against tf-keras-vis (times)", saliency_gain("gradient"), 4.0, True),
    Target("saliency", "SmoothGrad against tf-keras-vis (times)", saliency_gain("smoothgrad"), 6.0, True),
    Target("saliency", "class models against tf-keras-vis (times)", class_model_gain, 8.0, True),
    Target("throughput", "networks of workers of one thread against one of all (times)", lambda part: part["times_as_many"], 1.2, True),
    Target(
        "pipeline",
        "start-up, imports and DVC, share of `make run` (expected of its whole grid)",
        lambda part: part["default_grid"]["share_of_overhead"],
        0.25,
        False,
    ),
    Target("scaling", "exponent of growth with replicates", growth_exponent("replicates"), 1.1, False),
    Target("scaling", "exponent of growth with images", growth_exponent("images"), 1.1, False),
    Target("scaling", "`dvc repro` with nothing to do, largest grid (seconds)", lambda part: part["dvc"][-1]["again_seconds"], 5.0, False),
)


def check_targets(results: Results) -> list[dict[str, Any]]:
    """Return the value, the bound and the result for each target whose part was measured; null if the library is missing."""
    rows = []
    for target in TARGETS:
        if target.part in results:
            try:
                value: float | None = target.value(results[target.part])
            except KeyError:  # the library is not installed
                value = None
            met = None if value is None else (value >= target.bound if target.lower else value <= target.bound)
            rows.append({"quantity": target.quantity, "value": value, "bound": target.bound, "at_least": target.lower, "met": met})
    return rows
