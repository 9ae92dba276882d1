"""What the page computes, in a headless Chromium beside Keras, scipy and statsmodels: networks, tests and packed arrays."""

import json
from pathlib import Path

from kernel_dilation.analysis.learning_analysis import world_references
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.interactive.accuracy_data import pack_accuracy
from kernel_dilation.interactive.explorer_data import ArmExplanations, pack_explorer
from kernel_dilation.interactive.learning_data import pack_learning
from kernel_dilation.interactive.network_data import pack_network, pack_networks
from kernel_dilation.interactive.packed_arrays import pack_signed, pack_unit
from kernel_dilation.model.gradients import image_gradient, image_logits
from kernel_dilation.model.network import build_architecture, keras_network
from kernel_dilation.presentation.way_names import way_title

import keras
import numpy as np
import pytest
from chromium import MISSING, PROGRAM, BrowserPage
from interactive_pages import accuracy_tables, architecture, learning_tables
from scipy import stats
from small_networks import digits, random_weights, strokes, tensors, trained_network
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.weightstats import ttost_paired

pytestmark = pytest.mark.skipif(PROGRAM is None, reason=MISSING)
ARCHITECTURES = [
    architecture(Arm(1, 3, "max")),
    architecture(Arm(4, 5, "max")),
    architecture(Arm(2, 3, "average")),
    architecture(Arm(3, 3, "stride")),
    architecture(Arm(2, 3, "max"), dilate="all"),
    architecture(Arm(3, 5, "average"), padding="valid"),
    architecture(Arm(3, 3, "max"), taps="random"),
]


def packed(of, weights) -> dict:
    return pack_network(of.arm, weights, of.dilate, of.padding)


