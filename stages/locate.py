"""locate: where the digits are that params.yaml names, in a form in which DVC sees them change.

Takes all of params.yaml; leaves data/source/: for a known data set a file of its name, for a folder of
one's own a folder of its name with links to its four files. DVC hashes what the links lead to, so that
a changed file is a changed output, and neither dvc.lock nor any later stage has a path of this machine.
"""

import os
from pathlib import Path

from stages.parts.experiment.datasets import DATASETS, dataset_folder
from stages.parts.experiment.outputs import replacing_folder
from stages.parts.experiment.refusals import plain_refusals
from stages.parts.experiment.settings import checked_settings
from stages.parts.folders import four_files
from stages.parts.idx import halves

SOURCE = Path("data/source")


def link_files(folder: Path, target: Path) -> None:
    """Fill a new folder, named like the given one, with links to its four files.

    Raises:
        ValueError: a file is missing or malformed, or files disagree.
    """
    files = four_files(folder)
    halves({name: content for name, (_, content) in files.items()})
    links = target / (folder.name or "root")
    links.mkdir()
    for path, _ in files.values():
        (links / path.name).symlink_to(path)


@plain_refusals("locate")
def main() -> None:
    """Check all parameters, find the digits and leave what stands for them."""
    dataset = checked_settings(Path("params.yaml").read_bytes()).data.dataset
    with replacing_folder(SOURCE) as temporary:
        if dataset in DATASETS:
            (temporary / dataset).write_text(f"{dataset}\n", encoding="utf-8")
        else:
            link_files(Path(os.path.abspath(dataset_folder(dataset))), temporary)
    print(f"locate: the parameters are in order, and the digits are those of {dataset}")


if __name__ == "__main__":
    main()
