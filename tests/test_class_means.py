from kernel_dilation.map_metrics.class_means import class_mean_metrics, correlations, own_less_others, smooth_sizes, start_similarity

import numpy as np
import pytest

RANDOM = np.random.default_rng(0)


def bars() -> np.ndarray:
    """Return ten class means: a vertical bar at ten places."""
    means = np.zeros((10, 28, 28))
    for place, mean in enumerate(means):
        mean[4:24, 2 * place + 4 : 2 * place + 6] = 1
    return means


def test_correlations_are_pearsons():
    """Oracle: numpy.corrcoef (numpy 2.4)."""
    first, second = RANDOM.normal(size=(3, 28, 28)), RANDOM.normal(size=(4, 28, 28))
    expected = np.corrcoef(first.reshape(3, -1), second.reshape(4, -1))[:3, 3:]
    np.testing.assert_allclose(correlations(first, second), expected)
    np.testing.assert_allclose(correlations(1e-30 * first, 1e300 * second), expected)


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e30])
def test_a_constant_map_has_zero_correlation(constant):
    assert not correlations(np.full((1, 28, 28), constant), RANDOM.normal(size=(2, 28, 28))).any()


def test_the_correlation_of_a_map_with_itself_is_one_and_with_its_negative_minus_one():
    maps = RANDOM.normal(size=(1, 28, 28))
    assert correlations(maps, maps * 3 + 1).item() == pytest.approx(1)
    assert correlations(maps, -maps).item() == pytest.approx(-1)


def test_own_less_others_by_hand():
    np.testing.assert_allclose(own_less_others(np.array([[5.0, 1, 3], [0, 2, 0], [1, 1, 1]])), [3, 2, 0])


def test_a_model_of_every_class_at_once_resembles_its_own_class_but_not_more_than_others():
    """By construction: the sum of all class means correlates equally with each."""
    means = bars()
    metrics = class_mean_metrics(np.repeat(means.sum(0, keepdims=True), 10, 0), means)
    assert metrics["class_mean_correlation"].min() > 0.2
    np.testing.assert_allclose(metrics["class_mean_contrast"], 0, atol=1e-12)
    own = class_mean_metrics(means, means)
    np.testing.assert_allclose(own["class_mean_correlation"], 1)
    assert own["class_mean_contrast"].min() > 1


def test_alternating_signs_cancel_in_the_signed_contrast_and_count_in_the_unsigned_one():
    """By construction: each bar consists of a positive and a negative line, as an edge does."""
    means = bars()
    signs = np.where(np.arange(28) % 2, -1.0, 1.0)
    metrics = class_mean_metrics(means * signs, means)
    np.testing.assert_allclose(metrics["class_mean_correlation"], 0, atol=1e-12)
    assert metrics["class_mean_contrast_unsigned"].min() > 0.8


def test_noise_has_no_contrast():
    models = RANDOM.normal(size=(10, 28, 28))
    for name, values in class_mean_metrics(models, bars()).items():
        assert abs(values.mean()) < 0.05, name


def test_smoothing_preserves_the_sum_of_absolute_values_away_from_the_border():
    dot = np.zeros((1, 28, 28))
    dot[0, 14, 14] = -3
    assert smooth_sizes(dot).sum() == pytest.approx(3)
    assert smooth_sizes(dot)[0, 14, 15] / smooth_sizes(dot)[0, 14, 14] == pytest.approx(np.exp(-0.5), abs=0.01)


def test_start_similarity_is_the_mean_correlation_with_the_first_start():
    """By hand: one of the two other starts is the same image, the other its negative for class 1."""
    first = RANDOM.normal(size=(2, 28, 28))
    starts = np.stack([first, first, first * np.array([1, -1])[:, None, None]])
    np.testing.assert_allclose(start_similarity(starts), [1, 0], atol=1e-12)
    assert np.isnan(start_similarity(starts[:1])).all()


def test_models_that_are_not_finite_are_refused():
    with pytest.raises(ValueError, match="map 0 contains nan"):
        class_mean_metrics(np.full((10, 28, 28), np.nan), bars())
