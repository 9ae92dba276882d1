"""Debiased CKA between networks, compared with the published formula, and its comparison with the noise floor."""

from itertools import product

from kernel_dilation.analysis.representation_analysis import representation_analysis
from kernel_dilation.arm_comparison.representation_job import represent_digits
from kernel_dilation.arm_comparison.representation_similarity import centred_products, cka_table
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.model.network import build_architecture, initial_weights, keras_network
from kernel_dilation.report.representation_table import representation_sentences
from stages.analyze import read_representations

import keras
import numpy as np
import pandas as pd
import pytest
from changed_parameters import changed
from made_up_comparisons import representation_rows
from small_networks import random_weights, strokes

GENERATOR = np.random.default_rng(0)
SETTINGS = parse_settings(changed(dilations=[1, 2, 3], kernel_sizes=[3], poolings=["max", "average"], train__replicates=8, analyze__resamples=200))


def unbiased_hsic(first: np.ndarray, second: np.ndarray) -> float:
    """Return the unbiased estimate of HSIC, written out from Song et al. (2012), equation 5, for matrices of inner products."""
    count, ones = len(first), np.ones(len(first))
    first, second = (matrix - np.diag(np.diag(matrix)) for matrix in (first, second))
    total = np.trace(first @ second) + (ones @ first @ ones) * (ones @ second @ ones) / ((count - 1) * (count - 2))
    return float((total - 2 / (count - 2) * (ones @ first @ second @ ones)) / (count * (count - 3)))


def debiased_cka(first: np.ndarray, second: np.ndarray) -> float:
    """Return debiased CKA of two representations, from three estimates of HSIC."""
    first, second = first @ first.T, second @ second.T
    return unbiased_hsic(first, second) / np.sqrt(unbiased_hsic(first, first) * unbiased_hsic(second, second))


def test_the_product_of_centred_products_is_debiased_cka():
    first = GENERATOR.normal(size=(12, 5)) + 3
    second = first @ GENERATOR.normal(size=(5, 7)) + GENERATOR.normal(size=(12, 7))
    expected = debiased_cka(first, second)
    assert 0.2 < expected < 0.95
    assert centred_products(first) @ centred_products(second) == pytest.approx(expected, abs=1e-6)


def test_rotating_or_scaling_a_layer_changes_nothing():
    features = GENERATOR.normal(size=(20, 6))
    rotation, _ = np.linalg.qr(GENERATOR.normal(size=(6, 6)))
    assert centred_products(features) @ centred_products(5 * features @ rotation) == pytest.approx(1, abs=1e-5)


def test_unrelated_representations_with_many_features_are_not_alike():
    # Plain CKA of 1,000 features of 40 unrelated digits is above 0.9 (Murphy et al. 2024); the debiased one is 0 on average.
    values = [centred_products(GENERATOR.normal(size=(40, 1000))) @ centred_products(GENERATOR.normal(size=(40, 1000))) for _ in range(20)]
    assert np.mean(values) == pytest.approx(0, abs=0.03)


def test_a_representation_in_which_all_digits_are_alike_has_no_similarity_and_three_digits_are_refused():
    constant = np.full((10, 4), 0.3)
    assert not centred_products(constant).any()
    with pytest.raises(ValueError, match="at least 4 digits; got 3"):
        centred_products(constant[:3])


def test_replicates_are_compared_with_the_next_one_within_and_between_dilations():
    """By hand: unit vectors of three replicates, those of dilation 2 in another order."""
    unit = np.eye(3, dtype=np.float32)
    arms = {Arm(1, 3, "max"): {"trained": {"hidden": unit[[0, 0, 1]]}}, Arm(2, 3, "max"): {"trained": {"hidden": unit[[2, 0, 0]]}}}
    table = cka_table(arms)
    by_pair = table.groupby(["first", "second"])["cka"].apply(list).to_dict()
    assert by_pair == {(1, 1): [1, 0, 0], (1, 2): [1, 1, 0], (2, 2): [0, 1, 0]}
    single = {arm: {"trained": {"hidden": unit[:1]}} for arm in arms}
    assert list(cka_table(single).columns) == list(table.columns)
    assert cka_table(single).empty


