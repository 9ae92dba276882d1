import io
import zipfile

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.network import Architecture, keras_network

import keras
import numpy as np
import pytest


def test_weights_equal_those_read_by_keras(tmp_path):
    """Oracle: keras.models.load_model (Keras 3.15)."""
    path = tmp_path / "network.keras"
    keras_network(Architecture(Arm(2, 5, "average"), channels=(3, 4), dense=5), seed=7).save(path)
    weights, expected = read_weights(path.read_bytes()), keras.models.load_model(path).get_weights()
    assert len(weights) == len(expected) == 8
    for weight, expected_weight in zip(weights, expected):
        np.testing.assert_array_equal(weight, expected_weight)


def test_compiled_and_trained_networks_can_be_read_too(tmp_path):
    path = tmp_path / "network.keras"
    model = keras_network(Architecture(Arm(1, 3, "max"), channels=(3, 4), dense=5), seed=7)
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 28, 28, 1)), np.zeros((2, 10)), verbose=0)
    model.save(path)
    np.testing.assert_array_equal(read_weights(path.read_bytes())[6], model.get_weights()[6])


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 and no more"])
def test_a_file_that_is_not_a_keras_file_is_refused(content):
    with pytest.raises(ValueError, match=r"a network.s file must be a \.keras file"):
        read_weights(content)


def test_a_network_with_other_layers_is_refused(tmp_path):
    path = tmp_path / "other.keras"
    keras.Sequential([keras.Input((4,)), keras.layers.Dense(3)]).save(path)
    with pytest.raises(ValueError, match=r"with the layers conv2d, conv2d_1, dense, dense_1"):
        read_weights(path.read_bytes())


def test_an_archive_without_weights_is_refused():
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("config.json", "{}")
    with pytest.raises(ValueError, match="a network's file must be"):
        read_weights(packed.getvalue())
