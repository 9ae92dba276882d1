"""Data of the parts of the page that react to its reader."""

import base64
import io
import json
import zlib
from dataclasses import replace

from kernel_dilation.analysis.learning_analysis import Reference
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.interactive import explorer_data
from kernel_dilation.interactive.accuracy_data import factor_stack, pack_accuracy, pair_estimates
from kernel_dilation.interactive.chart_data import metric_levels
from kernel_dilation.interactive.explorer_data import ArmExplanations, pack_explorer, panels, replicates_that_fit
from kernel_dilation.interactive.learning_data import pack_learning
from kernel_dilation.interactive.network_data import pack_network, pack_networks
from kernel_dilation.interactive.packed_arrays import grey_png, pack_signed, pack_unit
from kernel_dilation.interactive.page_part import SHOWN_FILES, Glossary, Wording, json_for_script, page_part
from kernel_dilation.interactive.quiz_data import pack_recognition
from kernel_dilation.interactive.vega_bundle import pack_programs

import numpy as np
import pandas as pd
import pytest
from PIL import Image

WORDS = Wording("image", "images", "10 of 50 test images", "1 of 2 replicates", "kernel size 3, max pooling", False)


def levels_of(png: str) -> np.ndarray:
    """Bytes of a packed image, decoded by Pillow."""
    with Image.open(io.BytesIO(base64.b64decode(png.removeprefix("data:image/png;base64,")))) as image:
        assert image.mode == "L"
        return np.asarray(image).ravel()


def explanations(count: int, replicates: int = 3) -> ArmExplanations:
    generator = np.random.default_rng(count)
    return ArmExplanations(
        {"gradient": generator.normal(size=(replicates, count, 28, 28))},
        generator.normal(size=(replicates, 10, 28, 28)),
        generator.normal(size=(replicates, count, 10)),
    )


def test_signed_values_are_multiples_of_their_scale():
    values = np.array([[-1.0, 0.5, 0.0, 0.25], [0.0, 0.0, 0.0, 0.0]])
    packed = pack_signed(values, [1], 4)
    levels = levels_of(packed["png"]).reshape(2, 4).astype(int) - 128
    assert levels.tolist() == [[-127, 64, 0, 32], [0, 0, 0, 0]]
    assert packed["scales"] == [pytest.approx(1 / 127, rel=1e-4), 0.0]
    assert packed["shape"] == [2, 4]


def test_fewer_levels_take_less_room():
    values = np.random.default_rng(0).normal(size=(1, 28, 28))
    coarse, fine = (pack_signed(values, (1, 2), 28, levels) for levels in (31, 127))
    assert len(coarse["png"]) < 0.8 * len(fine["png"])
    assert np.abs(levels_of(coarse["png"]).astype(int) - 128).max() == 31


def test_unit_values_are_bytes():
    assert levels_of(pack_unit(np.array([[0, 1, 0.5, 0.2]]), 2)["png"]).tolist() == [0, 255, 128, 51]


def test_values_that_cannot_be_packed_are_refused():
    with pytest.raises(ValueError, match="packed values must be finite; got NaN or infinity"):
        pack_signed(np.array([[np.nan]]), [1], 1)
    with pytest.raises(ValueError, match=r"packed images must lie in \[0, 1\]; got 0 to 2"):
        pack_unit(np.array([[0.0, 2.0]]), 2)
    with pytest.raises(ValueError, match="at most 32767 rows; got 32768"):
        grey_png(np.zeros(32_768, np.uint8), 1)


def test_arms_of_one_kernel_size_and_pooling_stand_together_in_the_order_of_the_grid():
    arms = [Arm(2, 5, "max"), Arm(2, 3, "max"), Arm(1, 5, "max")]
    assert panels(arms) == {(5, "max"): [Arm(1, 5, "max"), Arm(2, 5, "max")], (3, "max"): [Arm(2, 3, "max")]}


