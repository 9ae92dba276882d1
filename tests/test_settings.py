from pathlib import Path

import pytest
import yaml

from stages.parts.experiment.settings import Settings, checked_settings

DEFAULT = Path("params.yaml").read_text()


def changed(**changes: object) -> str:
    """The default parameters with some values replaced; `section__key` reaches into a section."""
    params = yaml.safe_load(DEFAULT)
    for place, value in changes.items():
        *sections, key = place.split("__")
        target = params[sections[0]] if sections else params
        target[key] = value
    return yaml.safe_dump(params)


def test_the_default_parameters_are_accepted():
    settings = checked_settings(DEFAULT)
    assert len(settings.arms()) == len(settings.dilations) * len(settings.kernel_sizes) * len(settings.poolings)


def test_every_parameter_of_the_model_stands_in_the_file_with_a_comment():
    lines = [line for line in DEFAULT.splitlines() if ":" in line.split("#")[0]]
    names = {line.split(":")[0].strip() for line in lines}
    sections = {name for name, field in Settings.model_fields.items() if hasattr(field.annotation, "model_fields")}
    for section in sections:
        assert set(Settings.model_fields[section].annotation.model_fields) <= names
    uncommented = [line for line in lines if "#" not in line and not line.endswith(":")]
    assert uncommented == []


@pytest.mark.parametrize(
    ("change", "place", "rule"),
    [
        ({"dilations": [0, 1]}, "dilations.0", "greater than or equal to 1"),
        ({"dilations": []}, "dilations", "at least 1 item"),
        ({"dilations": 3}, "dilations", "valid list"),
        ({"dilations": [1, 1]}, "dilations", "repeated: 1"),
        ({"dilations": [1.5]}, "dilations.0", "valid integer"),
        ({"dilations": [True]}, "dilations.0", "valid integer"),
        ({"dilations": ["2"]}, "dilations.0", "valid integer"),
        ({"kernel_sizes": [4]}, "kernel_sizes.0", "must be odd"),
        ({"poolings": ["median"]}, "poolings.0", "'max', 'average' or 'stride'"),
        ({"poolings": ["max; touch here"]}, "poolings.0", "'max', 'average' or 'stride'"),
        ({"data__dataset": "$(touch here)"}, "data.dataset", "match pattern"),
        ({"data__dataset": "no/such/folder"}, "data.dataset", "folder that exists"),
        ({"data__validation_share": 1.0}, "data.validation_share", "less than 1"),
        ({"saliency__methods": ["gradient", "guess"]}, "saliency.methods.1", "the methods are"),
        ({"learn__methods": ["guess"]}, "learn.methods.0", "the methods are"),
        ({"train__epochs": "4"}, "train.epochs", "valid integer"),
        ({"train__learning_rate": float("nan")}, "train.learning_rate", "finite number"),
        ({"train__optimizer": "sgd"}, "train.optimizer", "not permitted"),
        ({"dilation": [1]}, "dilation", "not permitted"),
        ({"analyze__alpha": 0}, "analyze.alpha", "greater than 0"),
    ],
)
def test_a_broken_rule_is_named_with_parameter_rule_and_value(change, place, rule):
    with pytest.raises(ValueError, match=r"params\.yaml") as refusal:
        checked_settings(changed(**change))
    line = next(line for line in str(refusal.value).splitlines() if line.strip().startswith(f"{place}:"))
    assert rule in line
    assert "got" in line
    assert "{" not in line  # never a whole section


def test_all_broken_rules_are_told_at_once():
    with pytest.raises(ValueError, match=r"params\.yaml") as refusal:
        checked_settings(changed(dilations=[0], poolings=["median"], train__epochs=0))
    assert len(str(refusal.value).splitlines()) == 4


def test_a_missing_section_is_refused():
    params = yaml.safe_load(DEFAULT)
    del params["train"]
    with pytest.raises(ValueError, match="train: Field required"):
        checked_settings(yaml.safe_dump(params))


@pytest.mark.parametrize("text", ["dilations: [1", "- 1\n- 2", ""])
def test_a_file_that_is_no_mapping_is_refused(text):
    with pytest.raises(ValueError, match=r"params\.yaml"):
        checked_settings(text)


def test_a_kernel_that_reaches_past_the_image_is_refused():
    with pytest.raises(ValueError, match="kernel size 3 at dilation 28 reaches 28 pixels"):
        checked_settings(changed(dilations=[28], kernel_sizes=[3]))


def test_a_map_that_vanishes_under_valid_padding_is_refused():
    """28 - 2 x 13 = 2, pooled to 1, from which a 3-wide kernel leaves nothing."""
    with pytest.raises(ValueError, match="kernel size 3 at dilation 1 leaves 0"):
        checked_settings(changed(dilations=[13], kernel_sizes=[3], network__padding="valid"))


def test_the_full_grid_of_the_study_fits():
    settings = checked_settings(changed(dilations=[1, 2, 3, 4, 5, 6, 7], kernel_sizes=[3, 5], poolings=["max", "average", "stride"]))
    assert len(settings.arms()) == 42
