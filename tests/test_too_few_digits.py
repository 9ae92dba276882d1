"""A folder of one's own may hold fewer digits than the parameters ask for: every stage that reads them says so before it starts a worker."""

from pathlib import Path

from kernel_dilation.experiment.cli_errors import exit_with_message
from stages import learn, saliency, train

import numpy as np
import pytest
from changed_parameters import changed


@pytest.fixture
def few_digits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of the pipeline, after `fetch`, with ten digits to train with and ten to test with."""
    (tmp_path / "data").mkdir()
    (tmp_path / "mine").mkdir()
    (tmp_path / "params.yaml").write_text(changed(data__dataset=str(tmp_path / "mine"), train__batch_size=5))
    images, labels = np.zeros((10, 28, 28), np.uint8), np.arange(10, dtype=np.uint8)
    parts = {f"{letter}_{part}": values for part in ("train", "validation", "test") for letter, values in (("x", images), ("y", labels))}
    np.savez(tmp_path / "data/digits.npz", **parts)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(("stage", "item"), [(train, "1-3-max"), (saliency, "1-3-max"), (learn, "mixture")])
def test_more_digits_than_the_folder_holds_are_refused_by_every_stage(few_digits, stage, item):
    with pytest.raises(SystemExit) as refusal, exit_with_message("train"):
        stage.main(item)
    said = str(refusal.value)
    assert "learn.images: must be at most the number of training digits, 10 (got 2000)" in said
    assert "saliency.images: must be at most the number of test digits, 10 (got 20)" in said
    assert "train.batch_size" not in said
