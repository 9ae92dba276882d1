"""A user's folder may have fewer digits than the parameters ask for; every stage reports that before it starts a worker."""

from pathlib import Path

from kernel_dilation.experiment.cli_errors import exit_with_message
from stages import learn, saliency, train

import numpy as np
import pytest
from changed_parameters import changed


@pytest.fixture
def few_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prepare the files that `fetch` leaves, with ten digits in each split."""
    (tmp_path / "data").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "params.yaml").write_text(changed(data__dataset=str(tmp_path / "mine"), train__batch_size=5, learn__images=2000))
    images, labels = np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8)
    parts = {f"{letter}_{part}": values for part in ("train", "validation", "test") for letter, values in (("x", images), ("y", labels))}
    np.savez(tmp_path / "data/digits.npz", **parts)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("stage", "item"), [(train, "1-3-max"), (saliency, "1-3-max"), (learn, "mixture")])
def test_every_stage_refuses_to_use_more_digits_than_the_folder_has(few_digits, stage, item):
    with pytest.raises(SystemExit) as error, exit_with_message("train"):
        stage.main(item)
    message = str(error.value)
    assert "learn.images: must be at most the number of training digits, 10 (got 2000)" in message
    assert "saliency.images: must be at most the number of test digits, 10 (got 20)" in message
    assert "train.batch_size" not in message
