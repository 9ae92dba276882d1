from kernel_dilation.learning_worlds.planted_textures import draw_class_kernels, filter_noise, generate_textures

import numpy as np
import pytest


def correlation(images: np.ndarray, down: int, right: int) -> float:
    """Return the mean product of each pixel with the one `down` rows below and `right` columns to the right."""
    return float((images[:, down:, right:] * images[:, : 28 - down, : 28 - right]).mean())


def test_classes_differ_neither_in_brightness_nor_in_contrast():
    kernels = draw_class_kernels(np.random.default_rng(0))
    np.testing.assert_allclose(kernels.sum(axis=(1, 2)), 0, atol=1e-12)
    np.testing.assert_allclose((kernels**2).sum(axis=(1, 2)), 1)


def test_textures_are_correlated_at_their_dilation_only():
    """Analytic: with taps +a and -a side by side at dilation 3, pixels 3 apart correlate at -a² = -1/2, all others at 0."""
    kernel = np.array([[0, 0, 0], [1, -1, 0], [0, 0, 0]]) / np.sqrt(2)
    images = filter_noise(np.stack([kernel] * 400), 3, np.random.default_rng(0))
    assert correlation(images, 0, 0) == pytest.approx(1, abs=0.01)
    assert correlation(images, 0, 3) == pytest.approx(-0.5, abs=0.01)
    for down, right in ((0, 1), (0, 2), (0, 4), (0, 6), (3, 0), (3, 3)):
        assert correlation(images, down, right) == pytest.approx(0, abs=0.01)


def test_edges_are_as_noisy_as_the_middle():
    kernels = draw_class_kernels(np.random.default_rng(1))
    images = filter_noise(np.repeat(kernels, 100, axis=0), 5, np.random.default_rng(2))
    assert images[:, 0].std() == pytest.approx(1, abs=0.02)
    assert images[:, :, -1].std() == pytest.approx(1, abs=0.02)


def test_all_classes_are_equally_frequent():
    textures = generate_textures(2, 0, 100, 50, 0)
    assert {name: values.shape for name, values in textures.items()} == {
        "x_train": (100, 28, 28), "y_train": (100,), "x_validation": (50, 28, 28), "y_validation": (50,),
    }  # fmt: skip
    assert np.bincount(textures["y_train"]).tolist() == [10] * 10
    assert np.bincount(textures["y_validation"]).tolist() == [5] * 10
    assert textures["x_train"].dtype == np.float32


def test_textures_are_reproducible_and_differ_between_sets():
    first, again, other = (generate_textures(2, texture, 20, 10, 0) for texture in (0, 0, 1))
    assert all(np.array_equal(first[name], again[name]) for name in first)
    assert not np.array_equal(first["x_train"], other["x_train"])


def test_training_and_validation_textures_share_kernels_but_not_noise():
    textures = generate_textures(4, 0, 2000, 2000, 0)
    of_class = [textures[f"x_{part}"][textures[f"y_{part}"] == 3] for part in ("train", "validation")]
    assert correlation(of_class[0], 4, 0) == pytest.approx(correlation(of_class[1], 4, 0), abs=0.02)
    assert not np.array_equal(textures["x_train"], textures["x_validation"])


def test_a_planted_dilation_of_zero_is_refused():
    with pytest.raises(ValueError, match="planted dilation must be at least 1; got 0"):
        generate_textures(0, 0, 10, 10, 0)
