"""The runs of the study: the main run of study/params.yaml, and the side runs that study/side_runs.yaml declares."""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeGuard

from kernel_dilation.experiment.parameter_file import read_parameters
from kernel_dilation.experiment.parameters import parse_settings
from tools.project_copy import with_changes

import yaml
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

STUDY = Path("study")
KEPT = STUDY / "runs"  # small results of each run
MAIN = "same"  # the run that answers the questions
ALL_STAGES = "report"

Target = Literal["rounds", "train", "transfer", "analyze"]


class SideRun(BaseModel):
    """A side run as it is declared."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    question: str
    target: Target
    changes: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """One run of the pipeline: its name, the content of its params.yaml, and the last stage that runs."""

    name: str
    params: str
    target: str

    @property
    def folder(self) -> Path:
        """Folder in which it runs."""
        return STUDY / "work" / self.name

    @property
    def results(self) -> Path:
        """Folder in which its small results and its hashes are kept."""
        return KEPT / self.name

    @property
    def goal(self) -> list[str]:
        """What DVC has to bring up to date, as arguments: every stage by default, and one item for each arm that is only trained."""
        if self.target == "train":
            return [f"train@{arm.name}" for arm in parse_settings(self.params).arms()]
        return [self.target]


def read_runs(environment: Mapping[str, str]) -> tuple[list[Run], dict[str, str]]:
    """Return the main run and the side runs, after checking their parameters, and for each run that is left out the variable that is not set.

    Raises:
        ValueError: a side run is not declared as it must be, or the parameters of a run break a rule.
    """
    file, declared = STUDY / "params.yaml", STUDY / "side_runs.yaml"
    main_params = read_parameters(file.read_bytes(), str(file))
    runs, left_out = [Run(MAIN, file.read_text(encoding="utf-8"), ALL_STAGES)], {}
    for name, side_run in declared_side_runs(declared).items():
        missing = [variable for variable in used_variables(side_run.changes) if not environment.get(variable)]
        if missing:
            left_out[name] = missing[0]
            continue
        params = with_changes(main_params, replace_variables(side_run.changes, environment))
        runs.append(Run(name, yaml.safe_dump(params), side_run.target))
    for run in runs:
        try:
            parse_settings(run.params)
        except ValueError as error:
            raise ValueError(f"the run {run.name}: {error}") from None
    return runs, left_out


def declared_side_runs(file: Path) -> dict[str, SideRun]:
    """Return the side runs that a file declares, by name.

    Raises:
        ValueError: a run has another form, or a name that cannot be a folder or is that of the main run.
    """
    try:
        side_runs = TypeAdapter(dict[str, SideRun]).validate_python(read_parameters(file.read_bytes(), str(file)) or {})
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise ValueError(f"{file}: {'.'.join(map(str, first['loc']))}: {first['msg']} (got {first['input']!r})") from None
    for name in side_runs:
        if name == MAIN or not re.fullmatch(r"[a-z0-9][a-z0-9-]*", name):
            raise ValueError(f"{file}: a run's name must consist of a-z, 0-9 and -, and not be {MAIN}, the main run; got {name!r}")
    return side_runs


def used_variables(changes: object) -> list[str]:
    """Return the environment variables that stand for values, such as `$DATASET_LETTERS`, anywhere in the changes."""
    if isinstance(changes, Mapping):
        return [variable for value in changes.values() for variable in used_variables(value)]
    return [changes[1:]] if is_variable(changes) else []


def replace_variables(changes: Any, environment: Mapping[str, str]) -> Any:
    """Return the changes with each variable replaced by its value; a folder's path is made absolute, since runs have folders of their own."""
    if isinstance(changes, Mapping):
        return {key: replace_variables(value, environment) for key, value in changes.items()}
    if not is_variable(changes):
        return changes
    value = environment[changes[1:]]
    return os.path.abspath(os.path.expanduser(value)) if os.path.isdir(os.path.expanduser(value)) else value


def is_variable(value: object) -> TypeGuard[str]:
    """Test whether a value is the name of an environment variable after a dollar sign."""
    return isinstance(value, str) and re.fullmatch(r"\$[A-Z][A-Z0-9_]*", value) is not None
