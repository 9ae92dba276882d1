"""Run the study on all of MNIST: the full grid, the replication of the 2019 study and the other side runs: `python -m tools.study.run_study`.

Reads study/params.yaml, and study/side_runs.yaml for what the side runs change. Each run of the pipeline has
its own folder under study/work/, in which an interrupted run is resumed; the files of the default run are not
changed. What is small is kept in study/runs/ as soon as an arm is finished. If STUDY_STORE names a folder,
such as one on another disk, the outputs of each finished arm are copied there too, and restored from there.
"""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

from kernel_dilation.execution.machine_and_versions import collect_provenance
from kernel_dilation.execution.process_termination import run_command
from kernel_dilation.experiment.atomic_write import save_json
from kernel_dilation.experiment.cli_errors import INTERRUPTED, exit_with_message
from kernel_dilation.experiment.parameters import parse_settings
from tools.project_copy import copy_file, copy_files, list_project_files
from tools.study.accuracy_fall import RUNS as REPLICATION_RUNS
from tools.study.reach import write_reach
from tools.study.readme import write_readme
from tools.study.research_crate import write_crate
from tools.study.run_results import SMALL_FILES
from tools.study.study_runs import KEPT, MAIN, STUDY, Run, read_runs
from tools.study.write_replication import write_replication

from dask.system import CPU_COUNT

REPLICATION = STUDY / "replication"
CODE = ("kernel_dilation", "stages", "tools")
PROJECT_FILES = (*(f"{folder}/" for folder in CODE), ".dvc/config", ".dvc/plots/", ".dvcignore", "dvc.yaml")  # needed to run the pipeline
RESULTS = {  # of the main run, and the folders in study/ to which they are copied
    "data/analysis/answers.json": ".", "metrics/fetch.json": ".", "plots/report.html": ".",
    "data/analysis/*.csv": "tables", "data/rounds.csv": "tables", "plots/*.png": "figures",
}  # fmt: skip
PACKAGES = ("dvc", "distributed", "keras", "matplotlib", "numpy", "pandas", "scipy", "statsmodels", "tensorflow")


def prepare_folder(run: Run) -> None:
    """Prepare the folder of a run with the current code, the run's parameters, and what is kept of its earlier results."""
    names = [name for name in list_project_files(Path()) if name.startswith(PROJECT_FILES)]
    for stale in {path.relative_to(run.folder).as_posix() for folder in CODE for path in run.folder.glob(f"{folder}/**/*.py")} - set(names):
        (run.folder / stale).unlink()
    copy_files(Path(), names, run.folder)
    (run.folder / ".dvc/config.local").write_text(local_configuration(os.environ.get("STUDY_STORE", "")), encoding="utf-8")
    if not (run.folder / "params.yaml").exists() or (run.folder / "params.yaml").read_text(encoding="utf-8") != run.params:
        (run.folder / "params.yaml").write_text(run.params, encoding="utf-8")
    for name in SMALL_FILES:
        kept = run.results / Path(name).name
        if kept.exists() and not (run.folder / name).exists():
            copy_file(kept, run.folder / name)


def local_configuration(store: str) -> str:
    """Return DVC's configuration in the folder of a run, with the folder `store`, if there is one, as the remote."""
    remote = f"""    remote = store\n['remote "store"']\n    url = {os.path.abspath(os.path.expanduser(store))}\n""" if store else ""
    return f"[core]\n    no_scm = true\n{remote}"


def run_environment() -> dict[str, str]:
    """Return the environment variables of a run, with the path of DATASET_MIRROR made absolute."""
    mirror = os.environ.get("DATASET_MIRROR", "")
    folder = os.path.abspath(os.path.expanduser(mirror))
    absolute = {"DATASET_MIRROR": folder} if mirror and os.path.isdir(folder) else {}
    return {**os.environ, **absolute, "DVC_NO_ANALYTICS": "1"}


def is_finished(run: Run) -> bool:
    """Return whether a run is up to date by its code, parameters and hashes; its data need not be present."""
    command = [sys.executable, "-m", "dvc", "repro", "--dry", "--allow-missing", *run.goal]
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
    stages = [sys.executable, "-m", "tools.study.run_stages", run.target, str(run.results.absolute())]
    command = [sys.executable, "-m", "tools.with_worker_pool", *stages]
    status = run_command(command, run_environment(), run.folder)
    clock.write_text(str(earlier + time.time() - start), encoding="utf-8")
    if status == INTERRUPTED:
        raise KeyboardInterrupt
    if status:
        raise ValueError(f"the run {run.name} failed with status {status}, see the messages above; call `make study` again to resume it")


def collect_results(folder: Path) -> None:
    """Copy the results of the main run from its folder to study/."""
    for pattern, place in RESULTS.items():
        for path in sorted(folder.glob(pattern)):
            copy_file(path, STUDY / place / path.name)


def record_provenance(runs: list[Run]) -> None:
    """Write the machine, the versions and the wall time of the runs to study/run.json; runs without a folder keep their earlier time."""
    path = STUDY / "run.json"
    earlier = json.loads(path.read_text(encoding="utf-8"))["wall_seconds"] if path.exists() else {}
    clocks = {run.name: run.folder / "wall_seconds" for run in runs}
    seconds = {name: round(float(clock.read_text(encoding="utf-8"))) for name, clock in clocks.items() if clock.exists()}
    save_json(path, {"wall_seconds": {**earlier, **seconds}, **collect_provenance(CPU_COUNT, PACKAGES)})


def runs_to_execute(runs: list[Run]) -> list[Run]:
    """Return the runs that are not up to date, and those whose data are compared with theirs and not at hand."""
    stale = [run for run in runs if not is_finished(run)]
    if not any(run.name in REPLICATION_RUNS for run in stale):
        return stale
    return [run for run in runs if run in stale or (run.name in REPLICATION_RUNS and not (run.folder / "data/networks").exists())]


@exit_with_message("study")
def main() -> None:
    """Execute the runs that are not up to date, and collect their results."""
    runs, left_out = read_runs(os.environ)
    undeclared = set(REPLICATION_RUNS) - {run.name for run in runs}
    if undeclared:
        raise ValueError(f"{STUDY / 'side_runs.yaml'} must declare every run of the replication; it lacks {', '.join(sorted(undeclared))}")
    for name, variable in left_out.items():
        print(f"study: the run {name} is left out, because {variable} is not set")
    for run in runs:
        prepare_folder(run)
    missing = runs_to_execute(runs)
    for run in missing:
        execute_run(run)
        record_provenance(runs)
        if run.name == MAIN:
            collect_results(run.folder)
    if not REPLICATION.exists() or any(run.name in REPLICATION_RUNS for run in missing):
        folders = {run.name: run.folder for run in runs if run.name in REPLICATION_RUNS}
        write_replication(folders, parse_settings(runs[0].params), REPLICATION)
    write_reach(KEPT, parse_settings(runs[0].params).analyze, STUDY / "reach.csv")
    write_readme(STUDY)
    write_crate(STUDY, Path("CITATION.cff"), renewed=bool(missing))
    print(f"study: {', '.join(run.name for run in missing) or 'nothing'} had to run; the results are in {STUDY}/")


if __name__ == "__main__":
    main()
