from kernel_dilation.experiment.arms import Arm, grid_arms, parse_arm

import pytest


def test_the_name_of_an_arm_can_be_parsed():
    assert Arm(2, 3, "max").name == "2-3-max"
    assert parse_arm("2-3-max") == Arm(2, 3, "max")


@pytest.mark.parametrize("name", ["2-3", "2-3-max-1", "two-3-max", "", "-2-3-max"])
def test_a_malformed_name_of_an_arm_is_refused(name):
    with pytest.raises(ValueError, match="dilation-kernel_size-pooling"):
        parse_arm(name)


def test_the_grid_has_every_combination_with_the_dilation_varying_slowest():
    assert [arm.name for arm in grid_arms([1, 2], [3], ["max", "average"])] == ["1-3-max", "1-3-average", "2-3-max", "2-3-average"]
