import json
import subprocess
import sys
from pathlib import Path

from tools.compare_verdicts import MISSING, list_verdicts, pair_verdicts, verdict_table

import pytest

ANSWERS = {
    "replicates": 8,
    "accuracy": {"verdict": "difference", "p_value": 0.0004},
    "learned": {"verdict": "inconclusive", "mixture": {"verdict": "inconsistent", "runs": 6}},
    "saliency_verdict": "negligible",
}


def compare(committed: str, new: str, piped: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "tools.compare_verdicts", committed, new], input=piped, capture_output=True, text=True)


@pytest.fixture
def files(tmp_path):
    """Return a function that writes answers to a file and returns its path."""

    def write(name: str, answers: object) -> str:
        path = tmp_path / name
        path.write_text(json.dumps(answers))
        return str(path)

    return write


def test_verdicts_are_found_at_every_depth_in_order():
    assert list(list_verdicts(ANSWERS)) == [
        ("accuracy.verdict", "difference"),
        ("learned.verdict", "inconclusive"),
        ("learned.mixture.verdict", "inconsistent"),
        ("saliency_verdict", "negligible"),
    ]


def test_the_committed_answers_have_a_verdict_on_every_question():
    places = dict(list_verdicts(json.loads(Path("metrics/answers.json").read_text())))
    assert {"accuracy.verdict", "saliency.verdict", "learned.verdict"} <= set(places)


def test_a_verdict_that_only_one_run_has_differs():
    new = {**ANSWERS, "learned": {"verdict": "inconclusive", "experts": {"verdict": "consistent"}}}
    pairs = pair_verdicts(ANSWERS, new)
    assert ("learned.mixture.verdict", "inconsistent", MISSING) in pairs
    assert ("learned.experts.verdict", MISSING, "consistent") in pairs
    assert verdict_table(pairs).count("| yes |") == 2


def test_runs_whose_numbers_alone_differ_agree(files):
    new = {**ANSWERS, "accuracy": {"verdict": "difference", "p_value": 0.0005}}
    result = compare(files("committed.json", ANSWERS), files("new.json", new))
    assert result.returncode == 0, result.stderr
    assert result.stdout.endswith("\n0 of 4 verdicts differ\n")
    assert "| yes |" not in result.stdout


def test_a_run_with_another_verdict_fails_and_its_row_is_marked(files):
    new = {**ANSWERS, "accuracy": {"verdict": "equivalent"}}
    result = compare("-", files("new.json", new), json.dumps(ANSWERS))
    assert result.returncode == 1
    assert "| accuracy.verdict | difference | equivalent | yes |\n" in result.stdout
    assert result.stdout.endswith("\n1 of 4 verdicts differ\n")


@pytest.mark.parametrize(
    ("answers", "message"),
    [({"replicates": 8}, "answers must have at least one verdict; the new ones have none"), ([1], "answers must be a JSON object;")],
)
def test_answers_without_verdicts_are_refused(files, answers, message):
    result = compare(files("committed.json", ANSWERS), files("new.json", answers))
    assert result.returncode == 1
    assert result.stderr.startswith(f"compare_verdicts: {message}")


def test_a_file_that_is_no_json_is_refused(tmp_path):
    (tmp_path / "answers.json").write_text("verdict: difference")
    result = compare(str(tmp_path / "answers.json"), str(tmp_path / "answers.json"))
    assert result.returncode == 1
    assert result.stderr.startswith("compare_verdicts: answers must be a JSON object;")