def test_representations_are_those_that_keras_computes(monkeypatch):
    """Oracle: the layers of the network that Keras builds."""
    monkeypatch.setattr("kernel_dilation.arm_comparison.representation_job.report_progress", lambda _: None)
    monkeypatch.setattr("kernel_dilation.model.network.use_one_thread", lambda: None)  # only a new process can be restricted to one thread
    network, arm, images = SETTINGS.network.model_copy(update={"channels": [3, 4], "dense": 5}), Arm(2, 3, "average"), strokes(8)
    architecture = build_architecture(arm, network)
    weights = random_weights(architecture)
    found = represent_digits(images, arm, network, [weights], 0)
    for state, arrays in (("trained", weights), ("untrained", initial_weights(architecture, 0, 0))):
        model = keras_network(architecture, 0)
        model.set_weights(arrays)
        for layer in ("features", "hidden"):
            values = keras.Model(model.inputs[0], model.get_layer(layer).output)(images[..., None]).numpy()
            np.testing.assert_allclose(found[state][layer], [centred_products(values)], atol=1e-5)


def made_up_representations(own: float) -> dict:
    """Return vectors of replicates that share a direction, and of which `own` is the weight of a direction of the dilation's own."""
    random, shared = np.random.default_rng(1), np.random.default_rng(2).normal(size=(4, 300))
    representations = {}
    for arm in SETTINGS.arms():
        vectors = shared[0] + own * shared[arm.dilation] + 0.3 * random.normal(size=(2, 2, 8, 300))
        vectors /= np.linalg.norm(vectors, axis=-1, keepdims=True)
        states = zip(("trained", "untrained"), vectors)
        representations[arm] = {state: dict(zip(("features", "hidden"), layers)) for state, layers in states}
    return representations


@pytest.mark.parametrize(("own", "verdict"), [(1.0, "difference"), (0.0, "equivalent")])
def test_dilations_that_compute_something_else_are_told_from_those_that_do_not(own, verdict, tmp_path):
    cka_table(made_up_representations(own)).to_csv(tmp_path / "representations.csv", index=False)
    alignments = read_representations(tmp_path / "representations.csv", SETTINGS)
    labels = np.arange(500) % 10
    random = np.random.default_rng(3)
    logits = {arm: np.eye(10)[(labels + (random.random((8, 500)) < 0.1)) % 10] for arm in SETTINGS.arms()}  # errors that are independent
    table, findings = representation_analysis(alignments, logits, labels, SETTINGS.analyze)
    found = {(question.method, question.measure): finding.comparison.verdict for question, finding in findings.items()}
    assert found == {key: verdict for key in product(("trained", "untrained"), ("cka_features", "cka_hidden"))} | {
        ("trained", "error_consistency"): "equivalent"
    }
    errors = table[table["index"] == "error_consistency"]
    assert errors["mean"].abs().max() < 0.05
    assert len(table) == 5 * 6  # five kinds of similarity, six pairs of dilations
    assert set(table["comparison"]) == {"replicates", "dilations"}


def test_a_table_of_other_arms_is_refused(tmp_path):
    path = tmp_path / "representations.csv"
    cka_table(made_up_representations(0.0)).to_csv(path, index=False)
    other = parse_settings(changed(dilations=[1, 2, 4], kernel_sizes=[3], poolings=["max", "average"], train__replicates=8))
    with pytest.raises(ValueError, match="`first` must have the values 1, 2, 4"):
        read_representations(path, other)


def test_the_table_says_whether_dilations_compute_something_else():
    """By hand: two dilations of three with similarities of 0.8 each, and replicates with 0.9."""
    similarities = pd.DataFrame(representation_rows((1, 2, 3), 8))

    def sentences(features: str, hidden: str) -> list[str]:
        effects = [{"family": "representation", "method": "trained", "measure": f"cka_{layer}", "verdict": verdict}
                   for layer, verdict in (("features", features), ("hidden", hidden))]  # fmt: skip
        effects += [{"family": "similarity", "method": "gradient", "measure": index, "verdict": verdict}
                    for index, verdict in (("ssim", "difference"), ("top_k", "negligible"))]  # fmt: skip
        return representation_sentences(similarities, pd.DataFrame(effects))

    assert sentences("difference", "equivalent") == [
        "On average over pairs of dilations, representations or errors are not as alike as those of two replicates of one dilation.",
        "Mean similarity of the last features: 0.80 between two dilations, 0.90 between two replicates (verdict: difference).",
        "Mean similarity of the hidden layer: 0.80 between two dilations, 0.90 between two replicates (verdict: equivalent).",
        "Of 2 comparisons of maps with their noise floor, 1 has the verdict difference.",
    ]
    assert sentences("negligible", "equivalent")[0] == (
        "On average over pairs of dilations, representations and errors are nearly as alike as those of two replicates of one dilation."
    )
    assert sentences("inconclusive", "equivalent")[0].endswith("is not decided (verdicts: equivalent and inconclusive).")
    assert representation_sentences(similarities.iloc[:0], pd.DataFrame()) == []
