from kernel_dilation.model.cross_recognition import confidence_in, cross_recognition_table, mean_of_others, recognition

import numpy as np

PROBABILITIES = np.zeros((3, 12, 2))  # networks, models, classes; the models are of 2 arms, 3 replicates and 2 classes
PROBABILITIES[..., 0] = np.linspace(0, 1, 36).reshape(3, 12)
PROBABILITIES[..., 1] = 1 - PROBABILITIES[..., 0]


def test_confidence_is_the_probability_of_the_class_of_the_model():
    labels = np.arange(12) % 2
    expected = np.where(labels == 0, PROBABILITIES[..., 0], PROBABILITIES[..., 1])
    np.testing.assert_array_equal(confidence_in(PROBABILITIES, labels), expected)
    np.testing.assert_array_equal(recognition(PROBABILITIES, labels), expected > 0.5)


def test_a_network_is_not_asked_about_its_own_model():
    """By hand: network 1 made model 0; none of the three made model 1."""
    answers = np.array([[1.0, 1.0], [100.0, 2.0], [3.0, 6.0]])
    assert mean_of_others(answers, np.array([1, -1])).tolist() == [2, 3]
    assert mean_of_others(answers > 2, np.array([1, -1])).tolist() == [0.5, 1 / 3]


def test_without_other_networks_the_mean_is_nan():
    assert np.isnan(mean_of_others(np.ones((1, 2)), np.array([0, 0]))).all()


def test_the_table_has_one_row_per_model_and_excludes_its_maker():
    """By hand, row by row."""
    table = cross_recognition_table(PROBABILITIES, "b", ["a", "b"], (2, 3, 2))
    assert list(table.columns) == ["source", "source_replicate", "target", "class", "confidence", "recognised"]
    assert table["source"].tolist() == ["a"] * 6 + ["b"] * 6
    assert table["source_replicate"].tolist() == [0, 0, 1, 1, 2, 2] * 2
    assert table["class"].tolist() == [0, 1] * 6
    assert set(table["target"]) == {"b"}
    answers = confidence_in(PROBABILITIES, np.arange(12) % 2)
    assert table["confidence"][3] == np.mean(answers[:, 3])
    assert table["confidence"][9] == np.mean(answers[[0, 2], 9])  # of arm b, replicate 1
    assert table["recognised"][9] == np.mean(answers[[0, 2], 9] > 0.5)
