"""A stage reports an expected error in one sentence."""

import subprocess
import sys
from pathlib import Path

from kernel_dilation.experiment.cli_errors import exit_with_message

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize("error", [ValueError("a dilation must be at least 1; got 0"), OSError("disk full")])
def test_invalid_input_and_unreadable_files_become_one_sentence(error):
    with pytest.raises(SystemExit, match=f"^train: {error}$"), exit_with_message("train"):
        raise error


def test_an_interruption_ends_with_status_130(capsys):
    @exit_with_message("train")
    def main() -> None:
        raise KeyboardInterrupt

    for _ in range(2):  # a decorator may be used more than once
        with pytest.raises(SystemExit) as stop:
            main()
        assert stop.value.code == 130
        assert capsys.readouterr().err == "\ntrain: interrupted\n"


def test_an_unexpected_error_is_not_caught():
    with pytest.raises(TypeError), exit_with_message("train"):
        raise TypeError


def test_the_process_ends_with_status_one_and_shows_a_traceback_only_in_development_mode():
    program = "from kernel_dilation.experiment.cli_errors import exit_with_message\nwith exit_with_message('train'): raise ValueError('no')"
    plain = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (plain.returncode, plain.stdout, plain.stderr) == (1, "", "train: no\n")
    developing = subprocess.run([sys.executable, "-X", "dev", "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert developing.returncode == 1
    assert "Traceback" in developing.stderr
