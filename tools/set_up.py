"""Set up the virtual environment: `python3.11 tools/set_up.py --environment .venv requirements.txt`.

Does nothing if the environment is there: made by this script, to the end, in this place, with this
Python and from these lock files. What is not is made anew. Needs nothing but Python's standard library. The user's
own settings of pip (index, proxy, certificates) hold; those that would install elsewhere do not.
"""

import argparse
import hashlib
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

STAMP = (
    "set-up"  # in the environment: place, version and path of Python, a line for each lock file. Written last, so that what was interrupted has none
)
ELSEWHERE = ("PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")  # would install elsewhere
TENSORFLOW_RUNS_ON = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}
# A file that Python reads when it starts: the environment's programs find its `python`, also in a shell that activated
# nothing. So `.venv/bin/dvc repro` runs its stages with the packages that it was installed with.
OWN_PROGRAMS_FIRST = (
    "import os, sys; "
    "_own = os.path.join(sys.prefix, 'bin'); _all = os.environ.get('PATH', os.defpath).split(os.pathsep); "
    "_own in _all or os.environ.update(PATH=os.pathsep.join([_own, *_all]))\n"
)


def check_platform() -> None:
    """Accept a machine for which the locked TensorFlow is published, and a folder in which an environment can be made.

    Raises:
        ValueError: it is none.
    """
    system, processor = platform.system(), platform.machine()
    if (system, processor) not in TENSORFLOW_RUNS_ON:
        known = ", ".join(" ".join(pair) for pair in sorted(TENSORFLOW_RUNS_ON))
        raise ValueError(f"TensorFlow is published for {known} (on Windows, use WSL); this is {system} {processor}")
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        raise ValueError("TensorFlow is published for Linux with glibc; this system has another C library (Alpine's musl, for one)")
    if os.pathsep in str(Path.cwd()):
        raise ValueError(f"the project's folder must have no {os.pathsep!r} in its path, which separates the entries of PATH; it is {Path.cwd()}")


def lock_lines(locks: list[Path]) -> dict[Path, str]:
    """What the stamp says of each lock file once it is installed: its name and the digest of its content."""
    return {lock: f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}" for lock in locks}


def is_usable(environment: Path, origin: list[str]) -> bool:
    """Whether the environment was made by this script, to the end, in this place and with this Python."""
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").splitlines()[: len(origin)] == origin


def make_environment(environment: Path) -> None:
    """Make the environment anew, with pip alone in it."""
    if environment.is_symlink():
        raise ValueError(f"{environment} is a symbolic link, and is made anew only where it is a folder; remove it")
    if environment.exists():
        shutil.rmtree(environment)
    venv.create(environment, symlinks=True, with_pip=True)
    packages = next((environment / "lib").glob("python3.*/site-packages"))
    (packages / "own_programs_first.pth").write_text(OWN_PROGRAMS_FIRST, encoding="utf-8")


def install(environment: Path, locks: list[Path]) -> None:
    """Install the packages of the lock files, each checked against its hash."""
    pip = [str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
    surroundings = {name: value for name, value in os.environ.items() if name not in ELSEWHERE} | {"PIP_USER": "0"}
    cache = subprocess.run([*pip, "cache", "dir"], env=surroundings, capture_output=True, text=True).stdout.strip()
    if not can_write(Path(cache)):
        pip.append("--no-cache-dir")  # pip itself fails where it builds a package
    for lock in locks:
        subprocess.run([*pip, "install", "--quiet", "--require-hashes", "-r", str(lock)], env=surroundings, check=True)


def can_write(folder: Path) -> bool:
    """Whether a file can be made in a folder, which is made if it is not there."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def set_up(environment: Path, locks: list[Path]) -> None:
    """Bring the environment to what the lock files name; what an interrupted call left is made anew."""
    origin = [str(environment.resolve()), platform.python_version(), os.path.realpath(sys.base_prefix)]
    lines, stamp = lock_lines(locks), environment / STAMP
    usable = is_usable(environment, origin)
    installed = stamp.read_text(encoding="utf-8").splitlines()[len(origin) :] if usable else []
    missing = [lock for lock, line in lines.items() if line not in installed]
    if not missing:
        return
    print(f"Setting up {environment} with Python {platform.python_version()}, in one to three minutes", flush=True)
    if usable:
        stamp.unlink()
    else:
        make_environment(environment)
    install(environment, missing)
    kept = [line for line in installed if line.split()[0] not in {lock.name for lock in locks}]
    stamp.write_text("\n".join([*origin, *kept, *lines.values(), ""]), encoding="utf-8")


def tell_dvc_of_git(environment: Path) -> None:
    """Tell DVC, in this clone alone, whether the project lies in a Git repository: what was downloaded as a ZIP file does not."""
    local = Path(".dvc/config.local")
    without = local.is_file() and "no_scm = true" in local.read_text(encoding="utf-8")
    found = subprocess.run(["git", "rev-parse", "--git-dir"], capture_output=True).returncode == 0
    if without == found:
        value = ["--unset", "core.no_scm"] if found else ["core.no_scm", "true"]
        subprocess.run([environment / "bin/python", "-m", "dvc", "config", "--local", *value], check=True)


def main() -> None:
    """Set up what the command line names."""
    parser = argparse.ArgumentParser(description="Set up the virtual environment.")
    parser.add_argument("--environment", type=Path, default=Path(".venv"), help="folder of the virtual environment")
    parser.add_argument("locks", type=Path, nargs="+", help="lock files to install from")
    arguments = parser.parse_args()
    check_platform()
    set_up(arguments.environment, arguments.locks)
    tell_dvc_of_git(arguments.environment)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"set_up: {error}")
    except subprocess.CalledProcessError as error:
        sys.exit(
            f"set_up: {' '.join(map(str, error.cmd))} ended with {error.returncode}; what went wrong stands above. Call make again to begin anew"
        )
    except KeyboardInterrupt:
        sys.exit("\nset_up: interrupted; call make again to begin anew")
