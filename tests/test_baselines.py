from kernel_dilation.map_metrics.baselines import baseline_maps, edge_maps

import numpy as np


def test_the_edge_map_of_a_step_by_hand():
    """By hand: the Sobel kernel has the weights 1, 2, 1 across the edge, so a step of 1 has a magnitude of 4 on either side."""
    step = np.zeros((1, 28, 28), np.float32)
    step[..., 14:] = 1
    expected = np.zeros((28, 28))
    expected[:, 13:15] = 4
    np.testing.assert_allclose(edge_maps(step)[0], expected)
    np.testing.assert_allclose(edge_maps(step.transpose(0, 2, 1))[0], expected.T)


def test_the_edges_of_an_image_do_not_depend_on_the_other_images():
    images = np.random.default_rng(0).random((3, 28, 28), np.float32)
    np.testing.assert_array_equal(edge_maps(images)[1:2], edge_maps(images[1:2]))


def test_a_flat_image_has_no_edges():
    assert not edge_maps(np.full((2, 28, 28), 0.7, np.float32)).any()


def test_the_baselines_are_the_image_and_its_edges():
    images = np.random.default_rng(0).random((3, 28, 28), np.float32)
    maps = baseline_maps(images)
    assert {name: (stack.shape, stack.dtype) for name, stack in maps.items()} == dict.fromkeys(["image", "edges"], (images.shape, images.dtype))
    np.testing.assert_array_equal(maps["image"], images)
