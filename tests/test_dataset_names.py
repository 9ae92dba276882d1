import re
from pathlib import Path

from kernel_dilation.experiment.dataset_names import dataset_folder
from kernel_dilation.experiment.parameters import parse_settings

import pytest
from changed_parameters import changed


@pytest.mark.parametrize(
    "name", ["Übung (Kopie)", "a+b@c", "it's", 'so "called"', "$(touch here); `x`", " leading", "#5", "日本", "1e5", "2026-01-01", "no"]
)
def test_a_data_set_may_be_any_existing_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    assert parse_settings(changed(data__dataset=str(tmp_path / name))).data.dataset == str(tmp_path / name)


def test_no_part_of_a_data_set_name_reaches_a_shell():
    commands = re.findall(r"cmd: (.*)", Path("dvc.yaml").read_text())
    assert len(commands) > 1
    assert not [command for command in commands if "data" in command]


def test_a_data_set_may_be_in_the_home_folder(tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert parse_settings(changed(data__dataset="~/digits")).data.dataset == "~/digits"
    assert dataset_folder("~/digits") == tmp_path / "digits"


@pytest.mark.parametrize("name", ["~nobody-of-this-name/digits", "~/digits"])
def test_an_unknown_home_folder_is_refused(name, monkeypatch):
    def unknown(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(
        ValueError, match=r"data.dataset: must be one of .*; the home folder that ~ stands for is unknown on this machine, so write the path out"
    ):
        parse_settings(changed(data__dataset=name))


def test_the_home_folder_of_an_unknown_user_is_refused():
    with pytest.raises(ValueError, match="the home folder that ~ stands for is unknown on this machine"):
        dataset_folder("~nobody-of-this-name/digits")
