import json
import subprocess
from pathlib import Path

from kernel_dilation.analysis.headlines import QUESTIONS
from tools.compare_verdicts import main, verdict_table

import pytest

PROJECT = Path(__file__).parent.parent


@pytest.fixture
def compare(project, monkeypatch, capsys):
    """Return a function that compares the verdicts in the folder of the project, and returns exit status, output and errors."""
    monkeypatch.chdir(project)

    def run(*arguments: str) -> tuple[object, str, str]:
        monkeypatch.setattr("sys.argv", ["compare_verdicts", *arguments])
        with pytest.raises(SystemExit) as ended:
            main()
        printed = capsys.readouterr()
        return ended.value.code, printed.out, printed.err

    return run


def write_headline(folder: Path, question: str, **headline: object) -> None:
    (folder / "metrics").mkdir(exist_ok=True)
    (folder / f"metrics/{question}.json").write_text(json.dumps(headline))


@pytest.fixture
def project(tmp_path):
    """Return a folder with headlines, committed to a git repository."""
    for question in QUESTIONS:
        write_headline(tmp_path, question, verdict="difference", value=0.5)
    for command in (["init", "-q"], ["add", "-A"], ["-c", "user.name=test", "-c", "user.email=test@example.com", "commit", "-qm", "run"]):
        subprocess.run(["git", *command], cwd=tmp_path, check=True)
    return tmp_path


def test_runs_whose_numbers_alone_differ_agree(project, compare):
    write_headline(project, "accuracy", verdict="difference", value=0.6)
    status, printed, _ = compare()
    assert status == 0
    assert printed.endswith("\n0 of 4 verdicts differ\n")
    assert "| yes |" not in printed


def test_a_run_with_another_verdict_fails_and_its_row_is_marked(project, compare):
    write_headline(project, "accuracy", verdict="equivalent", value=0.5)
    status, printed, _ = compare()
    assert status == 1
    assert "| accuracy | difference | equivalent | yes |\n" in printed
    assert printed.endswith("\n1 of 4 verdicts differ\n")


def test_every_question_has_a_row_in_the_table():
    verdicts = dict.fromkeys(QUESTIONS, "difference")
    assert verdict_table(verdicts, {**verdicts, "fields": "negligible"}).count("| difference | difference |  |") == len(QUESTIONS) - 1


@pytest.mark.parametrize("content", ["verdict: difference", "[1]", "{}", '{"verdict": 3}'])
def test_a_file_without_a_verdict_is_refused_by_its_name(project, compare, content):
    (project / "metrics/accuracy.json").write_text(content)
    status, printed, message = compare()
    assert f"{message}{status}".startswith("compare_verdicts: metrics/accuracy.json must be a JSON object")
    assert printed == ""


def test_a_revision_that_git_does_not_know_is_refused(compare):
    status, _, message = compare("v9.9")
    assert f"{message}{status}".startswith("compare_verdicts: metrics/learning.json must be committed at v9.9; git says: ")


def test_the_committed_headlines_have_a_verdict_on_every_question():
    for question in QUESTIONS:
        assert json.loads((PROJECT / f"metrics/{question}.json").read_text())["verdict"]
