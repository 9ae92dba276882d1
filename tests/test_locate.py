"""DVC follows the content of a user's folder, and no output contains a path of this machine."""

import hashlib
import json
import re
import subprocess
import sys
from pathlib import Path

from stages.locate import link_files

import numpy as np
import pytest
import yaml
from idx_files import NAMES, four_files, write_folder
from tiny_projects import clean_environment, copied_project

OLD, NEW = four_files(), {**four_files(), NAMES[0]: four_files()[NAMES[0]][:-1] + b"\x07"}  # the same number of bytes, one of them different


class Project:
    """Copy of the project, and a folder of digits outside it."""

    def __init__(self, root: Path, mine: Path) -> None:
        self.root, self.mine = root, mine
        self.environment = clean_environment() | {"HOME": str(mine.parent)}
        identity = {f"GIT_{role}_{part}": f"test{at}" for role in ("AUTHOR", "COMMITTER") for part, at in (("NAME", ""), ("EMAIL", "@example.com"))}
        self.environment |= identity

    def dvc(self, *arguments: str, check: bool = True) -> str:
        """Run a command of DVC and return what it prints."""
        command = [sys.executable, "-m", "dvc", *arguments]
        process = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True)
        assert not check or not process.returncode, process.stdout + process.stderr
        return process.stdout + process.stderr

    def run_fetch(self) -> list[str]:
        """Run DVC up to fetch; return the stages that were executed rather than restored from DVC's run cache."""
        return re.findall(r"^Running stage '([^']+)'", self.dvc("repro", "fetch"), re.MULTILINE)

    def choose(self, dataset: str) -> None:
        """Write the name of the data set to params.yaml."""
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        params["data"]["dataset"] = dataset
        path.write_text(yaml.safe_dump(params))

    def read_outputs(self) -> tuple[str, str]:
        """Return the name of the data set and the SHA-256 digest of the digits."""
        with np.load(self.root / "data/digits.npz") as arrays:
            content = b"".join(arrays[f"{letter}_{split}"].tobytes() for split in ("train", "validation", "test") for letter in "xy")
        metrics = json.loads((self.root / "metrics/fetch.json").read_text())
        assert metrics["sha256"] == hashlib.sha256(content).hexdigest()
        return metrics["dataset"], metrics["sha256"]


def name_of(files: dict[str, bytes]) -> str:
    """Return the expected name of the folder `Übung (Kopie) a+b@c`; oracle: SHA-256 digest of the concatenated files."""
    return f"Übung (Kopie) a+b@c (SHA-256 {hashlib.sha256(b''.join(files.values())).hexdigest()[:12]})"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "clone"
    copied_project(root)
    return Project(root, write_folder(tmp_path / "outside" / "Übung (Kopie) a+b@c", OLD))


@pytest.mark.slow
def test_a_changed_file_is_fetched_again_and_old_digits_are_never_restored(project):
    """Another data set is chosen between two changes. The run cache does not serve `fetch`, one of whose outputs, `metrics/fetch.json`, is in git."""
    project.choose(str(project.mine))
    assert project.run_fetch() == ["locate", "fetch"]
    name, old = project.read_outputs()
    assert name == name_of(OLD)
    assert project.run_fetch() == []
    assert "up to date" in project.dvc("status", "fetch")

    write_folder(project.mine, NEW)
    assert "modified:           data/source" in project.dvc("status", "fetch")
    assert project.run_fetch() == ["locate", "fetch"]
    name, new = project.read_outputs()
    assert (name, new != old) == (name_of(NEW), True)

    project.choose("mnist5k")
    assert project.run_fetch() == ["locate", "fetch"]
    assert project.read_outputs()[0] == "mnist5k"
    assert "up to date" in project.dvc("status", "fetch")
    write_folder(project.mine, OLD)
    project.choose(str(project.mine))
    assert project.run_fetch() == ["locate", "fetch"]
    assert project.read_outputs() == (name_of(OLD), old)
    write_folder(project.mine, NEW)
    project.dvc("repro", "fetch")
    assert project.read_outputs() == (name_of(NEW), new)


