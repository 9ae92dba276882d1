"""The README against what is on disk: prose cannot drift from data."""

import json
import re
from pathlib import Path

from benchmarks.markdown_tables import TABLES, machine_lines, render_page
from kernel_dilation.experiment.arms import parse_arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.report.scope import Scope, scope_of
from kernel_dilation.report.sentences import answer_sentences
from tools.study.readme import template_context
from tools.study.readme_template import numbers_written_by_hand, render_template

import pytest
import yaml

README = Path("README.md").read_text()
SPEEDS = json.loads(Path("metrics/benchmark.json").read_text())
RUNS = {"default": (Path("params.yaml"), Path("metrics")), "study": (Path("study/params.yaml"), Path("study"))}


def run(name: str) -> tuple[dict, dict, Settings, Scope]:
    """Answers, counts of digits, parameters and scope of a run that is committed."""
    params, folder = RUNS[name]
    answers, fetched = (json.loads((folder / file).read_text()) for file in ("answers.json", "fetch.json"))
    settings = parse_settings(params.read_text())
    return answers, fetched, settings, scope_of(settings, answers, fetched, settings.saliency.images)


def answered(name: str) -> list[str]:
    """The sentences by which the README answers the three questions for a run."""
    answers, _, _, scope = run(name)
    said = answer_sentences(answers, scope)
    return [said["learned"][0], said["saliency"][0], " ".join(said["accuracy"][:2])]


def speeds() -> list[str]:
    """What the README says of the machine that was measured on, and the tables that it shows."""
    return [machine_lines(SPEEDS), *(TABLES[part](SPEEDS[part]) for part in ("training", "saliency", "targets"))]


@pytest.mark.parametrize("name", RUNS)
def test_the_answers_in_the_readme_are_those_of_the_committed_runs(name):
    for number, sentence in enumerate(answered(name), 1):
        assert f"{number}. {sentence}\n" in README


@pytest.mark.parametrize("name", RUNS)
def test_the_answers_are_of_the_committed_parameters(name):
    answers, _, settings, _ = run(name)
    assert answers["dataset"] == settings.data.dataset
    assert answers["replicates"] == settings.train.replicates
    assert set(answers["accuracy"]["mean_percent"]) == {str(dilation) for dilation in settings.dilations}


def test_the_speeds_in_the_readme_are_those_that_were_measured():
    for text in speeds():
        assert f"{text}\n" in README
    assert Path("metrics/benchmark.md").read_text() == render_page(SPEEDS)


def test_every_other_number_in_the_readme_is_known():
    """Those of its prose: data set and networks of both runs, the version of Python, and examples that are worked out here."""
    known = set()
    for name in RUNS:
        _, fetched, _, scope = run(name)
        known |= {f"{scope.digits['train']:,}", f"{scope.digits['test']:,}", str(scope.replicates), str(scope.arms)}
        known |= {f"{sum(fetched['digits'].values()):,}"}
    first, beyond = re.search(r">=3\.(\d+),<3\.(\d+)", Path("pyproject.toml").read_text()).groups()
    known |= {f"3.{minor}" for minor in range(int(first), int(beyond))}
    example = parse_arm("2-3-max")
    assert extent(example.kernel_size, example.dilation) == extent(5, 1) == 5
    known |= {str(example.dilation), str(example.kernel_size), "5", "1"}
    rest = README
    for sentence in (*answered("default"), *answered("study"), *speeds()):
        rest = rest.replace(sentence, "")
    assert {number.rstrip(".,") for number in numbers_written_by_hand(rest)} <= known


def test_every_path_that_the_readme_names_is_made_or_there():
    made = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    left = str([stage.get(kind) for stage in made.values() for kind in ("outs", "metrics", "plots")])
    for path in re.findall(r"\]\(((?!http)[^)#]+)\)", README):
        assert Path(path).exists() or path in left, path


def test_every_make_target_that_the_readme_names_exists():
    targets = re.findall(r"^([a-z-]+):", Path("Makefile").read_text(), re.MULTILINE)
    named = re.findall(r"(?:^|`)make ([a-z]+)(?:$|`)", README, re.MULTILINE)
    assert {"run", "test"} <= set(named) <= set(targets)


def test_the_readme_of_the_study_is_worked_out_from_its_numbers():
    template = Path("study/README.template.md").read_text()
    assert numbers_written_by_hand(template) == []
    assert Path("study/README.md").read_text() == render_template(template, template_context(Path("study")))
