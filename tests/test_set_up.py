"""Set-up of the project, which every target of `make` does first."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FIND, SET_UP = Path("tools/find_python.sh").resolve(), Path("tools/set_up.py").resolve()
SYSTEM = "/usr/bin:/bin"


def find_python(*arguments: str, path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """Run the search with `path` as the only folder of programs."""
    return subprocess.run(["/bin/sh", FIND, *arguments], env={"PATH": str(path), "HOME": str(home)}, capture_output=True, text=True)


def put_python(folder: Path, name: str, works: bool) -> Path:
    """Write a program of this name: this Python, or one that cannot create an environment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n' if works else "#!/bin/sh\nexit 127\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def without_system_pythons():
    """Skip tests on machines with a Python where Homebrew or python.org install it, because the search looks there, too."""
    if list(Path("/usr/local/bin").glob("python3.1[1-3]")):
        pytest.skip("this machine has a Python in /usr/local/bin")


@pytest.mark.usefixtures("without_system_pythons")
def test_the_first_usable_python_is_chosen_and_an_unusable_shim_is_ignored(tmp_path):
    put_python(tmp_path / "bin", "python3.11", works=False)
    middle = put_python(tmp_path / ".pyenv/versions/3.12.1/bin", "python3.12", works=True)
    last = put_python(tmp_path / "bin", "python3.13", works=True)
    assert find_python(path=tmp_path / "bin", home=tmp_path).stdout.split() == [str(middle)]
    assert find_python("--all", path=tmp_path / "bin", home=tmp_path).stdout.split() == [str(middle), str(last)]


def test_a_given_python_is_used_or_refused_in_one_sentence(tmp_path):
    assert find_python(sys.executable, path=tmp_path, home=tmp_path).stdout.strip() == sys.executable
    process = find_python("python3.9", path=tmp_path, home=tmp_path)
    assert process.returncode == 1
    assert "PYTHON must be a Python 3.11, 3.12 or 3.13 that can create virtual environments (module venv); got python3.9" in process.stderr


@pytest.mark.usefixtures("without_system_pythons")
def test_without_a_usable_python_one_sentence_says_which_are_needed(tmp_path):
    process = find_python(path=tmp_path, home=tmp_path)
    assert process.returncode == 1
    assert "the project needs python3.11, python3.12 or python3.13 with the module venv" in process.stderr
    assert len(process.stderr.splitlines()) == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Folder with an empty lock file; its name has a space and a letter that is not ASCII."""
    folder = tmp_path / "mit Ümlaut"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n")
    return folder


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Set up an environment in the folder, which is a Git repository so that DVC, missing here, needs no configuration."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    command = [sys.executable, SET_UP, "requirements.txt"]
    return subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)


@pytest.mark.slow
def test_an_environment_is_created_once_and_again_if_it_is_incomplete_or_was_moved(project):
    assert "Setting up" in set_up(project).stdout
    assert set_up(project).stdout == ""
    (project / ".venv/set-up").unlink()  # as after an interrupted call
    assert "Setting up" in set_up(project).stdout
    moved = project.rename(project.with_name("moved"))
    assert "Setting up" in set_up(moved).stdout
    assert str(moved) in (moved / ".venv/bin/pip").read_text()


@pytest.mark.slow
def test_another_lock_file_is_added_to_the_environment(project):
    set_up(project)
    created = (project / ".venv/pyvenv.cfg").stat().st_mtime_ns
    (project / "requirements.txt").write_text("# nothing, in other words\n")
    assert "Setting up" in set_up(project).stdout
    assert (project / ".venv/pyvenv.cfg").stat().st_mtime_ns == created
    assert set_up(project).stdout == ""


@pytest.mark.slow
def test_settings_that_would_install_to_another_place_are_ignored(project):
    """In an environment pip refuses `--user`, so that PIP_USER=1 would stop the installation."""
    other = project / "other"
    process = set_up(project, PIP_USER="1", PIP_TARGET=str(other), PYTHONPATH="/nowhere")
    assert (process.returncode, process.stderr) == (0, "")
    assert not other.exists()


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(project):
    """pip ignores such a cache when it downloads, but fails when it builds a package."""
    namespace = runpy.run_path(str(SET_UP))
    assert not namespace["can_write"](Path("/dev/null/cache"))
    assert namespace["can_write"](project / "cache")
    assert set_up(project, PIP_CACHE_DIR="/dev/null/cache").returncode == 0


@pytest.mark.slow
def test_programs_of_the_environment_find_its_python_without_activation(project):
    set_up(project)
    code = "import subprocess; print(subprocess.run(['python', '-c', 'import sys; print(sys.prefix)'], capture_output=True, text=True).stdout)"
    process = subprocess.run([project / ".venv/bin/python", "-c", code], env={"PATH": SYSTEM}, capture_output=True, text=True, check=True)
    assert process.stdout.strip() == str(project / ".venv")


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"system": lambda: "Windows"}, "on Windows, use WSL"),
        ({"system": lambda: "Darwin", "machine": lambda: "x86_64"}, "got Darwin x86_64"),
        ({"system": lambda: "Linux", "machine": lambda: "x86_64", "libc_ver": lambda: ("", "")}, "another C library"),
    ],
)
def test_a_platform_without_tensorflow_is_refused_before_anything_is_installed(changes, message, monkeypatch):
    for name, value in changes.items():
        monkeypatch.setattr(f"platform.{name}", value)
    with pytest.raises(ValueError, match=message):
        runpy.run_path(str(SET_UP))["check_platform"]()


def test_a_path_with_the_separator_of_paths_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a:b").mkdir()
    monkeypatch.chdir(tmp_path / "a:b")
    with pytest.raises(ValueError, match="must not contain ':'"):
        runpy.run_path(str(SET_UP))["check_platform"]()
