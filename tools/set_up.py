"""Set up the virtual environment: `python3.11 tools/set_up.py --environment .venv requirements.txt`.

Nothing is done if the environment exists and this script completed it, at this path, with this Python and from
these lock files; otherwise it is created anew or completed. Only Python's standard library is needed. The user's
own settings of pip (index, proxy, certificates) are respected, except those that would install to another place.
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

# A file in the environment with the environment's path, the version and path of Python, and a line for each lock file.
# It is written last, so that an incomplete environment has none.
STAMP = "set-up"
# Variables that would make pip install to another place:
REDIRECTING = ("PIP_PREFIX", "PIP_REQUIRE_VIRTUALENV", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH")
TENSORFLOW_PLATFORMS = {("Linux", "x86_64"), ("Linux", "aarch64"), ("Darwin", "arm64")}
# Code that Python runs when it starts, so that the environment's programs find its `python` even if the environment is
# not activated: `.venv/bin/dvc repro` then runs the stages with the packages of the environment.
OWN_PROGRAMS_FIRST = (
    "import os, sys; "
    "_own = os.path.join(sys.prefix, 'bin'); _all = os.environ.get('PATH', os.defpath).split(os.pathsep); "
    "_own in _all or os.environ.update(PATH=os.pathsep.join([_own, *_all]))\n"
)


def check_platform() -> None:
    """Accept a machine for which the locked TensorFlow is published, and a folder that can contain an environment.

    Raises:
        ValueError: the machine or the folder is unsuitable.
    """
    system, processor = platform.system(), platform.machine()
    if (system, processor) not in TENSORFLOW_PLATFORMS:
        platforms = ", ".join(" ".join(pair) for pair in sorted(TENSORFLOW_PLATFORMS))
        raise ValueError(f"TensorFlow must be published for the machine, which is so for {platforms} (on Windows, use WSL); got {system} {processor}")
    if system == "Linux" and platform.libc_ver()[0] != "glibc":
        raise ValueError("TensorFlow for Linux needs glibc; this system has another C library, such as the musl of Alpine")
    if os.pathsep in str(Path.cwd()):
        raise ValueError(f"the path of the project must not contain {os.pathsep!r}, which separates the entries of PATH; got {Path.cwd()}")


def lock_lines(locks: list[Path]) -> dict[Path, str]:
    """Return the stamp's line for each lock file: its name and SHA-256 digest."""
    return {lock: f"{lock.name} {hashlib.sha256(lock.read_bytes()).hexdigest()}" for lock in locks}


def is_usable(environment: Path, origin: list[str]) -> bool:
    """Return whether this script completed the environment, at this path and with this Python."""
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text(encoding="utf-8").splitlines()[: len(origin)] == origin


def make_environment(environment: Path) -> None:
    """Create the environment anew, with pip as its only package."""
    if environment.is_symlink():
        raise ValueError(f"the environment must be a folder, but {environment} is a symbolic link; remove it")
    if environment.exists():
        shutil.rmtree(environment)
    venv.create(environment, symlinks=True, with_pip=True)
    packages = next((environment / "lib").glob("python3.*/site-packages"))
    (packages / "own_programs_first.pth").write_text(OWN_PROGRAMS_FIRST, encoding="utf-8")


def install(environment: Path, locks: list[Path]) -> None:
    """Install the packages of the lock files, each checked against its hash."""
    pip = [str(environment / "bin/python"), "-m", "pip", "--disable-pip-version-check"]
    surroundings = {name: value for name, value in os.environ.items() if name not in REDIRECTING} | {"PIP_USER": "0"}
    cache = subprocess.run([*pip, "cache", "dir"], env=surroundings, capture_output=True, text=True).stdout.strip()
    if not can_write(Path(cache)):
        pip.append("--no-cache-dir")  # otherwise pip fails when it builds a package
    for lock in locks:
        subprocess.run([*pip, "install", "--quiet", "--require-hashes", "-r", str(lock)], env=surroundings, check=True)


def can_write(folder: Path) -> bool:
    """Return whether a file can be created in a folder, which is created if necessary."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return True
    except OSError:
        return False


def set_up(environment: Path, locks: list[Path]) -> None:
    """Install the lock files into the environment; an incomplete environment is created anew."""
    origin = [str(environment.resolve()), platform.python_version(), os.path.realpath(sys.base_prefix)]
    lines, stamp = lock_lines(locks), environment / STAMP
    usable = is_usable(environment, origin)
    installed = stamp.read_text(encoding="utf-8").splitlines()[len(origin) :] if usable else []
    missing = [lock for lock, line in lines.items() if line not in installed]
    if not missing:
        return
    print(f"Setting up {environment} with Python {platform.python_version()}; this takes one to three minutes", flush=True)
    if usable:
        stamp.unlink()
    else:
        make_environment(environment)
    install(environment, missing)
    kept = [line for line in installed if line.split()[0] not in {lock.name for lock in locks}]
    stamp.write_text("\n".join([*origin, *kept, *lines.values(), ""]), encoding="utf-8")


def configure_dvc_scm(environment: Path) -> None:
    """Tell DVC, for this copy only, whether the project is a Git repository; a ZIP download is not."""
    local = Path(".dvc/config.local")
    without_git = local.is_file() and "no_scm = true" in local.read_text(encoding="utf-8")
    is_repository = subprocess.run(["git", "rev-parse", "--git-dir"], capture_output=True).returncode == 0
    if without_git == is_repository:
        value = ["--unset", "core.no_scm"] if is_repository else ["core.no_scm", "true"]
        subprocess.run([environment / "bin/python", "-m", "dvc", "config", "--local", *value], check=True)


def main() -> None:
    """Set up the environment that the command line names."""
    parser = argparse.ArgumentParser(description="Set up the virtual environment.")
    parser.add_argument("--environment", type=Path, default=Path(".venv"), help="folder of the virtual environment")
    parser.add_argument("locks", type=Path, nargs="+", help="lock files to install from")
    arguments = parser.parse_args()
    check_platform()
    set_up(arguments.environment, arguments.locks)
    configure_dvc_scm(arguments.environment)


if __name__ == "__main__":
    try:
        main()
    except (OSError, ValueError) as error:
        sys.exit(f"set_up: {error}")
    except subprocess.CalledProcessError as error:
        command = " ".join(map(str, error.cmd))
        sys.exit(f"set_up: {command} failed with status {error.returncode}, see the messages above; call make again to start over")
    except KeyboardInterrupt:
        sys.exit("\nset_up: interrupted; call make again to start over")
