import io
import zipfile

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.model.network import Architecture, keras_network

import keras
import numpy as np
import pytest


def test_weights_are_those_that_keras_reads(tmp_path):
    """Oracle: keras.models.load_model (Keras 3.15)."""
    path = tmp_path / "network.keras"
    keras_network(Architecture(Arm(2, 5, "average"), channels=(3, 4), dense=5), seed=7).save(path)
    found, expected = read_weights(path.read_bytes()), keras.models.load_model(path).get_weights()
    assert len(found) == len(expected) == 8
    for one, other in zip(found, expected):
        np.testing.assert_array_equal(one, other)


def test_a_trained_and_compiled_network_is_read_as_well(tmp_path):
    path = tmp_path / "network.keras"
    model = keras_network(Architecture(Arm(1, 3, "max"), channels=(3, 4), dense=5), seed=7)
    model.compile("adam", "mse")
    model.fit(np.zeros((2, 28, 28, 1)), np.zeros((2, 10)), verbose=0)
    model.save(path)
    np.testing.assert_array_equal(read_weights(path.read_bytes())[6], model.get_weights()[6])


@pytest.mark.parametrize("content", [b"", b"no archive", b"PK\x03\x04 and no more"])
def test_what_is_no_keras_file_is_refused(content):
    with pytest.raises(ValueError, match=r"a network.s file must be a \.keras file"):
        read_weights(content)


def test_another_network_is_refused(tmp_path):
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
