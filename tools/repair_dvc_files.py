"""Repair what a `dvc` that was killed left in its own files: `python -m tools.repair_dvc_files`.

DVC writes dvc.lock and .dvc/tmp/rwlock in place. If it is killed meanwhile, they end in the middle, and every later
command of DVC refuses them. A killed process may also stay in its list of running ones. A stage
that is no longer in dvc.lock runs again or is restored from DVC's cache.
"""

import json
import re
import sys
from pathlib import Path

from kernel_dilation.experiment.atomic_write import save_bytes
from kernel_dilation.experiment.cli_errors import exit_with_message

import psutil
from dvc.lock import make_lock
from dvc.schema import COMPILED_LOCKFILE_SCHEMA
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from voluptuous import Invalid

LOCK = Path("dvc.lock")
TEMPORARY = Path(".dvc/tmp")
RUNNING = TEMPORARY / "rwlock"  # which process of DVC reads and writes which path
CLOCK_SECONDS = 60  # by which the clock of the file system may be behind
STAGE = re.compile(r"^  \S.*:$", re.MULTILINE)  # the first line of a stage in dvc.lock


def is_valid_lock(text: str) -> bool:
    """Return whether DVC accepts the text of a dvc.lock file."""
    try:
        COMPILED_LOCKFILE_SCHEMA(YAML(typ="safe").load(text))
    except (YAMLError, Invalid, TypeError):
        return False
    return True


def keep_complete_stages(text: str) -> str:
    """Return the text of a dvc.lock file that ends in the middle, without its last stages as far as they are incomplete."""
    for start in reversed([match.start() for match in STAGE.finditer(text)]):
        if is_valid_lock(text[:start]):
            return text[:start]
    return ""


def repair_lock() -> None:
    """Shorten dvc.lock to the stages that are complete in it, or delete it if there is none."""
    text = LOCK.read_text(encoding="utf-8", errors="replace") if LOCK.exists() else None
    if text is None or is_valid_lock(text):
        return
    kept = keep_complete_stages(text)
    if kept:
        save_bytes(LOCK, kept.encode())
    else:
        LOCK.unlink()
    print(f"repair_dvc_files: {LOCK} was incomplete; what it lacks runs again or is restored from the cache", file=sys.stderr)


def repair_running() -> None:
    """Delete DVC's list of its running processes if it is incomplete, and otherwise the processes in it that do not run any more.

    DVC itself forgets processes that do not exist. It does not forget one that was killed and is a zombie, as all
    remain in a container whose first process collects no children, nor one whose number another process has now.
    """
    try:
        listed = json.loads(RUNNING.read_bytes())
    except FileNotFoundError:
        return
    except ValueError:
        RUNNING.unlink()
        print(f"repair_dvc_files: {RUNNING} was incomplete and has been deleted", file=sys.stderr)
        return
    time = RUNNING.stat().st_mtime
    readers = {path: [process for process in processes if has_run_since(process["pid"], time)] for path, processes in listed.get("read", {}).items()}
    writers = {path: process for path, process in listed.get("write", {}).items() if has_run_since(process["pid"], time)}
    kept = {"read": {path: processes for path, processes in readers.items() if processes}, "write": writers}
    if kept != {"read": {}, "write": {}, **listed}:
        save_bytes(RUNNING, json.dumps(kept).encode())


def has_run_since(number: int, time: float) -> bool:
    """Return whether the process with this number runs, and ran at a time in seconds since 1970 already."""
    try:
        process = psutil.Process(number)
        return process.status() != psutil.STATUS_ZOMBIE and process.create_time() <= time + CLOCK_SECONDS
    except psutil.NoSuchProcess:
        return False
    except psutil.AccessDenied:  # it runs, under another user
        return True


@exit_with_message("repair_dvc_files")
def main() -> None:
    """Repair both files, each while no other process of DVC writes it."""
    TEMPORARY.mkdir(parents=True, exist_ok=True)
    for lock, repair in (("lock", repair_lock), ("rwlock.lock", repair_running)):
        with make_lock(str(TEMPORARY / lock), tmp_dir=str(TEMPORARY), friendly=True, wait=True):
            repair()


if __name__ == "__main__":
    main()
