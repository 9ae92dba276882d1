"""The stage `train`: what digits a replicate is trained on."""

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Train, parse_settings
from kernel_dilation.model import network
from kernel_dilation.training import loop
from stages.train import train_replicate

import numpy as np
import pytest
from changed_parameters import changed

SETTINGS = parse_settings(changed(train__batch_size=4))
DIGITS = {
    "x_train": np.zeros((8, 28, 28), np.uint8), "y_train": np.arange(8), "x_validation": np.zeros((4, 28, 28), np.uint8),
    "y_validation": np.arange(8, 12), "x_test": np.zeros((3, 28, 28), np.uint8), "y_test": np.arange(3),
}  # fmt: skip


@pytest.fixture
def splits(monkeypatch):
    """Return a function that gives the labels that an arm's replicate is trained on, and those that it is validated on."""
    received = []
    monkeypatch.setattr(network, "use_one_thread", lambda: None)  # only a new process can be restricted to one thread
    monkeypatch.setattr(loop, "train_network", lambda architecture, schedule, digits, *rest: received.append(digits))

    def split(arm: Arm, train: Train, replicate: int) -> tuple[list[int], list[int]]:
        train_replicate(DIGITS, arm, SETTINGS.network, train, SETTINGS.data.seed, replicate)
        return received[-1]["y_train"].tolist(), received[-1]["y_validation"].tolist()

    return split


def test_a_replicate_has_the_same_split_in_every_arm_and_another_than_other_replicates(splits):
    one, paired, other = (
        splits(Arm(1, 3, "max"), SETTINGS.train, 0),
        splits(Arm(4, 5, "average"), SETTINGS.train, 0),
        splits(Arm(1, 3, "max"), SETTINGS.train, 1),
    )
    assert one == paired != other
    assert sorted(one[0] + one[1]) == list(range(12))
    assert len(one[1]) == 4


def test_without_resplit_all_replicates_have_the_split_of_the_digits_file(splits):
    train = SETTINGS.train.model_copy(update={"resplit": False})
    assert splits(Arm(1, 3, "max"), train, 0) == splits(Arm(1, 3, "max"), train, 1) == (list(range(8)), list(range(8, 12)))
