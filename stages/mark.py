"""Test whether saliency maps of every arm show the pixels on which a class hangs: `python -m stages.mark`.

Reads data/digits.npz; trains small networks on digits with a mark whose place is the class, and writes to data/marks
networks.csv and maps.csv.
"""

from kernel_dilation.execution.checkpoints import JobCheckpoints
from kernel_dilation.execution.workers import run_jobs, worker_pool
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.parameters import check_digits, parse_settings
from kernel_dilation.experiment.paths import DIGITS, MARKS, PARAMETERS, UNFINISHED
from kernel_dilation.planted_marks.mark_job import find_marks
from kernel_dilation.stage_inputs.input_files import folder_with_checksums, read_digit_arrays

import pandas as pd
from tqdm import tqdm

DECIMALS = "%.6g"


@exit_with_message("mark")
def main() -> None:
    """Train networks of every arm on marked digits in worker processes, explain them, and write the tables of results."""
    settings = parse_settings(PARAMETERS.read_bytes())
    arms, mark, network, options = settings.arms(), settings.mark, settings.network, settings.saliency
    digits = read_digit_arrays()
    check_digits(settings, len(digits["y_train"]), len(digits["y_test"]))
    checkpoints = JobCheckpoints(UNFINISHED, "mark", DIGITS.read_bytes(), mark, network, options)
    jobs = {arm.name: (arm, network, mark, options) for arm in arms}
    total = mark.replicates * len(jobs)
    finished = mark.replicates * sum(job in checkpoints for job in jobs)
    with tqdm(total=total, initial=finished, desc="mark", unit="network") as bar, worker_pool(len(jobs)) as pool:
        results = run_jobs(pool, find_marks, jobs, checkpoints, digits, bar.update)
    tables = {name: pd.concat([pd.DataFrame(result[name]).assign(arm=arm) for arm, result in results.items()]) for name in ("networks", "maps")}
    with folder_with_checksums(MARKS) as folder:
        for name, table in tables.items():
            table.to_csv(folder / f"{name}.csv", index=False, float_format=DECIMALS)
    checkpoints.clear()
    print(f"mark: {total} networks find {100 * tables['networks']['accuracy'].mean():.1f} % of the marks; written to {MARKS}")


if __name__ == "__main__":
    main()
