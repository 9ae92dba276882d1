"""Run the stages of one run of the study, arm by arm, and keep the results of each as soon as it is finished.

`python -m tools.study.run_stages TARGET RESULTS`, in the folder of the run. RESULTS is the folder for the
small tables and the hashes. With STUDY_STORE, DVC has a remote there, to which the outputs of each arm are
pushed as well.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import PARAMETERS
from tools.study.run_results import keep_results

DVC = (sys.executable, "-m", "dvc")


def steps(settings: Settings, target: str) -> Iterator[tuple[list[str], list[Arm]]]:
    """Yield the stages to bring up to date in each step, and the arms whose results are complete after it."""
    arms = [] if target == "rounds" else settings.arms()
    for number, arm in enumerate(arms, 1):
        yield [f"{'train' if target == 'train' else 'saliency'}@{arm.name}"], arms[:number]
    if target in ("analyze", "report"):
        for method in settings.learn.methods:
            yield [f"learn@{method}"], arms
    if target != "train":
        yield [target], arms


@exit_with_message("study")
def main(target: str, results: str) -> int:
    """Run step by step; return the status of the first step that fails, else 0."""
    settings = parse_settings(PARAMETERS.read_bytes())
    has_store = bool(os.environ.get("STUDY_STORE"))
    for stages, finished in steps(settings, target):
        status = subprocess.run([*DVC, "repro", *(["--pull"] if has_store else []), *stages]).returncode
        if status:
            return status
        keep_results(Path(), Path(results), finished)
        if has_store:
            subprocess.run([*DVC, "push", "--quiet", "--with-deps", *stages], check=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
