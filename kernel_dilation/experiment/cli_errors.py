"""Exit with one sentence on stderr and a status instead of a traceback."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kernel_dilation.experiment.code_state import list_imported_files, refuse_rewritten_code
from kernel_dilation.experiment.stage_process import guard_stage

INTERRUPTED = 130  # the status that a shell reports for a program that was stopped with Ctrl-C


@contextmanager
def exit_with_message(stage: str) -> Iterator[None]:
    """End the process with `stage: sentence` on an expected error, as a context or as a decorator of `main`.

    Expected errors are a ValueError (input that breaks a rule, or code that was changed during the run)
    and an OSError (a file that cannot be read or written), with exit status 1; Ctrl-C and SIGTERM exit
    with status 130. `python -X dev` shows the traceback of an expected error instead.
    """
    try:
        with single_interrupt(), guard_stage():
            yield
            refuse_rewritten_code(list_imported_files())
    except (ValueError, OSError) as error:
        if sys.flags.dev_mode:
            raise
        sys.exit(f"{stage}: {error}")
    except KeyboardInterrupt:
        print(f"\n{stage}: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


@contextmanager
def single_interrupt() -> Iterator[None]:
    """Raise KeyboardInterrupt with the signal's number on the first SIGINT or SIGTERM, and ignore later ones during the clean-up."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        for signal_number in before:
            signal.signal(signal_number, signal.SIG_IGN)
        raise KeyboardInterrupt(number)

    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
