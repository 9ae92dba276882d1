"""The README against what is on disk: prose cannot drift from data."""

import json
import re
from pathlib import Path

import pytest
import yaml

from stages.parts.experiment.settings import checked_settings
from stages.parts.page.sentences import QUESTIONS, sentences
from stages.parts.proofs.prose import prose, written_by_hand
from stages.publish import facts
from stages.report import read_scope

README = Path("README.md").read_text()
ANSWERS, FETCHED = (json.loads(Path("metrics", name).read_text()) for name in ("answers.json", "fetch.json"))
SETTINGS = checked_settings(Path("params.yaml").read_text())
SCOPE = read_scope(SETTINGS, ANSWERS, FETCHED, SETTINGS.saliency.images)


@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answers_in_the_readme_are_those_of_the_committed_run(question):
    opening = sentences(ANSWERS, SCOPE)[question][0]
    assert opening in README


def test_the_answers_are_of_the_committed_parameters():
    assert ANSWERS["dataset"] == SETTINGS.data.dataset
    assert ANSWERS["replicates"] == SETTINGS.train.replicates
    assert set(ANSWERS["accuracy"]["mean_percent"]) == {str(dilation) for dilation in SETTINGS.dilations}


def test_every_path_that_the_readme_names_is_made_or_there():
    made = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    left = str([stage.get(kind) for stage in made.values() for kind in ("outs", "metrics", "plots")])
    for path in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert Path(path).exists() or path in left, path


def test_every_make_target_that_the_readme_names_exists():
    targets = re.findall(r"^([a-z-]+):", Path("Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z]+)(?:$|`)", README, re.MULTILINE)
    assert {"run", "test"} <= set(named) <= set(targets)


@pytest.mark.skipif(not Path("study/answers.json").exists(), reason="the study has not been run yet")
def test_the_readme_of_the_study_is_worked_out_from_its_numbers():
    template = Path("study/README.template.md").read_text()
    assert written_by_hand(template) == []
    assert Path("study/README.md").read_text() == prose(template, facts(Path("study")))
