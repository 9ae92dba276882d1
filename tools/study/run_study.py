"""Run the study: all of MNIST, the full grid, and the replication of 2019: `python -m tools.study.run_study`, an hour and a half on two cores.

Takes study/params.yaml, and study/replication.yaml for what the replication's runs change in it. Every
run is the pipeline in a folder of its own under study/work/, which a call that was interrupted goes on
with; the default run's files stay as they are. Leaves beside the parameters what each run found.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kernel_dilation.execution.process_termination import exit_status
from kernel_dilation.execution.provenance import provenance
from kernel_dilation.experiment.atomic_write import save_json
from kernel_dilation.experiment.cli_errors import INTERRUPTED, exit_with_message
from kernel_dilation.experiment.parameter_file import read_parameters
from kernel_dilation.experiment.parameters import parse_settings
from tools.project_copy import copy_file, copy_files, project_files, with_changes
from tools.study.decompose_2019 import write_replication
from tools.study.readme import write_readme

import yaml
from dask.system import CPU_COUNT

STUDY = Path("study")
REPLICATION = STUDY / "replication"
MAIN = "same"  # the run that answers the questions; the others replicate
CODE = ("kernel_dilation", "stages", "tools")
PROJECT_FILES = (*(f"{folder}/" for folder in CODE), ".dvc/config", ".dvcignore", "dvc.yaml")  # of the project's files, to run its pipeline
RESULTS = {  # of the main run, and where they are kept
    "metrics/answers.json": ".", "metrics/fetch.json": ".", "plots/report.html": ".",
    "data/analysis/*.csv": "tables", "plots/*.png": "figures",
}  # fmt: skip
PACKAGES = ("dvc", "distributed", "keras", "matplotlib", "numpy", "pandas", "scipy", "statsmodels", "tensorflow")


@dataclass(frozen=True)
class Run:
    """One run of the pipeline: its name, its parameters, and the stage up to which it goes (all, if empty)."""

    name: str
    params: str
    target: str

    @property
    def folder(self) -> Path:
        """Where it runs."""
        return STUDY / "work" / self.name

    @property
    def lock(self) -> Path:
        """Where its hashes are kept."""
        return STUDY / ("dvc.lock" if self.name == MAIN else f"{self.name}.lock")


def read_runs() -> list[Run]:
    """The main run and those of the replication, their parameters checked.

    Raises:
        ValueError: a run's parameters break a rule.
    """
    file, changes_file = STUDY / "params.yaml", STUDY / "replication.yaml"
    main_params, replications = (read_parameters(path.read_bytes(), str(path)) for path in (file, changes_file))
    text = file.read_text(encoding="utf-8")
    others = {name: yaml.safe_dump(with_changes(main_params, changes)) for name, changes in replications.items()}
    for name, params in {MAIN: text, **others}.items():
        try:
            parse_settings(params)
        except ValueError as error:
            raise ValueError(f"the run {name}: {error}") from None
    return [Run(MAIN, text, ""), *(Run(name, params, "transfer") for name, params in others.items())]


def prepare_folder(run: Run) -> None:
    """Lay out the run's folder: the code as it is now, the run's parameters, and hashes of what it found before."""
    names = [name for name in project_files(Path()) if name.startswith(PROJECT_FILES)]
    for stale in {path.relative_to(run.folder).as_posix() for folder in CODE for path in run.folder.glob(f"{folder}/**/*.py")} - set(names):
        (run.folder / stale).unlink()
    copy_files(Path(), names, run.folder)
    (run.folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    if not (run.folder / "params.yaml").exists() or (run.folder / "params.yaml").read_text(encoding="utf-8") != run.params:
        (run.folder / "params.yaml").write_text(run.params, encoding="utf-8")
    if run.lock.exists() and not (run.folder / "dvc.lock").exists():
        copy_file(run.lock, run.folder / "dvc.lock")


def environment() -> dict[str, str]:
    """The environment of a run, which may find the mirror from its own folder."""
    mirror = os.environ.get("DATASET_MIRROR", "")
    folder = os.path.abspath(os.path.expanduser(mirror))
    absolute = {"DATASET_MIRROR": folder} if mirror and os.path.isdir(folder) else {}
    return {**os.environ, **absolute, "DVC_NO_ANALYTICS": "1"}


def is_finished(run: Run) -> bool:
    """Whether code, parameters and hashes say that there is nothing to do; the data itself need not lie here."""
    command = [sys.executable, "-m", "dvc", "repro", "--dry", "--allow-missing", *filter(None, [run.target])]
    done = subprocess.run(command, cwd=run.folder, env=environment(), capture_output=True, text=True)
    return done.returncode == 0 and not re.search(r"^Running stage", done.stdout, re.MULTILINE)


def execute(run: Run) -> None:
    """Run the pipeline in the run's folder, and add up the time it takes over all calls.

    Raises:
        ValueError: a stage fails; it has said why.
    """
    start, clock = time.time(), run.folder / "wall_seconds"
    before = float(clock.read_text(encoding="utf-8")) if clock.exists() else 0.0
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-m", "dvc", "repro", *filter(None, [run.target])]
    status = exit_status(command, environment(), run.folder)
    clock.write_text(str(before + time.time() - start), encoding="utf-8")
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        raise ValueError(f"the run {run.name} ended with {status}; call `make study` again to go on where it stopped")


def collect_results(run: Run) -> None:
    """Bring what the run found to where it is kept."""
    copy_file(run.folder / "dvc.lock", run.lock)
    for pattern, place in RESULTS.items() if run.name == MAIN else ():
        for path in sorted(run.folder.glob(pattern)):
            copy_file(path, STUDY / place / path.name)


def record_provenance(runs: list[Run]) -> None:
    """Write on which machine, with which versions and in which time the runs were made."""
    seconds = {
        run.name: round(float((run.folder / "wall_seconds").read_text(encoding="utf-8"))) for run in runs if (run.folder / "wall_seconds").exists()
    }
    save_json(STUDY / "run.json", {"wall_seconds": seconds, **provenance(CPU_COUNT, PACKAGES)})


@exit_with_message("study")
def main() -> None:
    """Carry out what is not finished, and keep it."""
    runs = read_runs()
    for run in runs:
        prepare_folder(run)
    missing = [run for run in runs if not is_finished(run)]
    if missing:  # what is compared must lie here, so that a run whose data does not is made again
        missing = [run for run in runs if run in missing or not (run.folder / "data/networks").exists()]
    for run in runs:
        if run in missing:
            execute(run)
            record_provenance(runs)
        collect_results(run)
    if missing or not REPLICATION.exists():
        write_replication({run.name: run.folder for run in runs}, parse_settings(runs[0].params), REPLICATION)
    write_readme(STUDY)
    print(f"study: {', '.join(run.name for run in missing) or 'nothing'} had to run; what it found is under {STUDY}/")


if __name__ == "__main__":
    main()
