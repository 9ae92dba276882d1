"""Run the study on all of MNIST, with the full grid and the replication of the 2019 study: `python -m tools.study.run_study`.

Takes about an hour and a half on two cores. Reads study/params.yaml, and study/replication.yaml for the changes
in the replication's runs. Each run of the pipeline has its own folder under study/work/, in which an interrupted
run is resumed; the files of the default run are not changed. Writes the results of each run to study/.
"""

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from kernel_dilation.execution.machine_and_versions import collect_provenance
from kernel_dilation.execution.process_termination import run_command
from kernel_dilation.experiment.atomic_write import save_json
from kernel_dilation.experiment.cli_errors import INTERRUPTED, exit_with_message
from kernel_dilation.experiment.parameter_file import read_parameters
from kernel_dilation.experiment.parameters import parse_settings
from tools.project_copy import copy_file, copy_files, list_project_files, with_changes
from tools.study.readme import write_readme
from tools.study.write_replication import write_replication

import yaml
from dask.system import CPU_COUNT

STUDY = Path("study")
REPLICATION = STUDY / "replication"
MAIN = "same"  # the run that answers the questions; the others belong to the replication
CODE = ("kernel_dilation", "stages", "tools")
PROJECT_FILES = (*(f"{folder}/" for folder in CODE), ".dvc/config", ".dvcignore", "dvc.yaml")  # needed to run the pipeline
RESULTS = {  # of the main run, and the folders in study/ to which they are copied
    "metrics/answers.json": ".", "metrics/fetch.json": ".", "plots/report.html": ".",
    "data/analysis/*.csv": "tables", "plots/*.png": "figures",
}  # fmt: skip
PACKAGES = ("dvc", "distributed", "keras", "matplotlib", "numpy", "pandas", "scipy", "statsmodels", "tensorflow")


@dataclass(frozen=True)
class Run:
    """One run of the pipeline: its name, its parameters, and the last stage to run (all stages if empty)."""

    name: str
    params: str
    target: str

    @property
    def folder(self) -> Path:
        """Folder in which it runs."""
        return STUDY / "work" / self.name

    @property
    def lock(self) -> Path:
        """File in which its hashes are kept."""
        return STUDY / ("dvc.lock" if self.name == MAIN else f"{self.name}.lock")


def read_runs() -> list[Run]:
    """Return the main run and those of the replication, after checking their parameters.

    Raises:
        ValueError: the parameters of a run break a rule.
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
    """Prepare the folder of a run with the current code, the run's parameters, and the hashes of its earlier results."""
    names = [name for name in list_project_files(Path()) if name.startswith(PROJECT_FILES)]
    for stale in {path.relative_to(run.folder).as_posix() for folder in CODE for path in run.folder.glob(f"{folder}/**/*.py")} - set(names):
        (run.folder / stale).unlink()
    copy_files(Path(), names, run.folder)
    (run.folder / ".dvc/config.local").write_text("[core]\n    no_scm = true\n", encoding="utf-8")
    if not (run.folder / "params.yaml").exists() or (run.folder / "params.yaml").read_text(encoding="utf-8") != run.params:
        (run.folder / "params.yaml").write_text(run.params, encoding="utf-8")
    if run.lock.exists() and not (run.folder / "dvc.lock").exists():
        copy_file(run.lock, run.folder / "dvc.lock")


def run_environment() -> dict[str, str]:
    """Return the environment variables of a run, with the path of DATASET_MIRROR made absolute."""
    mirror = os.environ.get("DATASET_MIRROR", "")
    folder = os.path.abspath(os.path.expanduser(mirror))
    absolute = {"DATASET_MIRROR": folder} if mirror and os.path.isdir(folder) else {}
    return {**os.environ, **absolute, "DVC_NO_ANALYTICS": "1"}


def is_finished(run: Run) -> bool:
    """Return whether a run is up to date by its code, parameters and hashes; its data need not be present."""
    command = [sys.executable, "-m", "dvc", "repro", "--dry", "--allow-missing", *filter(None, [run.target])]
    done = subprocess.run(command, cwd=run.folder, env=run_environment(), capture_output=True, text=True)
    return done.returncode == 0 and not re.search(r"^Running stage", done.stdout, re.MULTILINE)


def execute_run(run: Run) -> None:
    """Run the pipeline in the folder of a run, and add its wall time to that of earlier calls.

    Raises:
        ValueError: a stage failed, which has printed the reason.
    """
    start, clock = time.time(), run.folder / "wall_seconds"
    earlier = float(clock.read_text(encoding="utf-8")) if clock.exists() else 0.0
    subprocess.run([sys.executable, "-m", "tools.repair_dvc_files"], cwd=run.folder, check=True)
    command = [sys.executable, "-m", "tools.with_worker_pool", sys.executable, "-m", "dvc", "repro", *filter(None, [run.target])]
    status = run_command(command, run_environment(), run.folder)
    clock.write_text(str(earlier + time.time() - start), encoding="utf-8")
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        raise ValueError(f"the run {run.name} failed with status {status}, see the messages above; call `make study` again to resume it")


def collect_results(run: Run) -> None:
    """Copy the results and the hashes of a run to study/."""
    copy_file(run.folder / "dvc.lock", run.lock)
    for pattern, place in RESULTS.items() if run.name == MAIN else ():
        for path in sorted(run.folder.glob(pattern)):
            copy_file(path, STUDY / place / path.name)


def record_provenance(runs: list[Run]) -> None:
    """Write the machine, the versions and the wall time of the runs to study/run.json."""
    seconds = {
        run.name: round(float((run.folder / "wall_seconds").read_text(encoding="utf-8"))) for run in runs if (run.folder / "wall_seconds").exists()
    }
    save_json(STUDY / "run.json", {"wall_seconds": seconds, **collect_provenance(CPU_COUNT, PACKAGES)})


@exit_with_message("study")
def main() -> None:
    """Execute the runs that are not up to date, and collect their results."""
    runs = read_runs()
    for run in runs:
        prepare_folder(run)
    missing = [run for run in runs if not is_finished(run)]
    if missing:  # the data of all runs are compared, so those without data must run again
        missing = [run for run in runs if run in missing or not (run.folder / "data/networks").exists()]
    for run in runs:
        if run in missing:
            execute_run(run)
            record_provenance(runs)
        collect_results(run)
    if missing or not REPLICATION.exists():
        write_replication({run.name: run.folder for run in runs}, parse_settings(runs[0].params), REPLICATION)
    write_readme(STUDY)
    print(f"study: {', '.join(run.name for run in missing) or 'nothing'} had to run; the results are in {STUDY}/")


if __name__ == "__main__":
    main()
