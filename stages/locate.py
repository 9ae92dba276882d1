"""Locate the digits that params.yaml names, in a form in which DVC notices changes: `python -m stages.locate`.

Reads all of params.yaml. Writes data/source/: for a known data set, a file with its name; for a folder of the
user, a folder of the same name with links to its four files. DVC hashes the targets of the links, so that a
changed file is a changed output, and neither dvc.lock nor any later stage contains a path of this machine.
"""

import os
from pathlib import Path

from kernel_dilation.datasets.idx import parse_digits
from kernel_dilation.datasets.idx_folder import read_four_files
from kernel_dilation.experiment.atomic_write import atomic_folder
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import DATASETS, dataset_folder
from kernel_dilation.experiment.parameters import parse_settings
from kernel_dilation.experiment.paths import PARAMETERS, SOURCE


def link_files(folder: Path, target: Path) -> None:
    """Create a folder in `target`, named like the given one, with links to its four files.

    Raises:
        ValueError: a file is missing or malformed, or the files contradict each other.
    """
    files = read_four_files(folder)
    parse_digits({name: content for name, (_, content) in files.items()})
    links = target / (folder.name or "root")
    links.mkdir()
    for path, _ in files.values():
        (links / path.name).symlink_to(path)


@exit_with_message("locate")
def main() -> None:
    """Check all parameters, find the digits and write the links or the name that represents them."""
    dataset = parse_settings(PARAMETERS.read_bytes()).data.dataset
    with atomic_folder(SOURCE) as temporary:
        if dataset in DATASETS:
            (temporary / dataset).write_text(f"{dataset}\n", encoding="utf-8")
        else:
            link_files(Path(os.path.abspath(dataset_folder(dataset))), temporary)
    print(f"locate: the parameters are valid, and the data set is {dataset}")


if __name__ == "__main__":
    main()