@pytest.mark.slow
def test_no_output_contains_a_path_of_this_machine(project):
    project.choose(str(project.mine))
    project.dvc("repro", "fetch")
    for path in [project.root / "dvc.lock", *(project.root / "metrics").iterdir(), *(project.root / "data").iterdir()]:
        assert path.is_dir() or str(project.mine.parent).encode() not in path.read_bytes(), path
    assert "Übung (Kopie) a+b@c" in (project.root / "metrics/fetch.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["absolute", "home"])
def test_an_experiment_in_a_temporary_copy_uses_the_folder_too(project, place):
    """`dvc exp run --temp` works in a folder that DVC creates, as `dvc queue` does."""
    dataset = {"absolute": str(project.mine), "home": "~/Übung (Kopie) a+b@c"}[place]
    printed = project.dvc("exp", "run", "--temp", "-S", f"data.dataset='{dataset}'", "fetch")
    experiment = re.search(r"Ran experiment\(s\): (\S+)", printed)[1]
    kept = subprocess.run(
        ["git", "show", f"{experiment_commit(project, experiment)}:metrics/fetch.json"], cwd=project.root, capture_output=True, text=True
    )
    assert json.loads(kept.stdout)["dataset"] == name_of(OLD)


def experiment_commit(project: Project, experiment: str) -> str:
    """Return the reference of the commit that an experiment created."""
    refs = subprocess.run(["git", "for-each-ref", "--format=%(refname)", "refs/exps"], cwd=project.root, capture_output=True, text=True).stdout
    return next(ref for ref in refs.split() if ref.endswith(experiment))


@pytest.mark.slow
def test_a_relative_path_is_relative_to_the_project(project):
    project.choose("../outside/Übung (Kopie) a+b@c")
    project.dvc("repro", "fetch")
    assert project.read_outputs()[0] == name_of(OLD)


@pytest.mark.slow
def test_a_deleted_file_is_named_and_another_data_set_can_be_chosen_afterwards(project):
    project.choose(str(project.mine))
    project.dvc("repro", "fetch")
    (project.mine / NAMES[0]).unlink()
    printed = project.dvc("repro", "fetch", check=False)
    assert f"Übung (Kopie) a+b@c/{NAMES[0]}" in printed
    assert "Traceback" not in printed
    printed = project.dvc("exp", "run", "-S", "data.seed=1", "fetch", check=False)
    assert f"locate: {project.mine / NAMES[0]}: no such file, plain or gzip; the folder contains" in printed
    project.choose("mnist5k")
    project.dvc("repro", "fetch")
    assert project.read_outputs()[0] == "mnist5k"
    assert sorted(path.name for path in project.mine.iterdir()) == sorted(NAMES[1:])  # files of the user are never deleted


@pytest.mark.slow
def test_a_misspelt_parameter_is_refused_although_no_stage_reads_it(project):
    project.dvc("repro", "fetch")
    path = project.root / "params.yaml"
    path.write_text(path.read_text() + "dilation: [1]\n")
    assert re.search(r"locate: params.yaml breaks these rules:\s+dilation", project.dvc("repro", "fetch", check=False))


@pytest.mark.parametrize("name", ["Übung (Kopie)", "a+b@c", "mnist", "$(touch here); #"])
def test_links_point_to_the_four_files_whatever_the_name_of_the_folder(tmp_path, name):
    folder = write_folder(tmp_path / name, OLD, packed=True)
    (folder / "notes.txt").touch()
    (tmp_path / "linked").mkdir()
    link_files(folder, tmp_path / "linked")
    links = sorted((tmp_path / "linked" / name).iterdir())
    assert [link.resolve() for link in links] == sorted(folder / f"{file}.gz" for file in NAMES)
