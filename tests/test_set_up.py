"""Setting the project up, as `make` does before everything else."""

import os
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

FIND, SET_UP = Path("tools/find_python.sh").resolve(), Path("tools/set_up.py").resolve()
SYSTEM = "/usr/bin:/bin"


def found(*arguments: str, path: Path, home: Path) -> subprocess.CompletedProcess[str]:
    """What the search prints where only `path` holds programs."""
    return subprocess.run(["/bin/sh", FIND, *arguments], env={"PATH": str(path), "HOME": str(home)}, capture_output=True, text=True)


def put_python(folder: Path, name: str, works: bool) -> Path:
    """A program of this name: this Python, or one that can make no environment."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n' if works else "#!/bin/sh\nexit 127\n")
    (folder / name).chmod(0o755)
    return folder / name


@pytest.fixture
def without_system_pythons():
    """The search also looks where Homebrew and python.org install; a machine that has one there cannot run these tests."""
    if list(Path("/usr/local/bin").glob("python3.1[1-3]")):
        pytest.skip("this machine has a Python in /usr/local/bin")


@pytest.mark.usefixtures("without_system_pythons")
def test_the_first_python_that_works_is_taken_and_a_shim_that_does_not_is_passed_over(tmp_path):
    put_python(tmp_path / "bin", "python3.11", works=False)
    below = put_python(tmp_path / ".pyenv/versions/3.12.1/bin", "python3.12", works=True)
    last = put_python(tmp_path / "bin", "python3.13", works=True)
    assert found(path=tmp_path / "bin", home=tmp_path).stdout.split() == [str(below)]
    assert found("--all", path=tmp_path / "bin", home=tmp_path).stdout.split() == [str(below), str(last)]


def test_the_python_that_is_named_is_taken_or_refused_in_a_sentence(tmp_path):
    assert found(sys.executable, path=tmp_path, home=tmp_path).stdout.strip() == sys.executable
    refused = found("python3.9", path=tmp_path, home=tmp_path)
    assert refused.returncode == 1
    assert "PYTHON must be a Python 3.11, 3.12 or 3.13 that can make virtual environments (module venv); got python3.9" in refused.stderr


@pytest.mark.usefixtures("without_system_pythons")
def test_where_there_is_no_python_a_sentence_says_what_was_looked_for(tmp_path):
    done = found(path=tmp_path, home=tmp_path)
    assert done.returncode == 1
    assert "python3.11, python3.12 and python3.13 were looked for" in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A folder with a lock file that names nothing, under a name with a space and a letter that is not ASCII."""
    folder = tmp_path / "mit Ümlaut"
    folder.mkdir()
    (folder / "requirements.txt").write_text("# nothing\n")
    return folder


def set_up(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Set up an environment in the folder; DVC, which an empty one lacks, has nothing to be told in a repository."""
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    command = [sys.executable, SET_UP, "requirements.txt"]
    return subprocess.run(command, cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True)


@pytest.mark.slow
def test_an_environment_is_made_once_and_anew_where_it_is_half_made_or_was_moved(project):
    assert "Setting up" in set_up(project).stdout
    assert set_up(project).stdout == ""
    (project / ".venv/set-up").unlink()  # as an interrupted call leaves it
    assert "Setting up" in set_up(project).stdout
    moved = project.rename(project.with_name("moved"))
    assert "Setting up" in set_up(moved).stdout
    assert str(moved) in (moved / ".venv/bin/pip").read_text()


@pytest.mark.slow
def test_another_lock_file_is_added_to_what_is_there(project):
    set_up(project)
    made = (project / ".venv/pyvenv.cfg").stat().st_mtime_ns
    (project / "requirements.txt").write_text("# nothing, in other words\n")
    assert "Setting up" in set_up(project).stdout
    assert (project / ".venv/pyvenv.cfg").stat().st_mtime_ns == made
    assert set_up(project).stdout == ""


@pytest.mark.slow
def test_settings_that_would_install_elsewhere_do_not_hold(project):
    """pip refuses `--user` in an environment, so that PIP_USER=1 would end the installation."""
    elsewhere = project / "elsewhere"
    done = set_up(project, PIP_USER="1", PIP_TARGET=str(elsewhere), PYTHONPATH="/nowhere")
    assert (done.returncode, done.stderr) == (0, "")
    assert not elsewhere.exists()


@pytest.mark.slow
def test_a_cache_that_cannot_be_written_is_no_reason_to_fail(project):
    """pip passes over such a cache when it downloads, and fails when it builds a package."""
    namespace = runpy.run_path(str(SET_UP))
    assert not namespace["can_write"](Path("/dev/null/cache"))
    assert namespace["can_write"](project / "cache")
    assert set_up(project, PIP_CACHE_DIR="/dev/null/cache").returncode == 0


@pytest.mark.slow
def test_programs_of_the_environment_find_its_python_in_a_shell_that_activated_nothing(project):
    set_up(project)
    code = "import subprocess; print(subprocess.run(['python', '-c', 'import sys; print(sys.prefix)'], capture_output=True, text=True).stdout)"
    done = subprocess.run([project / ".venv/bin/python", "-c", code], env={"PATH": SYSTEM}, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == str(project / ".venv")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"system": lambda: "Windows"}, "on Windows, use WSL"),
        ({"system": lambda: "Darwin", "machine": lambda: "x86_64"}, "this is Darwin x86_64"),
        ({"system": lambda: "Linux", "machine": lambda: "x86_64", "libc_ver": lambda: ("", "")}, "another C library"),
    ],
)
def test_a_platform_without_tensorflow_is_refused_before_anything_is_installed(changes, words, monkeypatch):
    for name, value in changes.items():
        monkeypatch.setattr(f"platform.{name}", value)
    with pytest.raises(ValueError, match=words):
        runpy.run_path(str(SET_UP))["check_platform"]()


def test_a_folder_that_would_break_the_path_is_refused(tmp_path, monkeypatch):
    (tmp_path / "a:b").mkdir()
    monkeypatch.chdir(tmp_path / "a:b")
    with pytest.raises(ValueError, match="no ':' in its path"):
        runpy.run_path(str(SET_UP))["check_platform"]()
