from datetime import date

from kernel_dilation.experiment.parameters import Settings, parse_settings

import pytest
import yaml
from changed_parameters import DEFAULT, changed


def test_the_default_parameters_are_accepted():
    settings = parse_settings(DEFAULT)
    assert len(settings.arms()) == len(settings.dilations) * len(settings.kernel_sizes) * len(settings.poolings)


def test_every_parameter_of_the_model_is_in_the_file_with_a_comment():
    lines = [line for line in DEFAULT.splitlines() if ":" in line.split("#")[0]]
    names = {line.split(":")[0].strip() for line in lines}
    sections = {name for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")}
    for section in sections:
        assert set(Settings.model_fields[section].annotation.model_fields) <= names
    uncommented = [line for line in lines if "#" not in line and not line.endswith(":")]
    assert uncommented == []


COUNT = "must be a whole number, at least 1 and at most"
POSITIVE = "must be a number, above 0 and at most 1,000,000"
BROKEN = [  # a change of the default parameters, the parameter that the message names, and a part of the message
    ({"dilations": [0, 1]}, "dilations.0", f"{COUNT} 1,000 (got 0)"),
    ({"dilations": []}, "dilations", "a list of at least 1 and at most 100 entries, each a whole number, at least 1 and at most 1,000 (got [])"),
    ({"dilations": 3}, "dilations", "must be a list of at least 1"),
    ({"dilations": {"a": 1}}, "dilations", "(got a section with a)"),
    ({"dilations": list(range(1, 102))}, "dilations", "(got a list of 101 entries, [1, 2, 3, 4, 5, 6, ...])"),
    ({"dilations": [1, 1]}, "dilations", "every entry may occur only once in the list; repeated: 1 (got [1, 1])"),
    ({"dilations": [1.5]}, "dilations.0", f"{COUNT} 1,000 (got 1.5)"),
    ({"dilations": [1.0]}, "dilations.0", "(got 1.0)"),
    ({"dilations": [True]}, "dilations.0", "(got true)"),
    ({"dilations": ["2"]}, "dilations.0", "(got the text '2')"),
    ({"dilations": [None]}, "dilations.0", "(got nothing)"),
    ({"dilations": [[1]]}, "dilations.0", "(got [1])"),
    ({"kernel_sizes": [4]}, "kernel_sizes.0", "must be odd, so that the kernel has a centre (got 4)"),
    ({"poolings": ["median"]}, "poolings.0", "must be one of max, average, stride (got the text 'median')"),
    ({"poolings": ["Max"]}, "poolings.0", "did you mean max?"),
    ({"poolings": ["max; touch here"]}, "poolings.0", "must be one of max, average, stride"),
    ({"data__dataset": "$(touch here)"}, "data.dataset", "existing folder (got the text '$(touch here)')"),
    (
        {"data__dataset": "no/such/folder"},
        "data.dataset",
        "must be one of mnist5k, mnist, fashion_mnist, kmnist, or the path of an existing folder",
    ),
    ({"data__dataset": "MNIST"}, "data.dataset", "did you mean mnist?"),
    ({"data__dataset": "params.yaml"}, "data.dataset", "this is the path of a file"),
    ({"data__dataset": ""}, "data.dataset", "existing folder (got the text '')"),
    ({"data__dataset": " "}, "data.dataset", "existing folder (got the text ' ')"),
    ({"data__dataset": "a\0b"}, "data.dataset", "existing folder (got the text 'a"),
    ({"data__dataset": "x" * 3000}, "data.dataset", "xxx…)"),
    ({"data__dataset": 5}, "data.dataset", "must be one of mnist5k, mnist, fashion_mnist, kmnist, or the path of an existing folder (got 5)"),
    ({"data__validation_share": 1.0}, "data.validation_share", "must be a number, above 0 and below 1 (got 1.0)"),
    ({"saliency__methods": ["gradient", "guess"]}, "saliency.methods.1", "must be one of the methods"),
    ({"saliency__methods": ["gradeint"]}, "saliency.methods.0", "did you mean gradient?"),
    ({"saliency__methods": [5]}, "saliency.methods.0", "must be a text (got 5)"),
    ({"learn__methods": ["guess"]}, "learn.methods.0", "must be one of the methods"),
    ({"learn__rates": {"mixtur": 1.0}}, "learn.rates.mixtur", "did you mean mixture?"),
    ({"learn__rates": {1: 1.0}}, "learn.rates.1", "the name of a parameter must be a text"),
    ({"learn__rates": 0.2}, "learn.rates", "must be a section in which each name has a number, above 0 and at most 1,000,000 (got 0.2)"),
    (
        {"learn__worlds": ["digits", "atrous-0"]},
        "learn.worlds.1",
        "must be digits, or atrous or textures with the planted dilation, such as atrous-2",
    ),
    ({"learn__selection": []}, "learn.selection", "a list of at least 1"),
    ({"learn__race": {"least_rounds": 1}}, "learn.race.least_rounds", "at least 2"),
    ({"network__channels": [16]}, "network.channels", "must be a list of 2 entries, each a whole number, at least 1 and at most 4,096 (got [16])"),
    ({"network__match_weights": True}, "network.match_weights", "must be one of own, same, valid (got true)"),
    ({"train__epochs": "4"}, "train.epochs", f"{COUNT} 10,000 (got the text '4')"),
    ({"train__epochs": date(2026, 1, 1)}, "train.epochs", "(got the date 2026-01-01)"),
    ({"train__learning_rate": float("nan")}, "train.learning_rate", f"{POSITIVE} (got nan)"),
    ({"train__learning_rate": float("inf")}, "train.learning_rate", f"{POSITIVE} (got inf)"),
    ({"train__learning_rate": -0.0}, "train.learning_rate", f"{POSITIVE} (got -0.0)"),
    ({"train__learning_rate": True}, "train.learning_rate", f"{POSITIVE} (got true)"),
    ({"train__learning_rate": "0.1"}, "train.learning_rate", f"{POSITIVE} (got the text '0.1')"),
    (
        {"train__optimizer": "sgd"},
        "train.optimizer",
        "there is no such parameter (got the text 'sgd'); train has replicates, networks_at_once, epochs, batch_size",
    ),
    ({"train__replicate": 8}, "train.replicate", "there is no such parameter (got 8); did you mean train.replicates?"),
    ({"train__x\ny": 1}, "train.x�y", "there is no such parameter"),
    ({"dilation": [1]}, "dilation", "there is no such parameter (got [1]); did you mean dilations?"),
    ({"replicates": 4}, "replicates", "did you mean train.replicates or mark.replicates or learn.replicates?"),
    ({"trian": {"epochs": 4}}, "trian", "there is no such parameter (got a section with epochs); did you mean train?"),
    ({"train": {}}, "train.epochs", f"is missing; {COUNT} 10,000"),
    (
        {"train": None},
        "train",
        "must be a section with replicates, networks_at_once, epochs, batch_size, learning_rate, shift_pixels, resplit, seed (got nothing)",
    ),
    ({"train": [8]}, "train", "must be a section with replicates"),
    ({5: 1}, "5", "the name of a parameter must be a text"),
    ({"analyze__alpha": 0}, "analyze.alpha", "must be a number, above 0 and below 1 (got 0)"),
]


@pytest.mark.parametrize(("change", "place", "rule"), BROKEN)
def test_a_broken_rule_is_named_with_parameter_rule_and_value(change, place, rule):
    with pytest.raises(ValueError, match=r"params\.yaml") as error:
        parse_settings(changed(**change) if isinstance(next(iter(change)), str) else DEFAULT + "5: 1\n")
    line = next(line for line in str(error.value).splitlines() if line.strip().startswith(f"{place}:"))
    assert rule in line
    assert "{" not in line  # never a whole section
    assert len(line) < 500
    assert not any(word in str(error.value) for word in ("Value error", "Input should", "a valid", "pattern", "Extra", "Field required"))


def test_minus_zero_is_zero_where_zero_is_allowed():
    assert parse_settings(changed(saliency__total_variation=-0.0)).saliency.total_variation == 0


def test_numbers_are_read_as_dvc_writes_them():
    text = DEFAULT.replace("total_variation: 0.05 ", "total_variation: 1e-05 ").replace("epochs: 4 ", "epochs: 010 ")
    settings = parse_settings(text)
    assert (settings.saliency.total_variation, settings.train.epochs) == (0.00001, 10)


def test_only_the_first_of_very_many_problems_are_listed():
    with pytest.raises(ValueError, match=r"and 32 more$") as error:
        parse_settings(DEFAULT + "".join(f"unknown{number}: 1\n" for number in range(52)))
    assert len(str(error.value).splitlines()) == 22


def test_all_broken_rules_are_reported_at_once():
    with pytest.raises(ValueError, match=r"params\.yaml") as error:
        parse_settings(changed(dilations=[0], poolings=["median"], train__epochs=0))
    assert len(str(error.value).splitlines()) == 4


def test_a_missing_section_is_refused():
    params = yaml.safe_load(DEFAULT)
    del params["train"]
    with pytest.raises(
        ValueError,
        match="train: is missing; must be a section with replicates, networks_at_once, epochs, batch_size, learning_rate",
    ):
        parse_settings(yaml.safe_dump(params))


@pytest.mark.parametrize("text", ["dilations: [1", "- 1\n- 2", "", "# nothing", "5", "dilations:5", b"\xff"])
def test_a_file_that_is_not_a_mapping_is_refused(text):
    with pytest.raises(ValueError, match=r"params\.yaml"):
        parse_settings(text)
