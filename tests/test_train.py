"""The stage `train`: what digits a replicate is trained on."""

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import Train, parse_settings
from kernel_dilation.model import network
from kernel_dilation.stacked_training import stacked_loop
from kernel_dilation.training import loop
from stages.train import group_replicates, train_replicates

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
        train_replicates(DIGITS, arm, SETTINGS.network, train, SETTINGS.data.seed, [replicate])
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


def test_networks_at_once_divides_the_replicates_among_jobs():
    """By hand: 8 replicates, 3 at once."""
    train = SETTINGS.train.model_copy(update={"replicates": 8, "networks_at_once": 3})
    assert group_replicates(train) == {"replicate-00": [0, 1, 2], "replicate-03": [3, 4, 5], "replicate-06": [6, 7]}


def test_replicates_that_are_trained_together_have_the_splits_that_they_have_alone(monkeypatch, splits):
    received = []
    monkeypatch.setattr(stacked_loop, "train_networks", lambda architecture, schedule, digits, *rest: received.extend(digits))
    arm = Arm(1, 3, "max")
    alone = [splits(arm, SETTINGS.train, replicate)[0] for replicate in (4, 5)]
    train_replicates(DIGITS, arm, SETTINGS.network, SETTINGS.train, SETTINGS.data.seed, [4, 5])
    assert [digits["y_train"].tolist() for digits in received] == alone
