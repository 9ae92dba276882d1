"""The layout of the code: what lies where, and which way imports go."""

import ast
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest
import yaml

LIBRARY = Path("kernel_dilation")
CODE = (LIBRARY, *map(Path, ("stages", "tools", "benchmarks", "tests")))
MAX_LINES = 300
MAP = Path("docs/layout.md").read_text()


def python_files(folder: Path) -> list[Path]:
    return sorted(folder.rglob("*.py"))


def library_folders() -> list[Path]:
    return sorted({path.parent for path in python_files(LIBRARY)} - {LIBRARY})


def imported_modules(source: str) -> set[str]:
    """Every module that source code imports by an import statement, anywhere in it."""
    modules = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are absolute"
            modules |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            modules |= {alias.name for alias in node.names}
    return modules


def folders_loaded_by_name(source: str) -> set[str]:
    """Folders of the library from which source code takes a module whose name is a parameter: `import_module(f"kernel_dilation.folder.{name}")`."""
    texts = [
        str(node.values[0].value)
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant)
    ]
    return {text.split(".")[1] for text in texts if text.startswith(f"{LIBRARY}.")}


def top_levels(folder: Path) -> set[str]:
    return {module.split(".")[0] for path in python_files(folder) for module in imported_modules(path.read_text())}


def imported_folders(folder: Path) -> set[str]:
    """Other folders of the library from which the files of a folder import."""
    modules = {module for path in folder.glob("*.py") for module in imported_modules(path.read_text())}
    return {module.split(".")[1] for module in modules if module.startswith(f"{LIBRARY}.")} - {folder.name}


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("from kernel_dilation.model import network", {"kernel_dilation.model.network"}),
        ("import tools.study.run_study", {"tools.study.run_study"}),
        ("def job():\n    from stages.train import main", {"stages.train.main"}),
    ],
)
def test_an_import_is_found_in_every_form(source, modules):
    assert imported_modules(source) == modules


def test_no_folder_of_the_library_imports_one_that_imports_it():
    imports = {folder.name: imported_folders(folder) for folder in library_folders()}
    assert len(imports) > 1
    assert any(imports.values())
    try:
        TopologicalSorter(imports).prepare()
    except CycleError as error:
        pytest.fail(f"folders of {LIBRARY} import each other in a circle: {' <- '.join(error.args[1])}")


def test_only_methods_that_parameters_name_are_imported_by_name():
    """No import statement says so, hence no circle is seen: `dilation_learning` runs the methods that build on it."""
    by_name = {path.parent.name: loaded for path in python_files(LIBRARY) if (loaded := folders_loaded_by_name(path.read_text()))}
    assert by_name == {"dilation_learning": {"dilation_methods"}, "explanations": {"saliency_methods"}}


def test_a_method_of_learning_a_dilation_imports_no_other():
    """A stage that learns by a method depends on that method's file alone: a change of another would leave its result stale."""
    folder = LIBRARY / "dilation_methods"
    importing = [
        path
        for path in python_files(folder)
        if any(module.startswith(f"{LIBRARY}.dilation_methods") for module in imported_modules(path.read_text()))
    ]
    assert importing == []


def test_the_library_has_no_loose_files():
    assert [path.name for path in LIBRARY.iterdir() if path.is_file()] == ["__init__.py"]


def test_the_library_has_one_level_of_folders():
    assert {path.parent for path in library_folders()} == {LIBRARY}


def test_the_folder_of_stages_holds_the_stages_of_the_pipeline_and_nothing_else():
    stages = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
    assert {path.name for path in Path("stages").iterdir() if path.name != "__pycache__"} == {f"{stage}.py" for stage in stages}


def test_the_library_imports_no_stage_tool_or_benchmark():
    assert not top_levels(LIBRARY) & {"stages", "tools", "benchmarks", "tests"}


def test_a_stage_imports_no_stage_tool_or_benchmark():
    assert not top_levels(Path("stages")) & {"stages", "tools", "benchmarks", "tests"}


def test_no_python_file_is_longer_than_the_limit():
    lengths = {path: len(path.read_text().splitlines()) for folder in CODE for path in python_files(folder)}
    assert {path: length for path, length in lengths.items() if length > MAX_LINES} == {}


def test_no_folder_or_file_is_a_drawer_for_the_rest():
    names = {part for folder in CODE for path in python_files(folder) for part in path.with_suffix("").parts}
    assert not names & {"utils", "util", "helpers", "helper", "common", "misc"}


def test_every_test_file_that_the_makefile_names_exists():
    names = re.search(r"^NUMERIC_TESTS = \$\(addprefix tests/test_,(.+?)\)$", Path("Makefile").read_text(), re.MULTILINE | re.DOTALL)[1]
    files = [Path(f"tests/test_{name.partition('::')[0]}") for name in names.replace("\\", " ").split()]
    assert len(files) > 1
    assert [path for path in files if not path.exists()] == []


def test_the_map_has_every_folder_of_the_library_and_no_other():
    assert set(re.findall(rf"^\| `{LIBRARY}/(\w+)/` \|", MAP, re.MULTILINE)) == {folder.name for folder in library_folders()}


def test_the_map_has_every_folder_of_tools():
    files = python_files(Path("tools"))
    expected = {path.relative_to("tools").parts[0].removesuffix(".py") for path in files}
    assert set(re.findall(r"^\| `tools/(\w+)(?:/|\.py)` \|", MAP, re.MULTILINE)) == expected
