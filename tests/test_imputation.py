from kernel_dilation.explanations.imputation import NOISE, impute, neighbours, solve_missing_pixels

import numpy as np
import pytest

IMAGES = np.random.default_rng(0).random((3, 28, 28)).astype(np.float32)


def missing_share(share, count=3, seed=0):
    return np.random.default_rng(seed).random((count, 28, 28)) < share


def dense_solution(image, missing):
    """Solve the same equations, set up pixel by pixel, by numpy's dense solver."""
    height, width = image.shape
    matrix, right = np.eye(height * width), np.where(missing, 0, image).ravel().astype(float)
    for row, column in np.argwhere(missing):
        around = [
            (row + down, column + across, 1 / 6 if down == 0 or across == 0 else 1 / 12)
            for down in (-1, 0, 1)
            for across in (-1, 0, 1)
            if (down or across) and 0 <= row + down < height and 0 <= column + across < width
        ]
        for other_row, other_column, weight in around:
            matrix[row * width + column, other_row * width + other_column] = -weight / sum(weight for *_, weight in around)
    return np.linalg.solve(matrix, right).reshape(image.shape)


@pytest.mark.parametrize("share", [0.05, 0.5, 0.95])
def test_missing_pixels_are_the_weighted_means_of_their_neighbours(share):
    """Oracle: numpy.linalg.solve (numpy 2.4) on equations set up pixel by pixel."""
    missing = missing_share(share)
    for image, gone, found in zip(IMAGES, missing, solve_missing_pixels(IMAGES, missing)):
        np.testing.assert_allclose(found, dense_solution(image, gone), atol=1e-10)


def test_a_plane_is_imputed_exactly():
    """Oracle: analytic; on a plane every pixel away from the border is the weighted mean of its neighbours."""
    rows, columns = np.indices((28, 28))
    plane = (0.3 * rows - 0.2 * columns + 1)[None]
    missing = np.zeros((1, 28, 28), bool)
    missing[0, 3:25, 4:20] = True
    np.testing.assert_allclose(solve_missing_pixels(np.where(missing, 0, plane), missing), plane, atol=1e-10)


def test_imputed_values_do_not_depend_on_the_missing_ones():
    missing = missing_share(0.4)
    np.testing.assert_allclose(solve_missing_pixels(IMAGES, missing), solve_missing_pixels(np.where(missing, 7, IMAGES), missing), atol=1e-10)


def test_known_pixels_are_unchanged_and_imputed_ones_are_noisy():
    missing = missing_share(0.5)
    filled = impute(IMAGES, missing, seed=3)
    np.testing.assert_array_equal(filled[~missing], IMAGES[~missing])
    noise = (filled - solve_missing_pixels(IMAGES, missing))[missing]
    assert noise.std() == pytest.approx(NOISE, rel=0.1)


def test_noise_depends_on_the_seed_and_not_on_other_images():
    missing = missing_share(0.5)
    one, same, other = (impute(IMAGES, missing, seed) for seed in (0, 0, 1))
    assert one.tobytes() == same.tobytes()
    assert np.abs(one - other).max() > 0
    np.testing.assert_array_equal(impute(IMAGES[1:2], missing[1:2], 0)[0], one[1])


def test_an_image_without_missing_pixels_is_unchanged():
    np.testing.assert_array_equal(impute(IMAGES, np.zeros((3, 28, 28), bool), 0), IMAGES)


def test_stacks_give_the_same_result_as_single_images():
    images, missing = np.repeat(IMAGES, 30, 0), missing_share(0.3, 90)
    np.testing.assert_array_equal(impute(images, missing, 0)[70], impute(images[70:71], missing[70:71], 0)[0])


def test_an_image_with_all_pixels_missing_is_refused():
    missing = missing_share(0.5)
    missing[1] = True
    with pytest.raises(ValueError, match=r"at least one pixel of every image must be left; image 1 has none"):
        impute(IMAGES, missing, 0)


def test_inner_pixels_have_eight_neighbours_with_weights_that_sum_to_one():
    firsts, seconds, weights = neighbours(28, 28)
    counts = np.bincount(np.concatenate([firsts, seconds]), minlength=784).reshape(28, 28)
    totals = np.bincount(np.concatenate([firsts, seconds]), np.tile(weights, 2), 784).reshape(28, 28)
    assert set(counts[1:-1, 1:-1].ravel()) == {8}
    assert (counts[0, 0], counts[0, 5]) == (3, 5)
    np.testing.assert_allclose(totals[1:-1, 1:-1], 1)
