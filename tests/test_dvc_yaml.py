"""The pipeline's own description: each stage names the code that it imports and the parameters that it reads."""

import ast
import re
from functools import cache
from pathlib import Path

from kernel_dilation.report.contents import CHAPTERS

import pytest
import yaml

PIPELINE = yaml.safe_load(Path("dvc.yaml").read_text())["stages"]
SECTIONS = set(yaml.safe_load(Path("params.yaml").read_text()))
STAGES = sorted(PIPELINE)
LIBRARY = Path("kernel_dilation")
CODE = ("stages/", f"{LIBRARY}/")


def module_files(module: str) -> list[Path]:
    """The file of a module of this project, and those of the packages that it lies in, which are run before it."""
    names = module.split(".")
    packages = [Path(*names[:count], "__init__.py") for count in range(1, len(names) + 1)]
    return [path for path in (*packages, Path(*names).with_suffix(".py")) if path.exists()]


@cache
def imports(path: Path) -> frozenset[Path]:
    """Files of this project that a file imports anywhere in it, itself and what they import included."""
    found = {path, *path.parents[-2].glob("__init__.py")}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            modules = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        elif isinstance(node, ast.Import):
            modules = [alias.name for alias in node.names]
        else:
            continue
        for file in {file for module in modules for file in module_files(module)} - found:
            found |= imports(file)
    return frozenset(found)


def loaded_by_name(path: Path) -> set[str]:
    """Folders of the library from which a file takes modules by name: `import_module(f"kernel_dilation.dilation_methods.{method}")`."""
    folders = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant) and str(node.values[0].value).startswith(f"{LIBRARY}."):
            folders.add(str(node.values[0].value).rstrip(".").replace(".", "/"))
    return folders


def code_dependencies(stage: str) -> set[str]:
    return {dep for dep in PIPELINE[stage]["deps"] if dep.startswith(CODE)}


def expected_dependencies(stage: str) -> set[str]:
    """What the stage's file imports; a folder of the library that it imports whole stands as one folder, which DVC checks faster.

    A module taken by name stands for the item's own file, or for the whole folder.
    """
    files = set(imports(Path(f"stages/{stage}.py")) | imports(Path("kernel_dilation/__init__.py")))  # a package begins with its __init__
    by_name = {folder for file in files for folder in loaded_by_name(file)}
    chosen = {dep for dep in code_dependencies(stage) for folder in by_name if dep == folder or dep.startswith(f"{folder}/${{")}
    assert len(chosen) == len(by_name), f"{stage} takes modules by name from {by_name}, and names {chosen}"
    for folder in by_name:
        for file in Path(folder).glob("*.py"):
            files |= {needed for needed in imports(file) if needed.parent != file.parent}
    rooms = {folder for folder in LIBRARY.iterdir() if set(folder.glob("*.py")) and set(folder.glob("*.py")) <= files}
    alone = {file for file in files if file.parent not in rooms}
    return {path.as_posix() for path in rooms | alone} | chosen


def files_that_read_settings(path: Path) -> list[Path]:
    """A stage's file, and the files of the functions that it calls with all `settings`, except those that only check parameters."""
    tree = ast.parse(path.read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and "settings" in map(ast.unparse, node.args)]
    called = {ast.unparse(call.func) for call in calls}
    modules = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom) and called & {alias.name for alias in node.names}}
    return [path, *(Path(*module.split(".")).with_suffix(".py") for module in modules if not module.startswith("kernel_dilation.experiment."))]


def parameters_read(path: Path) -> set[str]:
    """Keys of the parameter file that a stage reads off `settings`; `settings.arms()` reads the grid.

    `settings.train.replicates` is that key, `settings.train` alone is the whole section.
    """
    text = "\n".join(file.read_text() for file in files_that_read_settings(path))
    read = set()
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Attribute) and (match := re.match(r"settings\.(\w+)((?:\.\w+)?)$", ast.unparse(node))):
            read |= {"dilations", "kernel_sizes", "poolings"} if match[1] == "arms" else {match[1] + match[2]}
    nested = {key.split(".")[0] for key in read if "." in key}
    alone = {name for name in nested if re.search(rf"settings\.{name}(?!\.)\b", text)}
    return {key for key in read if not (key in nested - alone or (key.split(".")[0] in alone and "." in key))}


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_depends_on_the_code_that_it_imports_and_on_no_other(stage):
    assert code_dependencies(stage) == expected_dependencies(stage)


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_declares_the_parameters_that_it_reads_and_no_other(stage):
    if "params.yaml" in PIPELINE[stage]["deps"]:
        return  # every parameter is a dependency
    declared = set(PIPELINE[stage].get("params", []))
    assert declared == parameters_read(Path(f"stages/{stage}.py"))
    assert {key.split(".")[0] for key in declared} <= SECTIONS


@pytest.mark.parametrize("stage", STAGES)
def test_a_stage_checks_all_parameters_before_it_works(stage):
    source = Path(f"stages/{stage}.py").read_text()
    assert "parse_settings(" in source


@pytest.mark.parametrize("stage", STAGES)
def test_every_stage_says_what_it_does(stage):
    assert PIPELINE[stage]["desc"].endswith(".")


@pytest.mark.parametrize("stage", ["analyze", "report"])
def test_a_stage_that_only_reads_numbers_never_imports_tensorflow(stage):
    for file in imports(Path(f"stages/{stage}.py")):
        names = {node.module for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.ImportFrom)}
        names |= {alias.name for node in ast.walk(ast.parse(file.read_text())) if isinstance(node, ast.Import) for alias in node.names}
        assert not {name for name in names if name and name.split(".")[0] in ("tensorflow", "keras")}, file


def paths_left(stage: dict) -> set[str]:
    """Outputs, metrics and plots; each stands there as a path, or as a path with options."""
    entries = [entry for kind in ("outs", "metrics", "plots") for entry in stage.get(kind, [])]
    return {entry if isinstance(entry, str) else next(iter(entry)) for entry in entries}


def test_the_report_declares_the_figures_that_it_draws_and_no_other():
    drawn = [f"plots/{figure.name}.png" for chapter in CHAPTERS for figure in chapter.figures]
    assert len(set(drawn)) == len(drawn)
    assert {path for path in paths_left(PIPELINE["report"]) if path.endswith(".png")} == set(drawn)


def test_every_path_that_a_stage_takes_is_left_by_another():
    left = {path for stage in PIPELINE.values() for path in paths_left(stage)}
    for name, stage in PIPELINE.items():
        for dep in stage["deps"]:
            if not dep.startswith((*CODE, ".dvc/plots/")) and dep != "params.yaml":  # the programs of the page lie in the page of dvc plots
                assert any(path == dep or path.startswith(f"{dep}/") for path in left), f"{name} takes {dep}, which no stage leaves"
