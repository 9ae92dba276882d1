"""What the answers hold for, in words, and captions. Oracle: worked by hand."""

from dataclasses import replace
from pathlib import Path

from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.report.captions import caption
from kernel_dilation.report.scope import scope_of
from kernel_dilation.report.scope_text import held_fixed_sentence, scope_text

import pytest
from made_up_study import made_up_scope

SCOPE = made_up_scope()


def test_the_scope_names_data_replicates_grid_and_what_was_held_fixed():
    lead, table, paragraphs = scope_text(SCOPE)
    assert lead == "Dilation spaces the taps of a convolution kernel. Data: made_up; 36 networks."
    assert table.rows == [
        ["data set", "made_up"], ["training images", "1,000"], ["validation images", "20"], ["test images", "50"], ["explained test images", "10"],
        ["dilations", "1, 2 and 4"], ["taps of the first kernel", "3 \N{MULTIPLICATION SIGN} 3 and 5 \N{MULTIPLICATION SIGN} 5"],
        ["poolings", "max and average"], ["networks (replicates) of each arm", "3"], ["runs of each way to learn the dilation, in every world", "3"],
    ]  # fmt: skip
    assert paragraphs == [
        "The dilation applies to the first convolution. All arms share the rest of the architecture and the test images. Replicates of the "
        "same number also share their training and validation images, and the seed of their initial weights and batches, so networks are "
        "compared in pairs. Arms of one kernel size have the same number of weights.",
        "These answers hold for this data set, these architectures and this length of training; we make no claim beyond that.",
    ]


def test_the_scope_of_one_network_is_in_the_singular():
    assert scope_text(made_up_scope((2,), (3,), ("max",), 1)).lead.endswith("; 1 network.")


def test_with_valid_padding_the_scope_says_that_the_dense_layer_shrinks_or_is_widened():
    text = " ".join(scope_text(replace(SCOPE, padding="valid", dilate="all")).paragraphs)
    assert "The dilation applies to every convolution. " in text
    assert "the same number of weights" not in text
    assert "With valid padding, the dense layer has fewer weights at larger dilations." in text
    matched = held_fixed_sentence(replace(SCOPE, padding="valid", match_weights="same"))
    assert matched.endswith("With valid padding, the hidden layer is widened to match the number of weights with same padding.")
    narrow = held_fixed_sentence(replace(SCOPE, match_weights="valid", taps="random"))
    assert narrow.endswith("With same padding, the hidden layer is narrowed to match the number of weights with valid padding.")
    assert "random places" in narrow
    assert held_fixed_sentence(replace(SCOPE, match_weights="same")) == held_fixed_sentence(SCOPE)


@pytest.mark.parametrize(
    ("dataset", "title", "noun"),
    [
        ("mnist", "MNIST", "digits"),
        ("mnist5k", "MNIST (5,000 digits)", "digits"),
        ("fashion_mnist", "Fashion-MNIST", "images"),
        ("mine", "mine", "images"),
    ],
)
def test_a_data_set_has_its_name_and_its_noun_in_prose(dataset, title, noun):
    rows = scope_text(replace(SCOPE, dataset=dataset)).table.rows
    assert rows[:2] == [["data set", title], [f"training {noun}", "1,000"]]


def test_the_scope_of_a_run_is_read_off_its_parameters_and_results():
    settings = parse_settings(Path("params.yaml").read_text())
    scope = scope_of(settings, {"dataset": "mnist5k", "replicates": 8}, {"digits": {"train": 10, "validation": 5, "test": 5}}, 3)
    assert scope.dilations == tuple(sorted(settings.dilations))
    assert (scope.explained, scope.probed, scope.replicates) == (3, 3, 8)
    assert scope.of("test", scope.explained) == "3 of 5 test digits"


def test_a_caption_has_data_networks_and_interval():
    assert caption("Means.", SCOPE, f"{SCOPE.data_set}, {SCOPE.of('test', 10)}", SCOPE.networks, "Bars") == (
        "Means. Bars: 95 % confidence interval of the mean over 3 replicates (wild bootstrap). "
        "Data: made_up, 10 of 50 test images; 3 replicates of each of 12 arms."
    )
    assert caption("Means.", replace(SCOPE, replicates=1), "made_up", interval="Bars") == (
        "Means. A single replicate has no interval. Data: made_up."
    )


def test_the_world_that_stands_for_all_is_named_with_its_images():
    """By hand: 800 images of 1,000 in the data set or in digits with holes; textures are generated."""
    expected = {
        "digits": "made_up, 800 of 1,000 training images",
        "atrous-2": "made_up in the world à trous 2, 800 of 1,000 training images",
        "textures-3": "textures 3, 1,500 synthetic images",
    }
    for world, text in expected.items():
        assert replace(SCOPE, learn=SCOPE.learn.model_copy(update={"worlds": [world]})).world_images == text
