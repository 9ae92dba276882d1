import re
import time

from kernel_dilation.datasets.idx import Digits
from kernel_dilation.experiment.parameter_rules import count_splits
from kernel_dilation.experiment.parameters import check_digits, parse_settings
from stages.fetch import hold_back

import numpy as np
import pytest
from changed_parameters import changed

TOO_LARGE = [  # values that exceed the memory of any machine, and the limit
    ({"train__replicates": 10**12}, "train.replicates", "at most 10,000 (got 1000000000000)"),
    ({"train__epochs": 10**12}, "train.epochs", "at most 10,000 (got 1000000000000)"),
    ({"train__seed": 2**31}, "train.seed", "below 2,147,483,648 (got 2147483648)"),
    ({"network__channels": [16, 10**9]}, "network.channels.1", "at most 4,096 (got 1000000000)"),
    ({"network__dense": 10**9}, "network.dense", "at most 65,536 (got 1000000000)"),
    ({"learn__channels": [10**9, 16]}, "learn.channels.0", "at most 4,096 (got 1000000000)"),
    ({"learn__planted_images": 10**9}, "learn.planted_images", "at most 100,000 (got 1000000000)"),
    ({"saliency__samples": 10**9}, "saliency.samples", "at most 10,000 (got 1000000000)"),
    ({"saliency__steps": 10**12}, "saliency.steps", "at most 100,000 (got 1000000000000)"),
    ({"saliency__patch_pixels": 29}, "saliency.patch_pixels", "at most 28 (got 29)"),
    ({"saliency__weight_decay": 1e300}, "saliency.weight_decay", "at most 1,000,000 (got 1e+300)"),
    ({"analyze__resamples": 10**12}, "analyze.resamples", "at most 1,000,000 (got 1000000000000)"),
    ({"dilations": [1, 10**9]}, "dilations.1", "at most 1,000 (got 1000000000)"),
    (
        {"dilations": [1] * 10_000},
        "dilations",
        "at most 100 entries, each a whole number, at least 1 and at most 1,000 (got a list of 10,000 entries",
    ),
    ({"network__taps": "random", "train__networks_at_once": 2}, "train.networks_at_once", "must be 1 if network.taps is random (got 2)"),
    ({"train__epochs": 10**1000}, "train.epochs", "at most 10,000 (got a whole number of about 1,000 digits)"),
    ({"train__batch_size": 3601}, "train.batch_size", "must be at most the number of training digits, 3,600 (got 3601)"),
    ({"learn__images": 3601}, "learn.images", "must be at most the number of training digits, 3,600 (got 3601)"),
    ({"saliency__images": 1001}, "saliency.images", "must be at most the number of test digits, 1,000 (got 1001)"),
    ({"learn__batch_size": 1501}, "learn.batch_size", "and at most learn.images and learn.planted_images, 1,200 (got 1501)"),
    ({"data__validation_share": 1e-9}, "data.validation_share", "1 digits are held back and 3,999 are kept (got 1e-09)"),
    (
        {"data__test_share": 0.9999},
        "data.test_share",
        "must leave at least one digit of each of the 10 classes in both parts; 5,000 digits are held back and 0 are kept (got 0.9999)",
    ),
]


@pytest.mark.parametrize(("change", "place", "rule"), TOO_LARGE)
def test_excessive_values_are_refused_quickly_with_value_and_limit(change, place, rule):
    text, start = changed(**change), time.perf_counter()
    with pytest.raises(ValueError, match=f"\n  {place}: .*{re.escape(rule)}"):
        parse_settings(text)
    assert time.perf_counter() - start < 2


@pytest.mark.parametrize(
    ("change", "key", "what"),
    [
        (
            {"network__channels": [4096, 8], "train__batch_size": 3600},
            "network.channels",
            "digits in train.networks_at_once networks would take 11,560,550,400",
        ),
        (
            {"network__channels": [8, 4096], "network__dense": 32768, "train__networks_at_once": 2},
            "network.dense",
            "the weights of these units in train.networks_at_once networks would take 13,153,337,344",
        ),
        ({"saliency__samples": 10_000, "network__channels": [4096, 8]}, "saliency.samples", "these copies would take 32,112,640,000"),
        ({"learn__channels": [4096, 8], "learn__batch_size": 1500}, "learn.channels", "at all learn.candidates would take 33,718,272,000"),
        ({"learn__channels": [8, 4096], "learn__dense": 65536}, "learn.dense", "the weights of these units would take 13,153,337,344"),
        (
            {"analyze__resamples": 1_000_000, "train__replicates": 10_000},
            "analyze.resamples",
            "train.replicates would take 20,000,000,000",
        ),
        (
            {"data__dataset": "mnist", "saliency__images": 10_000, "train__replicates": 2_000},
            "saliency.images",
            "maps of train.replicates networks would take 15,680,000,000",
        ),
    ],
)
def test_sizes_that_are_valid_one_by_one_must_fit_into_memory_together(change, key, what):
    """By hand: 28 x 28 pixels or 7 x 7 places, times channels, times digits, copies or units."""
    with pytest.raises(ValueError, match=f"  {key}: must be smaller: .*{what} numbers, and the limit is 10,000,000,000 "):
        parse_settings(changed(**change))


