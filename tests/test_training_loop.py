import io
import zipfile

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.model.network import Architecture, keras_network, logits
from kernel_dilation.training.loop import (
    Schedule,
    Trainer,
    batch_order,
    mean_loss_and_accuracy,
    one_cycle,
    scale_pixels,
    shift_batch,
    train_and_validate,
    train_network,
)

import keras
import numpy as np
import pytest
import tensorflow as tf

ARCHITECTURE = Architecture(Arm(2, 3, "max"), channels=(4, 6), dense=8)
SCHEDULE = Schedule(epochs=8, batch_size=20, learning_rate=0.01)


def digits(n: int = 200) -> dict[str, np.ndarray]:
    """Draw images of bright squares whose position encodes the class, which is easy to learn."""
    labels = np.arange(n, dtype=np.uint8) % 10
    images = np.random.default_rng(0).integers(0, 30, (n, 28, 28)).astype(np.uint8)
    for image, label in zip(images, labels):
        row, column = divmod(int(label), 4)
        image[row * 8 : row * 8 + 8, column * 7 : column * 7 + 7] = 220
    splits = {"train": slice(0, n // 2), "validation": slice(n // 2, 3 * n // 4), "test": slice(3 * n // 4, n)}
    return {f"{axis}_{name}": values[part] for name, part in splits.items() for axis, values in (("x", images), ("y", labels))}


@pytest.fixture(scope="module")
def result():
    return train_network(ARCHITECTURE, SCHEDULE, digits(), seed=0, replicate=1)


def test_training_learns(result):
    assert result["history"][-1, 0] < result["history"][0, 0]
    assert (result["logits"].argmax(1) == digits()["y_test"]).mean() > 0.8


def test_the_saved_network_gives_the_same_logits_in_keras(result, tmp_path):
    (tmp_path / "network.keras").write_bytes(result["network"])
    network = keras.models.load_model(tmp_path / "network.keras")
    np.testing.assert_allclose(network(scale_pixels(digits()["x_test"])), result["logits"], atol=1e-4)


def test_the_same_seed_gives_the_same_bytes_and_another_replicate_gives_others(result):
    again = train_network(ARCHITECTURE, SCHEDULE, digits(), seed=0, replicate=1)
    other = train_network(ARCHITECTURE, SCHEDULE, digits(), seed=0, replicate=2)
    assert again["network"] == result["network"]
    assert np.array_equal(again["history"], result["history"])
    assert other["network"] != result["network"]


def test_network_files_contain_no_date_of_writing(result):
    with zipfile.ZipFile(io.BytesIO(result["network"])) as archive:
        assert {entry.date_time for entry in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_progress_is_reported_after_every_epoch():
    epochs = []
    train_network(ARCHITECTURE, SCHEDULE, digits(), 0, 0, lambda epoch, loss: epochs.append(epoch))
    assert epochs == list(range(1, SCHEDULE.epochs + 1))


def test_compiled_steps_match_keras_adam():
    """Oracle: keras.optimizers.Adam on the same batches, three steps."""
    data, rates = digits(), np.array([0.01, 0.02, 0.005], np.float32)
    images, labels = tf.constant(data["x_train"]), tf.constant(data["y_train"], tf.int32)
    order = batch_order(100, 20, (0,))[:3]
    loop = Trainer(ARCHITECTURE, SCHEDULE)
    network = keras_network(ARCHITECTURE, 3)
    loop.start([weight.value for weight in network.weights])
    loop.epoch(images, labels, tf.constant(order), tf.constant(rates), tf.zeros((3, 2), tf.int32))
    adam = keras.optimizers.Adam()
    for batch, rate in zip(order, rates):
        with tf.GradientTape() as tape:
            outputs = network(scale_pixels(tf.gather(images, batch)))
            loss = tf.reduce_mean(keras.losses.sparse_categorical_crossentropy(tf.gather(labels, batch), outputs, from_logits=True))
        adam.learning_rate = rate
        adam.apply(tape.gradient(loss, [weight.value for weight in network.weights]), network.trainable_weights)
    for compiled, expected in zip(loop.weights, network.weights):
        np.testing.assert_allclose(compiled, expected, atol=2e-5)


def test_diverging_training_is_refused_with_arm_replicate_epoch_and_remedy():
    with pytest.raises(ValueError, match=r"arm 2-3-max, replicate 0, epoch \d: the loss is (nan|inf)\. Lower train.learning_rate, now 1e\+38"):
        train_network(ARCHITECTURE, Schedule(3, 20, 1e38), digits(), 0, 0)


def test_a_batch_larger_than_the_training_set_is_refused():
    with pytest.raises(ValueError, match="at most the number of training digits, 100; got 101"):
        train_network(ARCHITECTURE, Schedule(1, 101, 0.01), digits(), 0, 0)


def test_the_learning_rate_rises_to_its_peak_and_falls_to_nearly_zero():
    """By hand: of 10 steps, 3 rise from 1/25 of the peak; the cosine starts at the peak."""
    rates = one_cycle(10, 2.0)
    np.testing.assert_allclose(rates[[0, 3]], [0.08, 2.0])
    assert np.all(np.diff(rates[:4]) > 0)
    assert np.all(np.diff(rates[3:]) < 0)
    assert rates[-1] < 0.15


def test_every_digit_occurs_at_most_once_in_an_epoch():
    order = batch_order(103, 10, (1, 2))
    assert order.shape == (10, 10)
    assert len(set(order.ravel())) == 100
    assert not np.array_equal(order, batch_order(103, 10, (1, 3)))


@pytest.mark.parametrize("shift", [(1, 0), (-1, 2), (0, -2)])
def test_a_shift_moves_the_image_and_fills_with_black(shift):
    """Oracle: numpy.roll on an image in which nothing wraps around."""
    image = np.zeros((1, 28, 28, 1), np.float32)
    image[0, 10:15, 8:12] = 1
    np.testing.assert_array_equal(shift_batch(tf.constant(image), tf.constant(shift), 2), np.roll(image, shift, (1, 2)))


def test_loss_and_accuracy_match_the_softmax():
    """By hand: two equal logits give a loss of ln 2; the second prediction is wrong."""
    outputs = np.full((2, 10), -1e9, np.float32)
    outputs[:, :2] = 1000.0
    loss, accuracy = mean_loss_and_accuracy(outputs, np.array([0, 1]))
    assert loss == pytest.approx(np.log(2))
    assert accuracy == 0.5


def test_the_compiled_loop_predicts_the_same_logits_as_the_functions():
    loop = Trainer(ARCHITECTURE, SCHEDULE)
    network = keras_network(ARCHITECTURE, 3)
    loop.start([weight.value for weight in network.weights])
    images = digits(2000)["x_test"]
    whole = logits([weight.value for weight in network.weights], scale_pixels(images), ARCHITECTURE)
    np.testing.assert_allclose(loop.predict(images), whole, atol=1e-5)


def test_a_network_that_is_not_kept_has_the_history_of_one_that_is():
    """Oracle: the first and the last row of `train_network`, whose columns are loss, accuracy, and both on validation images."""
    history = train_network(ARCHITECTURE, SCHEDULE, digits(), seed=5, replicate=0)["history"]
    assert train_and_validate(ARCHITECTURE, SCHEDULE, digits(), seed=5) == (history[-1, 2], history[-1, 3], history[0, 0])
