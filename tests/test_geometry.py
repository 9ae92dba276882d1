from kernel_dilation.experiment.geometry import extent, feature_map_sides, network_receptive_field, receptive_field

import pytest


@pytest.mark.parametrize(("kernel_size", "dilation", "pixels"), [(3, 1, 3), (3, 2, 5), (5, 1, 5), (5, 2, 9), (3, 7, 15)])
def test_a_kernel_spans_its_taps_and_the_gaps_between(kernel_size, dilation, pixels):
    """By hand: (kernel - 1) * dilation + 1."""
    assert extent(kernel_size, dilation) == pixels


def test_two_kernels_at_dilation_two_have_a_receptive_field_of_nine_pixels():
    """By hand: 1 + 4 + 4."""
    assert receptive_field([3, 3], [2, 2]) == 9


def test_strides_multiply_the_contributions_of_later_layers():
    """By hand, the first four layers of AlexNet-like 3-2-3-2: 1 + 2 + 1 + 2 * 2 + 1 * 2 = 10."""
    assert receptive_field([3, 2, 3, 2], [1, 1, 1, 1], [1, 2, 1, 2]) == 10


def test_the_receptive_field_grows_with_dilation_and_shrinks_without_pooling():
    """By hand: at dilation 4, 1 + 8 + 1 + 4 + 2 = 16; subsampling adds no window: 1 + 8 + 0 + 4 + 0 = 13."""
    assert network_receptive_field(3, 4, "first", "max") == 16
    assert network_receptive_field(3, 4, "first", "stride") == 13
    assert network_receptive_field(3, 4, "all", "max") == 28


def test_dilation_zero_is_refused():
    with pytest.raises(ValueError, match="at least 1; got 0"):
        receptive_field([3], [0])


def test_layers_without_a_dilation_are_refused():
    with pytest.raises(ValueError, match="got 2, 1 and 2"):
        receptive_field([3, 3], [1])


def test_same_padding_keeps_the_side_of_feature_maps_and_pooling_halves_it():
    assert feature_map_sides(28, 3, 7, "first", "same") == (28, 14)


def test_valid_padding_shrinks_feature_maps_with_dilation():
    """By hand: 28 - 14 = 14, pooled to 7, minus 2 is 5."""
    assert feature_map_sides(28, 3, 7, "first", "valid") == (14, 5)


def test_feature_maps_vanish_sooner_if_every_layer_is_dilated_under_valid_padding():
    with pytest.raises(ValueError, match="valid padding"):
        feature_map_sides(28, 3, 5, "all", "valid")
