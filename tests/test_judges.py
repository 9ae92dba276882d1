from kernel_dilation.arm_comparison.judges import JUDGES, JudgeOpinion, as_rows, both_views, judge_images, judge_table
from kernel_dilation.map_metrics.class_means import smooth_sizes

import numpy as np
import pandas as pd
import pytest
from small_networks import digits


@pytest.fixture(scope="module")
def split() -> dict[str, np.ndarray]:
    images, classes = digits()
    return {"x_train": images[:1500], "y_train": classes[:1500], "x_test": images[4500:], "y_test": classes[4500:]}


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_recognises_digits_whatever_their_contrast_and_brightness(judge, split):
    shown = split["x_test"][:50]
    opinion = judge_images(split, shown, judge, seed=0)
    assert opinion["accuracy"] > 0.85
    assert opinion["probabilities"].shape == (50, 10)
    np.testing.assert_allclose(opinion["probabilities"].sum(1), 1, rtol=1e-5)
    dimmed = judge_images(split, shown * 1e-3 - 0.4, judge, seed=0)
    np.testing.assert_allclose(dimmed["probabilities"], opinion["probabilities"], atol=1e-3)
    assert (opinion["probabilities"].argmax(1) == split["y_test"][:50]).mean() > 0.8


@pytest.mark.parametrize("judge", JUDGES)
def test_a_judge_is_reproducible(judge, split):
    once, twice = (judge_images(split, split["x_test"][:20], judge, seed=1) for _ in range(2))
    assert once["probabilities"].tobytes() == twice["probabilities"].tobytes()


def test_the_neighbours_are_those_of_the_highest_correlation(split):
    """Oracle: numpy.corrcoef of the pixels, the ten largest."""
    shown = split["x_test"][:5]
    correlations = np.corrcoef(shown.reshape(5, -1), split["x_train"].reshape(1500, -1))[:5, 5:]
    nearest = split["y_train"][np.argsort(-correlations, 1)[:, :10]]
    expected = np.stack([(nearest == label).mean(1) for label in range(10)], 1)
    np.testing.assert_allclose(judge_images(split, shown, "neighbours", seed=0)["probabilities"], expected)


def test_noise_is_recognised_by_no_judge(split):
    noise = np.random.default_rng(0).normal(size=(200, 28, 28))
    labels = pd.DataFrame({"class": np.arange(200) % 10})
    for judge in JUDGES:
        table = judge_table(labels, {judge: judge_images(split, both_views(noise), judge, seed=0)})
        assert table[f"{judge}_confidence"].mean() == pytest.approx(0.1, abs=0.05)


def test_both_views_are_the_images_and_their_smoothed_absolute_values():
    models = np.random.default_rng(0).normal(size=(3, 28, 28))
    np.testing.assert_array_equal(both_views(models), np.concatenate([models, smooth_sizes(models)]))


def test_the_table_has_the_probability_of_the_class_in_both_views():
    """By hand: two class models, of classes 1 and 0, and their unsigned views."""
    probabilities = np.zeros((4, 10))
    probabilities[:, 0], probabilities[:, 1] = [0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.6]
    table = judge_table(pd.DataFrame({"class": [1, 0]}), {"dense": JudgeOpinion(accuracy=0.9, probabilities=probabilities)})
    assert table["dense_confidence"].tolist() == [0.5, 0.2]
    assert table["dense_confidence_unsigned"].tolist() == [0.7, 0.4]


def test_a_constant_image_has_a_row_of_zeros():
    assert not as_rows(np.full((1, 28, 28), 0.3)).any()


def test_an_unknown_judge_is_refused(split):
    with pytest.raises(ValueError, match="neighbours, dense; got 'oracle'"):
        judge_images(split, split["x_test"][:1], "oracle", seed=0)