@pytest.mark.parametrize(("dataset", "train", "test"), [("mnist", 54_000, 10_000), ("fashion_mnist", 54_000, 10_000), ("kmnist", 54_000, 10_000)])
def test_the_number_of_digits_of_every_known_data_set_is_a_limit(dataset, train, test):
    """By hand: 60,000 digits, of which a tenth is held back, and 10,000 test digits."""
    fitting = {"data__dataset": dataset, "learn__images": train, "saliency__images": test}
    assert parse_settings(changed(**fitting, train__batch_size=train))
    with pytest.raises(ValueError, match=r"train.batch_size: must be at most the number of training digits, 54,000 "):
        parse_settings(changed(**fitting, train__batch_size=train + 1))


def test_the_number_of_digits_in_a_folder_is_a_limit_once_they_are_read(tmp_path):
    settings = parse_settings(changed(data__dataset=str(tmp_path), train__batch_size=5000, learn__images=5000, saliency__images=5000))
    check_digits(settings, 5000, 5000)
    with pytest.raises(ValueError, match=r"saliency.images: must be at most the number of test digits, 4,999 ") as error:
        check_digits(settings, 4999, 4999)
    assert [line.split(":")[0].strip() for line in str(error.value).splitlines()[1:]] == ["train.batch_size", "learn.images", "saliency.images"]


@pytest.mark.parametrize("share", [0.1, 0.15, 1 / 3, 0.2, 0.77, 0.0031])
@pytest.mark.parametrize("total", [4000, 5000, 3999])
def test_digits_of_a_split_are_counted_as_scikit_learn_splits_them(share, total):
    """Oracle: the split of scikit-learn itself."""
    labels = np.arange(total) % 10
    kept, held = hold_back(Digits(np.zeros((total, 1)), labels), share, 0)
    assert count_splits(total, 7, share, 0.5) == (len(kept.labels), len(held.labels), 7)


def test_test_digits_are_held_back_first_where_a_data_set_has_none():
    """By hand: 1,000 of 5,000 are test digits, and 400 of the other 4,000 validation digits."""
    assert count_splits(5000, 0, 0.1, 0.2) == (3600, 400, 1000)


def test_a_kernel_that_extends_beyond_the_image_is_refused():
    with pytest.raises(ValueError, match=r"dilations.0: .*kernel size 3 at dilation 28 reaches 28 pixels"):
        parse_settings(changed(dilations=[28], kernel_sizes=[3]))


def test_a_kernel_size_that_fits_at_no_dilation_is_reported_itself():
    with pytest.raises(ValueError, match=r"kernel_sizes.1: .*kernel size 57 at dilation 1 reaches 28 pixels") as error:
        parse_settings(changed(dilations=[1, 2], kernel_sizes=[3, 57]))
    assert len(str(error.value).splitlines()) == 2


def test_feature_maps_that_vanish_under_valid_padding_are_refused():
    """By hand: 28 - 2 x 13 = 2, pooled to 1, to which a kernel of size 3 cannot be applied."""
    with pytest.raises(ValueError, match="kernel size 3 at dilation 1 leaves 0"):
        parse_settings(changed(dilations=[13], kernel_sizes=[3], network__padding="valid"))


def test_weights_cannot_be_matched_to_those_of_feature_maps_that_vanish():
    """By hand: with valid padding a kernel of 3 taps at dilation 13 leaves 28 - 26 = 2 pixels, 1 after pooling, and the second kernel none."""
    with pytest.raises(ValueError, match=r"dilations\.0: with valid padding every feature map must keep at least 2 pixels"):
        parse_settings(changed(dilations=[13], kernel_sizes=[3], network__match_weights="valid"))
    assert parse_settings(changed(dilations=[13], kernel_sizes=[3], network__match_weights="same"))


def test_the_full_grid_of_the_study_fits():
    settings = parse_settings(changed(dilations=[1, 2, 3, 4, 5, 6, 7], kernel_sizes=[3, 5], poolings=["max", "average", "stride"]))
    assert len(settings.arms()) == 42
