"""Tiny projects whose pipeline has run, and digests of all that it leaves."""

import hashlib
import shutil
from pathlib import Path

import yaml
from process_sessions import start_session, wait_for_end
from tiny_projects import clean_environment, copied_project, tiny_params

RESULTS = ("data", "metrics", "plots")
SECONDS = 3600  # within which a run must end, on a busy machine too
ENDING_SECONDS = 60  # within which all processes of a run that lost a part must have ended
POOL, ALONE = ("tools.with_worker_pool", "python", "-m", "dvc", "repro"), ("dvc", "repro")


def tiny_project(root: Path) -> Path:
    """Copy the project with tiny parameters."""
    copied_project(root)
    (root / "params.yaml").write_text(yaml.safe_dump(tiny_params()))
    return root


def run_to_end(root: Path, *command: str) -> str:
    """Run a module in a project until it and all its processes have ended; return what it printed. It must succeed."""
    process = start_session(root, clean_environment(), *command)
    status = process.wait(SECONDS)
    wait_for_end(process.pid, ENDING_SECONDS)
    printed = (root / "output.txt").read_text()
    assert status == 0, printed[-3000:]
    return printed


def digest_results(root: Path) -> dict[str, str]:
    """Return the digest of every result, by its path; checkpoints, locks and times of jobs are none."""
    paths = [path for folder in RESULTS for path in sorted((root / folder).rglob("*")) if path.is_file()]
    names = {path.relative_to(root).as_posix(): path for path in paths}
    return {
        name: hashlib.sha256(path.read_bytes()).hexdigest()
        for name, path in names.items()
        if not name.startswith(("data/unfinished/", "data/times/"))
    }


def damaged_cache_files(root: Path, cache: str = ".dvc/cache") -> list[str]:
    """Return the files of DVC's cache whose content does not have the MD5 digest that is their name.

    A copy that DVC could not finish keeps a temporary name, which begins with a dot, and is never read.
    """
    damaged = []
    for path in (root / cache / "files/md5").glob("??/[!.]*"):
        digest = hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest()
        if digest != path.parent.name + path.name.removesuffix(".dir"):
            damaged.append(path.name)
    return damaged


def start_afresh(root: Path) -> None:
    """Remove all results of a finished run, and everything that DVC knows of them."""
    for name in (*RESULTS, ".dvc/cache", ".dvc/tmp"):
        shutil.rmtree(root / name, ignore_errors=True)
    (root / "dvc.lock").unlink(missing_ok=True)