def answers_in_page(page: BrowserPage, network: dict, images: np.ndarray, classes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Logits (n, 10), and gradients (n, 28, 28) of the logits of the classes, as the page computes them."""
    pairs = [[image.ravel().tolist(), int(target)] for image, target in zip(images, classes)]
    logits, gradients = page.evaluate(
        f"(async () => {{ const network = await Network.unpack({json.dumps(network)});"
        f" const results = {json.dumps(pairs)}.map(([image, target]) => {{ const pass = Network.forward(network, Float32Array.from(image));"
        " return [[...pass.logits], [...Network.inputGradient(network, pass, target)]]; });"
        " return [results.map(([logits]) => logits), results.map(([, gradient]) => gradient)]; })()"
    )
    return np.array(logits), np.array(gradients).reshape(-1, 28, 28)


def rounded_weights(weights: list[np.ndarray]) -> list[np.ndarray]:
    """Weights as 8 bits hold them, worked out apart from `pack_signed`: 127 steps of each sign for every output."""
    result = []
    for weight in weights:
        if weight.ndim > 1:
            scale = np.abs(weight).reshape(-1, weight.shape[-1]).max(0) / 127
            result.append((np.rint(weight / scale) * scale).astype(np.float32))
        else:
            result.append(weight)
    return result


@pytest.mark.parametrize("of", ARCHITECTURES, ids=lambda of: f"{of.arm.name}-{of.dilate}-{of.padding}-{of.taps}")
def test_the_page_computes_the_logits_and_gradients_of_keras(page, of):
    network, images, classes = keras_network(of, 0), strokes(4), np.array([0, 3, 7, 9])
    weights = rounded_weights(network.get_weights() if of.taps == "random" else random_weights(of))
    network.set_weights(weights)
    logits, gradients = answers_in_page(page, packed(of, weights), images, classes)
    np.testing.assert_allclose(logits, keras.ops.convert_to_numpy(network(images[..., None])), rtol=1e-3, atol=1e-3)
    expected = image_gradient(tensors(weights), images, classes, of)
    np.testing.assert_allclose(gradients, expected, atol=2e-3 * np.abs(expected).max())


@pytest.mark.slow
@pytest.mark.parametrize(("dilation", "pooling"), [(1, "max"), (3, "average")])
def test_a_trained_network_of_8_bits_answers_as_the_original_on_unseen_digits(page, dilation, pooling):
    """Rounding errs by at most 1/254 of the largest weight of an output; over 40 digits, logits differ by under 2 % of their range."""
    of, weights = trained_network(dilation, pooling)
    images, classes = digits()[0][4500:4540].astype(np.float32) / 255, digits()[1][4500:4540]
    logits, _ = answers_in_page(page, packed(of, weights), images, classes)
    expected = image_logits(tensors(weights), images, of)
    assert np.abs(logits - expected).max() < 0.02 * np.ptp(expected)
    assert (logits.argmax(1) == expected.argmax(1)).mean() >= 0.975


def test_a_network_of_the_default_size_takes_at_most_a_few_hundred_kilobytes():
    of = architecture(Arm(1, 3, "max"), channels=(16, 32), dense=128)
    assert len(json.dumps(packed(of, random_weights(of)))) < 300_000


def test_the_arrays_of_the_default_run_leave_the_page_half_of_its_4_megabytes():
    """Noise, which compresses worst, in place of maps; the other half is for figures, programs and tables."""
    settings, generator = parse_settings(Path("params.yaml").read_text()), np.random.default_rng(0)
    arms = settings.arms()
    noise = {
        arm: ArmExplanations(
            {method: generator.normal(size=(2, 10, 28, 28)) for method in settings.saliency.methods},
            generator.normal(size=(2, 10, 28, 28)),
            generator.normal(size=(2, 10, 10)),
        )
        for arm in arms
    }
    networks = {arm: random_weights(build_architecture(arm, settings.network)) for arm in arms if arm[1:] == arms[0][1:]}
    explorer = pack_explorer(strokes(10).astype(float), np.arange(10), np.arange(10), noise)
    assert len(json.dumps([explorer, pack_networks(networks, "first", "same")])) < 2_000_000


def test_packed_arrays_arrive_with_at_most_half_a_step_of_error(page):
    generator = np.random.default_rng(1)
    maps, images = generator.normal(size=(3, 2, 28, 28)), generator.random((2, 28, 28))
    maps[1, 1] = 0
    signed, unit = json.dumps(pack_signed(maps, (2, 3), 28)), json.dumps(pack_unit(images, 28))
    arrived, seen = page.evaluate(f"(async () => [[...await Packed.signedByPart({signed})], [...await Packed.unit({unit})]])()")
    steps = np.abs(maps).max((2, 3), keepdims=True) / 127
    assert (np.abs(np.reshape(arrived, maps.shape) - maps) <= 0.501 * steps).all()
    np.testing.assert_allclose(np.reshape(seen, images.shape), images, atol=0.501 / 255)


@pytest.mark.parametrize("degrees", [1, 2, 7, 9, 99])
def test_tails_and_quantiles_of_t_are_those_of_scipy(page, degrees):
    values = [-40.0, -3.0, -0.5, 0.0, 1e-4, 0.7, 2.1, 5.0, 30.0]
    tails = page.evaluate(f"{json.dumps(values)}.map((value) => Statistics.tTail(value, {degrees}))")
    np.testing.assert_allclose(tails, stats.t.sf(values, degrees), rtol=1e-9, atol=1e-14)
    probabilities = [0.0005, 0.025, 0.05, 0.4]
    quantiles = page.evaluate(f"{json.dumps(probabilities)}.map((tail) => Statistics.tQuantile(tail, {degrees}))")
    np.testing.assert_allclose(quantiles, stats.t.isf(probabilities, degrees), rtol=1e-8)


@pytest.mark.parametrize("blocks", [2, 8, 10])
def test_paired_tests_and_intervals_are_those_of_scipy_and_statsmodels(page, blocks):
    first, second = np.random.default_rng(blocks).normal(96, 0.3, (2, blocks))
    each = second - first
    estimate = json.dumps({"mean": each.mean(), "error": stats.sem(each), "degrees": blocks - 1})
    p_value, equivalence, ends = page.evaluate(
        f"[Statistics.twoSidedTest({estimate}), Statistics.equivalenceTest({estimate}, 0.4), Statistics.interval({estimate}, 0.05)]"
    )
    test = stats.ttest_rel(second, first)
    np.testing.assert_allclose(p_value, test.pvalue, rtol=1e-8)
    np.testing.assert_allclose(equivalence, ttost_paired(second, first, -0.4, 0.4)[0], rtol=1e-8)
    np.testing.assert_allclose(ends, test.confidence_interval(0.95), rtol=1e-8)


def test_differences_without_variance_are_certain(page):
    script = "[0.1, 0.6, 0].map((mean) => Statistics.{}({{ mean, error: 0, degrees: 3 }}{}))"
    assert page.evaluate(script.format("equivalenceTest", ", 0.5")) == [0, 1, 0]
    assert page.evaluate(script.format("twoSidedTest", "")) == [0, 0, 1]


def test_holm_is_that_of_statsmodels(page):
    p_values = [0.04, 0.001, 0.3, 0.04, 0.012]
    np.testing.assert_allclose(page.evaluate(f"Statistics.holm({p_values})"), multipletests(p_values, method="holm")[1])


@pytest.mark.parametrize(("alpha", "margin"), [(0.05, 0.5), (0.05, 2.5), (0.01, 4.0), (0.2, 1.0)])
def test_verdicts_for_any_margin_and_alpha_are_those_of_the_analysis(page, alpha, margin):
    correct, default = accuracy_tables(3, 0.05, 0.5)
    expected = accuracy_tables(3, alpha, margin)[1]
    data = pack_accuracy(correct, *(default[name] for name in ("accuracy", "arms", "effects")), 0.05, 0.5)
    factors = page.evaluate(f"Margin.factorVerdicts({json.dumps(data['factors'])}, {margin}, {alpha})")
    effects = expected["effects"][expected["effects"]["family"] == "accuracy"]
    assert len(effects) == 4
    assert [each["verdict"] for each in factors] == effects["verdict"].tolist()
    np.testing.assert_allclose([each["equivalence"] for each in factors], effects["equivalence_p_value"], rtol=1e-5, atol=1e-12)
    np.testing.assert_allclose([each["pValue"] for each in factors], effects["p_value"])
    pairs = page.evaluate(f"Margin.pairVerdicts({json.dumps(data['factors'][0]['pairs'])}, {margin}, {alpha})")
    rows = expected["pairs"][(expected["pairs"]["family"] == "accuracy") & (expected["pairs"]["factor"] == "dilation")]
    np.testing.assert_allclose([[each["mean"], *each["interval"]] for each in pairs], rows[["difference", "lower", "upper"]], rtol=1e-6)
    np.testing.assert_allclose([each["equivalence"] for each in pairs], rows["tost_p_value"], rtol=1e-5, atol=1e-12)


@pytest.mark.parametrize(("alpha", "margin"), [(0.05, 0.02), (0.05, 0.1), (0.01, 0.05), (0.2, 0.001)])
def test_shares_of_right_choices_for_any_margin_and_alpha_are_those_of_the_analysis(page, alpha, margin):
    rounds, default, learn = learning_tables(0.05, 0.02)
    expected = learning_tables(alpha, margin)[1]["learned"]
    expected = expected.assign(method=expected["method"].map(way_title)).set_index(["method", "world"])
    data = pack_learning(default["choices"], default["learned"], world_references(rounds, learn), 0.02, 0.05)
    rows = page.evaluate(f"Frontier.rows({json.dumps(data)}, {margin}, {alpha})")
    assert {"mixture", "race"} <= {row["method"] for row in rows}
    assert len(rows) == len(data["methods"]) > 10
    assert any(row["world"] == "digits" for row in rows)
    columns = expected.loc[[(row["method"], row["world"]) for row in rows], ["right_share", "right_share_lower", "right_share_upper"]]
    np.testing.assert_allclose([[row["right_share"], row["lower"], row["upper"]] for row in rows], columns, atol=1e-9)


def test_shares_of_right_choices_depend_on_the_margin():
    """Otherwise the test above would show little."""
    shares = [learning_tables(0.05, margin)[1]["learned"].query("world == 'digits'")["right_share"].mean() for margin in (0.001, 0.02, 0.1)]
    assert len(set(shares)) == 3


def test_a_drawing_survives_its_text(page):
    script = "(() => {{ const image = Float32Array.from({}); const back = Drawing.fromText(Drawing.toText(image)); return [...back]; }})()"
    image = np.round(strokes(1)[0].ravel() * 15) / 15
    np.testing.assert_allclose(page.evaluate(script.format(json.dumps(image.tolist()))), image, atol=1e-6)


def test_a_centred_drawing_has_its_mass_in_the_middle(page):
    image = np.zeros((28, 28))
    image[2:6, 20:26] = 1
    centred = np.reshape(page.evaluate(f"[...Drawing.centre(Float32Array.from({json.dumps(image.ravel().tolist())}))]"), (28, 28))
    rows, columns = np.nonzero(centred)
    assert centred.sum() == image.sum()
    assert abs(rows.mean() - 13.5) <= 0.5
    assert abs(columns.mean() - 13.5) <= 0.5


def test_the_scripts_are_short_and_name_no_address():
    for path in Path("kernel_dilation/interactive/scripts").glob("*.js"):
        text = path.read_text(encoding="utf-8")
        assert len(text.splitlines()) <= 300
        assert "://" not in text
