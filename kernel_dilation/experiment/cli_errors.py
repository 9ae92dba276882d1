"""How a stage says no: one sentence on stderr and a status, never a traceback."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from kernel_dilation.experiment.code_state import imported_files, refuse_rewritten_code

INTERRUPTED = 130  # what a shell reports of a program that was stopped with Ctrl-C


@contextmanager
def exit_with_message(stage: str) -> Iterator[None]:
    """Context, or decorator of `main`, in which a refusal ends the process with `stage: sentence`.

    A refusal is a ValueError (input that breaks a rule, code that was changed meanwhile) or an OSError
    (a file that cannot be read or written): exit status 1. Ctrl-C and SIGTERM: status 130.
    `python -X dev` shows the traceback instead.
    """
    try:
        with single_interrupt():
            yield
            refuse_rewritten_code(imported_files())
    except (ValueError, OSError) as error:
        if sys.flags.dev_mode:
            raise
        sys.exit(f"{stage}: {error}")
    except KeyboardInterrupt:
        print(f"\n{stage}: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)


@contextmanager
def single_interrupt() -> Iterator[None]:
    """Let the first SIGINT or SIGTERM raise KeyboardInterrupt with its number, and no other disturb what that sets off."""

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
