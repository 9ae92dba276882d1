"""The files for a hosting service and for containers: workflows, dependency updates, issue forms, Dockerfile.

The schemas of workflows, issue forms and dependabot in check-jsonschema 0.39.0 accept these files, too.
"""

import re
from pathlib import Path

import pytest
import yaml

WORKFLOWS = sorted(Path(".github/workflows").glob("*.yml"))
FORMS = sorted(path for path in Path(".github/ISSUE_TEMPLATE").glob("*.yml") if path.name != "config.yml")
MAKEFILE = Path("Makefile").read_text()


def jobs(path: Path) -> dict:
    return yaml.safe_load(path.read_text())["jobs"]


def steps(path: Path) -> list[dict]:
    return [step for job in jobs(path).values() for step in job["steps"]]


def supported_versions() -> set[str]:
    """Return the versions of Python in pyproject.toml, such as 3.11."""
    first, beyond = re.search(r">=3\.(\d+),<3\.(\d+)", Path("pyproject.toml").read_text()).groups()
    return {f"3.{minor}" for minor in range(int(first), int(beyond))}


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_every_action_is_pinned_by_a_commit_and_names_its_release(path):
    lines = re.findall(r"^ +(?:- )?uses: (.+)$", path.read_text(), re.MULTILINE)
    assert len(lines) == sum("uses" in step for step in steps(path)) > 0
    for line in lines:
        assert re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+", line), line


def test_an_action_has_the_same_commit_everywhere():
    used = {step["uses"] for path in WORKFLOWS for step in steps(path) if "uses" in step}
    assert len({action.partition("@")[0] for action in used}) == len(used)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_may_only_read_and_ends(path):
    assert yaml.safe_load(path.read_text())["permissions"] == {"contents": "read"}
    assert all(job["timeout-minutes"] > 0 for job in jobs(path).values())
    assert all(step["with"]["persist-credentials"] is False for step in steps(path) if step.get("uses", "").startswith("actions/checkout@"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.stem)
def test_a_workflow_runs_targets_of_make(path):
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert commands
    for command in commands:
        assert re.match(r"make (?:--silent )?([a-z-]+)", command)[1] in targets


def test_the_tests_run_on_both_systems_with_every_supported_python():
    matrix = jobs(Path(".github/workflows/tests.yml"))["test"]["strategy"]["matrix"]
    assert set(matrix["python"]) == supported_versions()
    assert {system.partition("-")[0] for system in matrix["system"]} == {"ubuntu", "macos"}


def test_the_default_run_is_weekly_and_its_verdicts_are_compared():
    path = Path(".github/workflows/default_run.yml")
    (schedule,) = yaml.safe_load(path.read_text())[True]["schedule"]  # YAML 1.1 reads the key `on` as true
    minute, hour, day, month, weekday = schedule["cron"].split()
    assert (day, month) == ("*", "*")
    assert minute.isdigit()
    assert hour.isdigit()
    assert weekday.isdigit()
    commands = [step["run"] for step in steps(path) if "run" in step]
    assert [re.search(r"make (?:--silent )?(\w+)", command)[1] for command in commands] == ["run", "verdicts"]


def test_updates_are_proposed_for_actions_and_for_the_container():
    updates = yaml.safe_load(Path(".github/dependabot.yml").read_text())
    assert updates["version"] == 2
    assert {"github-actions", "docker", "pip"} == {update["package-ecosystem"] for update in updates["updates"]}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_an_issue_form_asks_for_something_and_every_question_has_a_name_of_its_own(path):
    form = yaml.safe_load(path.read_text())
    assert {"name", "description", "body"} <= set(form)
    names = [field["id"] for field in form["body"]]
    assert len(names) == len(set(names)) > 0
    assert all(field["attributes"]["label"] for field in form["body"])
    assert any(field.get("validations", {}).get("required") for field in form["body"])


def test_issue_forms_name_commands_and_files_that_exist():
    text = "\n".join(path.read_text() for path in FORMS)
    targets = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
    assert set(re.findall(r"`make (\w+)`", text)) <= set(targets)
    assert all(Path(name).exists() for name in re.findall(r"\b[\w./]+\.(?:md|yaml)\b", text))


def test_the_container_has_a_supported_python_and_copies_files_that_exist():
    text = Path("Dockerfile").read_text()
    assert re.search(r"^FROM python:(\d\.\d+)-slim-bookworm$", text, re.MULTILINE)[1] in supported_versions()
    copied = [name for line in re.findall(r"^COPY --chown=\w+ (.+) \S+$", text, re.MULTILINE) for name in line.split()]
    assert len(copied) > 1
    assert [name for name in copied if not Path(name).exists()] == []
    assert re.search(r"^RUN make ([a-z-]+)$", text, re.MULTILINE)[1] in re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)


def test_the_context_of_the_container_leaves_out_what_git_ignores():
    ignored = {line.strip("/") for line in Path(".gitignore").read_text().splitlines()}
    left_out = {line.removeprefix("**/") for line in Path(".dockerignore").read_text().splitlines()}
    assert ignored <= left_out
    assert {f".dvc/{line.strip('/')}" for line in Path(".dvc/.gitignore").read_text().splitlines()} <= left_out
