"""Taps that meet the image. Oracle: by hand, and counting one pair after another."""

from kernel_dilation.analysis.tap_coverage import lattice_offsets, share_of_ink_on_map, share_of_taps_inside, tap_coverage_table
from kernel_dilation.model.random_taps import draw_tap_places

import numpy as np
import pytest


@pytest.mark.parametrize(
    ("kernel_size", "dilation", "share"),
    [(3, 1, (82 / 84) ** 2), (3, 7, (70 / 84) ** 2), (5, 7, (98 / 140) ** 2)],
)
def test_the_share_of_taps_on_the_image_is_counted(kernel_size, dilation, share):
    """By hand: along one side of 28 outputs and 3 taps, a tap 7 pixels away leaves the image at 7 outputs, hence 84 - 14 of 84 pairs."""
    assert share_of_taps_inside(lattice_offsets(kernel_size, dilation), 28, "same") == pytest.approx(share)


def test_with_valid_padding_every_tap_is_on_the_image():
    assert share_of_taps_inside(lattice_offsets(5, 3), 28, "valid") == 1


@pytest.mark.parametrize("padding", ["same", "valid"])
@pytest.mark.parametrize("offsets", [lattice_offsets(3, 4), lattice_offsets(5, 3), draw_tap_places(3, 6, 0) - 6], ids=["k3", "k5", "random"])
def test_shares_agree_with_counting_all_pairs(offsets, padding):
    ink = np.random.default_rng(0).random((28, 28))
    margin = np.abs(offsets).max() if padding == "valid" else 0
    on_map = met = inside = outputs = 0.0
    for row in range(28):
        for column in range(28):
            is_output = margin <= row < 28 - margin and margin <= column < 28 - margin
            for down, right in offsets:
                met += ink[row, column]
                on_map += ink[row, column] * (margin <= row - down < 28 - margin and margin <= column - right < 28 - margin)
                outputs += is_output
                inside += is_output and 0 <= row + down < 28 and 0 <= column + right < 28
    assert share_of_ink_on_map(offsets, ink, padding) == pytest.approx(on_map / met)
    assert share_of_taps_inside(offsets, 28, padding) == pytest.approx(inside / outputs)


def test_ink_in_the_middle_meets_every_tap_until_the_kernel_is_too_wide():
    """By hand: from the centre pixel 14, a tap 14 pixels to the right meets output 0, and one 14 to the left output 28, which is off the map."""
    ink = np.zeros((28, 28))
    ink[14, 14] = 2.0
    assert share_of_ink_on_map(lattice_offsets(5, 6), ink, "same") == 1
    assert share_of_ink_on_map(lattice_offsets(5, 7), ink, "same") == pytest.approx((4 / 5) ** 2)


def test_the_table_has_a_row_for_each_kernel():
    table = tap_coverage_table([3, 5], [1, 7], np.ones((28, 28)), "same")
    assert table[["kernel_size", "dilation", "taps", "extent"]].to_numpy().tolist() == [[3, 1, 9, 3], [3, 7, 9, 15], [5, 1, 25, 5], [5, 7, 25, 29]]
    np.testing.assert_allclose(table["ink_on_map"], table["taps_inside"])  # ink everywhere: the same pairs, counted from the other end


def test_random_taps_lie_nearer_to_the_centre_than_a_lattice_but_farther_than_without_the_rule_of_four_sides():
    """By hand, at dilation 7: a lattice has sqrt(12 / 9) * 7 = 8.08 pixels, random places have sqrt(8 / 9 * 225 / 224 * 2 * 224 / 12) = 5.77."""
    lattice = np.sqrt((lattice_offsets(3, 7) ** 2).sum(1).mean())
    random = np.sqrt(np.mean([((draw_tap_places(3, 7, seed) - 7) ** 2).sum(1).mean() for seed in range(300)]))
    assert lattice == pytest.approx(8.083, abs=0.001)
    assert 5.77 < random < lattice
    assert random == pytest.approx(6.6, abs=0.15)  # as the docstring of `draw_tap_places` says
