"""A folder of one's own in DVC's hands: followed by its content, and named without a path of this machine."""

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

OLD, NEW = four_files(), {**four_files(), NAMES[0]: four_files()[NAMES[0]][:-1] + b"\x07"}  # as many bytes, one of them another


class Project:
    """A copy of the project, and a folder of digits outside it."""

    def __init__(self, root: Path, mine: Path) -> None:
        self.root, self.mine = root, mine
        self.environment = clean_environment() | {"HOME": str(mine.parent)}
        identity = {f"GIT_{role}_{part}": f"test{at}" for role in ("AUTHOR", "COMMITTER") for part, at in (("NAME", ""), ("EMAIL", "@example.com"))}
        self.environment |= identity

    def dvc(self, *arguments: str, check: bool = True) -> str:
        """What a command of DVC prints."""
        command = [sys.executable, "-m", "dvc", *arguments]
        done = subprocess.run(command, cwd=self.root, env=self.environment, capture_output=True, text=True)
        assert not check or not done.returncode, done.stdout + done.stderr
        return done.stdout + done.stderr

    def ran(self) -> list[str]:
        """The stages that bring the digits and had to run; what DVC has from an earlier run is no run."""
        return re.findall(r"^Running stage '([^']+)'", self.dvc("repro", "fetch"), re.MULTILINE)

    def choose(self, dataset: str) -> None:
        """Write the data set into params.yaml."""
        path = self.root / "params.yaml"
        params = yaml.safe_load(path.read_text())
        params["data"]["dataset"] = dataset
        path.write_text(yaml.safe_dump(params))

    def fetched(self) -> tuple[str, str]:
        """The name of the data set, and the SHA-256 of the digits that lie there."""
        with np.load(self.root / "data/digits.npz") as arrays:
            content = b"".join(arrays[f"{letter}_{split}"].tobytes() for split in ("train", "validation", "test") for letter in "xy")
        metrics = json.loads((self.root / "metrics/fetch.json").read_text())
        assert metrics["sha256"] == hashlib.sha256(content).hexdigest()
        return metrics["dataset"], metrics["sha256"]


def name_of(files: dict[str, bytes]) -> str:
    """How the folder `Übung (Kopie) a+b@c` is named with these files; oracle: SHA-256 of the four, one after the other."""
    return f"Übung (Kopie) a+b@c (SHA-256 {hashlib.sha256(b''.join(files.values())).hexdigest()[:12]})"


@pytest.fixture
def project(tmp_path: Path) -> Project:
    root = tmp_path / "clone"
    copied_project(root)
    return Project(root, write_folder(tmp_path / "outside" / "Übung (Kopie) a+b@c", OLD))


@pytest.mark.slow
def test_a_changed_file_is_fetched_again_and_old_digits_never_come_back(project):
    """The data set goes away and comes back between two changes, so that only its content can tell DVC's run cache what is right."""
    project.choose(str(project.mine))
    assert project.ran() == ["locate", "fetch"]
    name, old = project.fetched()
    assert name == name_of(OLD)
    assert project.ran() == []
    assert "up to date" in project.dvc("status", "fetch")

    write_folder(project.mine, NEW)
    assert "modified:           data/source" in project.dvc("status", "fetch")
    assert project.ran() == ["locate", "fetch"]
    name, new = project.fetched()
    assert (name, new != old) == (name_of(NEW), True)

    project.choose("mnist5k")
    assert project.ran() == ["locate", "fetch"]
    assert project.fetched()[0] == "mnist5k"
    assert "up to date" in project.dvc("status", "fetch")
    write_folder(project.mine, OLD)
    project.choose(str(project.mine))
    assert project.ran() == ["locate"]  # these digits were fetched before
    assert project.fetched() == (name_of(OLD), old)
    write_folder(project.mine, NEW)
    project.dvc("repro", "fetch")
    assert project.fetched() == (name_of(NEW), new)


@pytest.mark.slow
def test_nothing_that_is_kept_names_a_path_of_this_machine(project):
    project.choose(str(project.mine))
    project.dvc("repro", "fetch")
    for path in [project.root / "dvc.lock", *(project.root / "metrics").iterdir(), *(project.root / "data").iterdir()]:
        assert path.is_dir() or str(project.mine.parent).encode() not in path.read_bytes(), path
    assert "Übung (Kopie) a+b@c" in (project.root / "metrics/fetch.json").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("place", ["absolute", "home"])
def test_an_experiment_in_a_copy_takes_the_folder_too(project, place):
    """`dvc exp run --temp`, as `dvc queue` does it, works in a folder that DVC makes for it."""
    dataset = {"absolute": str(project.mine), "home": "~/Übung (Kopie) a+b@c"}[place]
    printed = project.dvc("exp", "run", "--temp", "-S", f"data.dataset='{dataset}'", "fetch")
    experiment = re.search(r"Ran experiment\(s\): (\S+)", printed)[1]
    kept = subprocess.run(
        ["git", "show", f"{experiment_commit(project, experiment)}:metrics/fetch.json"], cwd=project.root, capture_output=True, text=True
    )
    assert json.loads(kept.stdout)["dataset"] == name_of(OLD)


def experiment_commit(project: Project, experiment: str) -> str:
    """The commit that an experiment left."""
    refs = subprocess.run(["git", "for-each-ref", "--format=%(refname)", "refs/exps"], cwd=project.root, capture_output=True, text=True).stdout
    return next(ref for ref in refs.split() if ref.endswith(experiment))


@pytest.mark.slow
def test_a_relative_path_starts_at_the_project(project):
    project.choose("../outside/Übung (Kopie) a+b@c")
    project.dvc("repro", "fetch")
    assert project.fetched()[0] == name_of(OLD)


@pytest.mark.slow
def test_a_vanished_file_is_named_and_another_data_set_may_be_chosen_then(project):
    project.choose(str(project.mine))
    project.dvc("repro", "fetch")
    (project.mine / NAMES[0]).unlink()
    printed = project.dvc("repro", "fetch", check=False)
    assert f"Übung (Kopie) a+b@c/{NAMES[0]}" in printed
    assert "Traceback" not in printed
    printed = project.dvc("exp", "run", "-S", "data.seed=1", "fetch", check=False)
    assert f"locate: {project.mine / NAMES[0]}: no such file, plain or gzip; the folder holds" in printed
    project.choose("mnist5k")
    project.dvc("repro", "fetch")
    assert project.fetched()[0] == "mnist5k"
    assert sorted(path.name for path in project.mine.iterdir()) == sorted(NAMES[1:])  # nothing of one's own is ever removed


@pytest.mark.slow
def test_a_misspelt_parameter_is_refused_though_no_stage_reads_it(project):
    project.dvc("repro", "fetch")
    path = project.root / "params.yaml"
    path.write_text(path.read_text() + "dilation: [1]\n")
    assert re.search(r"locate: params.yaml breaks these rules:\s+dilation", project.dvc("repro", "fetch", check=False))


@pytest.mark.parametrize("name", ["Übung (Kopie)", "a+b@c", "mnist", "$(touch here); #"])
def test_links_lead_to_the_four_files_whatever_the_folder_is_called(tmp_path, name):
    folder = write_folder(tmp_path / name, OLD, packed=True)
    (folder / "notes.txt").touch()
    (tmp_path / "linked").mkdir()
    link_files(folder, tmp_path / "linked")
    links = sorted((tmp_path / "linked" / name).iterdir())
    assert [link.resolve() for link in links] == sorted(folder / f"{file}.gz" for file in NAMES)
