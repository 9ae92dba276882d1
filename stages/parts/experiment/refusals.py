"""How a stage says no: one sentence on stderr and a status, never a traceback."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

INTERRUPTED = 130  # what a shell reports of a program that was stopped with Ctrl-C


@contextmanager
def plain_refusals(stage: str) -> Iterator[None]:
    """Context, or decorator of `main`, in which a refusal ends the process with `stage: sentence`.

    A refusal is a ValueError (input that breaks a rule) or an OSError (a file that cannot be read
    or written): exit status 1. Ctrl-C: status 130. `python -X dev` shows the traceback instead.
    """
    try:
        yield
    except (ValueError, OSError) as error:
        if sys.flags.dev_mode:
            raise
        sys.exit(f"{stage}: {error}")
    except KeyboardInterrupt:
        print(f"\n{stage}: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
