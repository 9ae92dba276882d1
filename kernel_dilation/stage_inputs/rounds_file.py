"""Read the rounds of paired trainings, and refuse those that are damaged, incomplete or of other parameters."""

from pathlib import Path

from kernel_dilation.dilation_selection.training_rounds import has_all_trainings
from kernel_dilation.experiment.parameters import Learn
from kernel_dilation.stage_inputs.input_files import damage, read_columns, require_entries

import pandas as pd

COLUMNS = {  # of rounds.csv
    "world": "OUT", "run": "i", "round": "i", "dilation": "i", "validation_loss": "fi", "validation_accuracy": "fi", "first_epoch_loss": "fi",
}  # fmt: skip


def read_rounds(path: Path, learn: Learn) -> pd.DataFrame:
    """Read rounds.csv.

    Raises:
        ValueError: the file is damaged, or does not have exactly the trainings that the rules ask for, given its losses.
    """
    table = read_columns(path, COLUMNS)
    require_entries(path, table, COLUMNS)
    if not has_all_trainings(table, learn):
        raise damage(path, "its trainings are not those that `learn` in params.yaml asks for")
    return table
