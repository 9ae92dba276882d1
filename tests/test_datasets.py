from pathlib import Path

import pytest
from changed_parameters import changed

from stages.parts.experiment.datasets import dataset_folder
from stages.parts.experiment.settings import checked_settings


@pytest.mark.parametrize(
    "name", ["Übung (Kopie)", "a+b@c", "it's", 'so "called"', "$(touch here); `x`", " leading", "#5", "日本", "1e5", "2026-01-01", "no"]
)
def test_a_data_set_may_be_any_folder_that_exists(tmp_path, name):
    (tmp_path / name).mkdir()
    assert checked_settings(changed(data__dataset=str(tmp_path / name))).data.dataset == str(tmp_path / name)


def test_nothing_of_a_data_set_reaches_a_shell():
    assert "dataset" not in Path("dvc.yaml").read_text()


def test_a_data_set_may_lie_in_the_home_folder(tmp_path, monkeypatch):
    (tmp_path / "digits").mkdir()
    monkeypatch.setenv("HOME", str(tmp_path))
    assert checked_settings(changed(data__dataset="~/digits")).data.dataset == "~/digits"
    assert dataset_folder("~/digits") == tmp_path / "digits"


@pytest.mark.parametrize("name", ["~nobody-of-this-name/digits", "~/digits"])
def test_a_home_folder_that_is_not_known_is_refused(name, monkeypatch):
    def unknown(path: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", unknown)
    with pytest.raises(ValueError, match=r"data.dataset: must be one of .*; the home folder that ~ stands for is not known here, so write it out"):
        checked_settings(changed(data__dataset=name))


def test_a_user_who_does_not_exist_has_no_folder():
    with pytest.raises(ValueError, match="the home folder that ~ stands for is not known here"):
        dataset_folder("~nobody-of-this-name/digits")
