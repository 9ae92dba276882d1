"""The headlines of the answers. Oracle: the answers from which they are taken, and the output of DVC itself."""

import json
import subprocess
import sys
from itertools import permutations
from pathlib import Path

from kernel_dilation.analysis.headlines import QUESTIONS, headlines, main_values
from kernel_dilation.experiment.parameters import parse_settings

import pytest
from made_up_study import made_up_answers
from poorer_answers import without_each_key

PARAMETERS = "params.yaml", "study/params.yaml"
COLUMNS = 120  # of a terminal
FILES = [f"metrics/{question}.json" for question in QUESTIONS]
ACCURACY = {
    "error_ratio": 12.345678, "error_ratio_lower": 11.123456, "error_ratio_upper": 13.456789,
    "pooling_pair": "average minus max", "pooling_points": -0.821875, "pooling_points_lower": -1.212559, "pooling_points_upper": -0.431190,
    "kernel_size_pair": "5 minus 3", "kernel_size_points": -0.087499, "kernel_size_points_lower": -0.294230, "kernel_size_points_upper": 0.119230,
}  # fmt: skip


def answers_of(parameters: str, **accuracy: object) -> dict:
    """Return made-up answers of a run with these parameters, with the numbers above changed by `accuracy`."""
    settings = parse_settings(Path(parameters).read_text())
    answers = made_up_answers(settings.dilations, settings.learn.methods)
    return {**answers, "accuracy": {**answers["accuracy"], **ACCURACY, **accuracy}}


def shown(*arguments: str, folder: Path = Path()) -> str:
    """Return what a command of DVC prints."""
    done = subprocess.run([sys.executable, "-m", "dvc", *arguments], cwd=folder, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


def widest(text: str) -> int:
    """Return the number of characters of the longest line."""
    return max(map(len, text.splitlines()))


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_every_headline_is_a_number_or_verdict_of_the_answers(parameters):
    answers = answers_of(parameters)
    found = headlines(answers)
    sources = {
        "learning": ("learned", "right_share"), "saliency": ("saliency", "share_differing"), "accuracy": ("accuracy", "error_ratio"),
        "fields": ("accuracy", "pooling_points"),
    }  # fmt: skip
    assert list(found) == list(sources)
    for question, (part, name) in sources.items():
        headline = found[question]
        assert headline["verdict"] == answers[QUESTIONS[question]]["verdict"]
        for key, end in (("value", ""), ("value_lower", "_lower"), ("value_upper", "_upper")):
            assert headline.get(key) == answers[part].get(f"{name}{end}")


def test_a_share_of_choices_of_which_none_is_shown_right_or_wrong_is_no_number():
    answers = answers_of("params.yaml")
    answers["learned"] |= {"right_share": 0.5, "right_share_lower": 0.0, "right_share_upper": 1.0}
    found = headlines(answers)["learning"]
    assert "value" not in found
    assert (found["value_lower"], found["value_upper"]) == (0.0, 1.0)


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_there_are_at_most_25_headlines(parameters):
    assert sum(map(len, headlines(answers_of(parameters)).values())) <= 25


@pytest.mark.parametrize("parameters", PARAMETERS)
def test_the_values_for_other_programs_are_at_most_25_of_the_answers_and_none_is_missing(parameters):
    answers = answers_of(parameters)
    values = main_values(answers)
    parts = {name: part for name, part in values.items() if isinstance(part, dict)}
    assert len(values) - len(parts) + sum(map(len, parts.values())) <= 25
    assert list(parts) == ["accuracy", "saliency", "learned", "fields"]
    for name, part in parts.items():
        assert part == {key: answers[name][key] for key in part}
        assert None not in part.values()
    assert {"verdict", "p_value", "best_dilation", "range_points", "slope_points_per_dilation"} <= set(parts["accuracy"])
    assert {"verdict", "best_way", "right_share", "same_share", "trainings"} <= set(parts["learned"])


def test_the_fourth_number_names_the_levels_that_it_compares():
    answers = answers_of("params.yaml")
    assert headlines(answers)["fields"]["quantity"] == "accuracy points, average minus max"
    del answers["accuracy"]["pooling_pair"]
    field = headlines(answers)["fields"]
    assert (field["quantity"], field["value"]) == ("accuracy points, kernel size 5 minus 3", -0.087499)
    del answers["accuracy"]["kernel_size_pair"]
    assert headlines(answers)["fields"] == {"verdict": answers["fields"]["verdict"]}


def test_answers_without_a_number_have_headlines_without_it():
    full = sum(map(len, headlines(answers_of("params.yaml")).values()))
    for poorer in without_each_key(answers_of("params.yaml")):
        if all("verdict" in poorer.get(part, {}) for part in QUESTIONS.values()):
            found = headlines(poorer)
            assert sum(map(len, found.values())) <= full
            assert all(("value" in headline) == ("quantity" in headline) for headline in found.values())


def write_headlines(folder: Path, answers: dict, verdict: str) -> None:
    """Write the headlines of answers to files in the folder, with another verdict."""
    (folder / "metrics").mkdir(exist_ok=True)
    for question, headline in headlines(answers).items():
        (folder / f"metrics/{question}.json").write_text(json.dumps({**headline, "verdict": verdict}))


def test_the_tables_of_a_study_and_of_its_changes_fit_a_terminal(tmp_path):
    """With the longest names that the study's parameters allow, and the longest verdict."""
    poolings = parse_settings(Path("study/params.yaml").read_text()).poolings
    first, second = sorted((f"{second} minus {first}" for first, second in permutations(poolings, 2)), key=len)[-2:]
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True)
    shown("init", "-q", folder=tmp_path)
    write_headlines(tmp_path, answers_of("study/params.yaml", pooling_pair=first), "untestable")
    for command in (["add", "-A"], ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "run"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    write_headlines(tmp_path, answers_of("study/params.yaml", pooling_pair=second, pooling_points=0.5, error_ratio=1.234567), "inconclusive")
    table, changes = shown("metrics", "show", *FILES, folder=tmp_path), shown("metrics", "diff", "--targets", *FILES, folder=tmp_path)
    assert second in table
    assert changes.count("inconclusive") == len(FILES)
    assert widest(table) <= COLUMNS
    assert widest(changes) <= COLUMNS


def test_the_table_of_the_committed_run_fits_a_terminal_and_stands_in_the_readme():
    table = shown("metrics", "show")
    assert [line.split()[0] for line in table.splitlines()] == ["Path", *FILES]
    assert widest(table) <= COLUMNS
    assert "\n".join(line.rstrip() for line in table.splitlines()) in Path("README.md").read_text()