def test_the_explorer_has_maps_and_class_models_of_every_dilation(monkeypatch):
    monkeypatch.setattr(explorer_data, "ARM_BYTES", 1_000_000)
    arms = {Arm(dilation, 3, "max"): explanations(10) for dilation in (1, 2)}
    packed = pack_explorer(np.zeros((10, 28, 28)), np.arange(10), np.arange(10), arms)
    assert packed["replicates"] == 3
    assert [each["shape"] for each in packed["maps"]["gradient"]["3-max"]] == [[2, 10, 28, 28]] * 3
    assert packed["classModels"]["3-max"][0]["shape"] == [2, 10, 28, 28]
    assert np.shape(packed["logits"]["2-3-max"]) == (3, 10, 10)


def test_only_as_many_replicates_are_packed_as_the_page_has_room_for(monkeypatch):
    """The second method repeats one small map, so that it takes less room than the first."""
    of = explanations(10)
    arms = {Arm(1, 3, "max"): replace(of, maps={**of.maps, "occlusion": np.ones_like(of.maps["gradient"])})}
    maps = arms[Arm(1, 3, "max")].maps
    first, second = (len(explorer_data.pack_maps([maps["gradient"][replicate]])["png"]) for replicate in (0, 1))
    small = len(explorer_data.pack_maps([maps["occlusion"][0]])["png"])
    two = first + small + second
    for room, counts in ((first // 2, (1, 1)), (two, (2, 1)), (two + small, (2, 2)), (10 * first, (3, 3))):
        monkeypatch.setattr(explorer_data, "ARM_BYTES", room)
        assert replicates_that_fit(arms) == dict(zip(("gradient", "occlusion"), counts))


def test_every_output_of_a_kernel_has_its_own_scale():
    kernel = np.stack([np.full((3, 3, 1), 0.1), np.full((3, 3, 1), 10.0)], -1)
    weights = [kernel, np.zeros(2), np.ones((3, 3, 2, 2)), np.zeros(2), np.ones((98, 4)), np.zeros(4), np.ones((4, 10)), np.arange(10) / 3]
    packed = pack_network(Arm(2, 3, "max"), weights, "all", "same")
    assert packed["layers"][0]["kernel"]["scales"] == [pytest.approx(0.1 / 127, rel=1e-4), pytest.approx(10 / 127, rel=1e-4)]
    assert packed["dilations"] == [2, 2]
    assert packed["layers"][3]["bias"][1] == 0.33333
    assert [network["dilation"] for network in pack_networks({Arm(3, 3, "max"): weights, Arm(1, 3, "max"): weights}, "first", "same")] == [1, 3]


def test_a_network_without_four_layers_is_refused():
    with pytest.raises(ValueError, match="kernel and bias of four layers; got 2 arrays"):
        pack_network(Arm(1, 3, "max"), [np.zeros((3, 3, 1, 1)), np.zeros(1)], "first", "same")


def test_a_pair_has_the_paired_difference_with_its_standard_error():
    """By hand, with one image: the differences of three replicates are 1, 2 and 3; their standard error is 1 / sqrt(3)."""
    correct = {Arm(1, 3, "max"): np.array([[90.0], [91.0], [92.0]]), Arm(2, 3, "max"): np.array([[91.0], [93.0], [95.0]])}
    pair = pair_estimates(*factor_stack(correct, "dilation"))[0]
    assert pair == {"first": "1", "second": "2", "mean": 2.0, "error": pytest.approx(3**-0.5), "degrees": 2.0}
    with pytest.raises(ValueError, match="a factor must be density or one of dilation, pooling, kernel_size; got colour"):
        factor_stack(correct, "colour")


def test_a_single_replicate_has_nothing_to_test():
    accuracy = pd.DataFrame([{"dilation": 1, "kernel_size": 3, "pooling": "max", "replicate": 0, "accuracy": 96.12345, "validation_accuracy": 95.0}])
    means = pd.DataFrame([{"dilation": 1, "kernel_size": 3, "pooling": "max", "mean": 96.12345, "lower": 96.12345, "upper": np.nan}])
    effects = pd.DataFrame([{"family": "accuracy", "factor": "dilation"}])
    packed = pack_accuracy({Arm(1, 3, "max"): np.array([[100.0, 0.0]])}, accuracy, means, effects, 0.05, 0.5)
    assert packed["factors"] == []
    assert packed["networks"] == [{"dilation": 1, "kernel_size": 3, "pooling": "max", "replicate": 0, "accuracy": 96.123}]
    assert packed["arms"] == [{"dilation": 1, "kernel_size": 3, "pooling": "max", "mean": 96.123, "lower": 96.123, "n": 1}]


def test_charts_have_metrics_by_dilation():
    """Accuracy, other factors, and the same metric as a difference from untrained networks are left out."""
    rows = [
        ("saliency", "dilation", "gradient", "2", 0.123456789), ("saliency", "pooling", "gradient", "max", 0.5),
        ("accuracy", "dilation", None, "2", 96.0), ("saliency_learned", "dilation", "gradient", "2", -0.1),
    ]  # fmt: skip
    levels = pd.DataFrame(rows, columns=["family", "factor", "method", "level", "mean"]).assign(measure="gini", lower=0.1, upper=np.nan)
    expected = [{"method": "gradient", "measure": "gini", "dilation": 2, "mean": 0.12346, "lower": 0.1}]
    assert metric_levels(levels, ["saliency"]) == expected
    assert metric_levels(pd.DataFrame(), ["saliency"]) == []


def test_choices_are_packed_by_run_with_the_losses_that_judge_them():
    """A world with a planted dilation needs no losses."""
    references = {
        "digits": Reference("digits", None, (1, 2), {0: np.array([[0.1, 0.2]])}),
        "spread-2": Reference("spread-2", 2, (1, 2), {0: np.array([[0.5, 0.4]])}),
    }
    rows = [("race", "digits", 0, 1), ("race", "spread-2", 0, 2), ("race", "spread-2", 1, 1)]
    choices = pd.DataFrame(rows, columns=["method", "world", "run", "chosen_dilation"])
    learned = pd.DataFrame({"method": "race", "world": ["digits", "spread-2"], "verdict": "consistent", "trainings": 4.0, "right_share": 0.5})
    packed = pack_learning(choices, learned, references, 0.02, 0.05)
    assert packed["losses"] == {"digits": {"0": [[0.1, 0.2]]}}
    assert packed["dilations"] == [1, 2]
    assert [(row["world"], row["truth"], row["runs"], row["chosen"]) for row in packed["methods"]] == [
        ("digits", None, [0], [[1]]),
        ("spread-2", 2, [0, 1], [[2], [1]]),
    ]
    assert pack_learning(pd.DataFrame(), learned, references, 0.02, 0.05)["methods"] == []


def test_recognition_is_the_mean_over_class_models():
    columns = {"method": ["class_model"] * 10 + ["gradient"], "confidence": [0.5] * 5 + [1.0] * 5 + [np.nan], "transfer": [0.25] * 10 + [np.nan]}
    table = pd.DataFrame(columns)
    assert pack_recognition({Arm(2, 3, "max"): table}) == [{"arm": "2-3-max", "dilation": 2, "networks": 1, "own": 0.75, "others": 0.25}]
    assert "others" not in pack_recognition({Arm(2, 3, "max"): table.assign(transfer=np.nan)})[0]


def test_programs_are_compressed_with_their_licences():
    page = "<!-- Licence */ of all --><script>one()</script><script>two()</script><script>three()</script>"
    text = zlib.decompress(base64.b64decode(pack_programs(page))).decode()
    assert text == "/*! Licence * / of all */\n;\none()\n;\ntwo()\n;\nthree()"
    with pytest.raises(ValueError, match="it has 1 scripts"):
        pack_programs("<!-- Licence --><script>one()</script>")


def test_no_text_can_end_the_script_that_holds_the_data():
    packed = json_for_script({"name": "</script><b>"})
    assert "<" not in packed
    assert json.loads(packed) == {"name": "</script><b>"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        json_for_script({"value": float("nan")})


def test_the_texts_of_the_sections_fit_the_data_set_and_leave_out_what_is_missing():
    part = page_part({}, WORDS, 0.1, Glossary({"a <term>": "its meaning"}, {}), "", dict.fromkeys(SHOWN_FILES, ""))
    assert "Choose an image, a saliency method" in part.sections
    assert "<dd>10 of 50 test images</dd>" in part.sections
    assert "<dd>1 of 2 replicates</dd>" in part.sections
    assert "a &lt;term&gt;" in part.sections
    assert "charts-frontier" not in part.sections
    assert 'max="1"' in part.sections
    assert all(f'<section id="{place}">' in part.sections for place in part.titles)
