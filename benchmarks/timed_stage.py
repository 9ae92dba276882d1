"""Run a stage and record when its imports are complete: `python -m benchmarks.timed_stage stages.train 1-3-max`."""

import os
import runpy
import sys
import time
from importlib import import_module

NOTES = "BENCHMARK_NOTES"  # environment variable with the path of the notes


def record_event(event: str) -> None:
    """Append a line to the notes: seconds since 1970, then the event."""
    with open(os.environ[NOTES], "a", encoding="utf-8") as notes:
        notes.write(f"{time.time():.6f} {event}\n")


def main(module: str) -> None:
    """Import the stage, record the time, and run it."""
    import_module(module)
    record_event("imported")
    del sys.modules[module]  # so that it can run as the main module
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    sys.argv = sys.argv[1:]
    main(sys.argv[0])
