"""The study's description as a research object. Oracle: what the RO-Crate Metadata Specification 1.1 requires.

`rocrate-validator` (0.13.0) accepts that of the committed study; of its recommendations only the address of the project is missing.
"""

import json
import re
import shutil
from pathlib import Path
from urllib.parse import unquote

from tools.study import research_crate
from tools.study.research_crate import METADATA, RESULTS, crate_metadata, described_files, fits, root_entity, write_crate

import pytest
import yaml

CITATION = Path("CITATION.cff")


@pytest.fixture(scope="module")
def study(tmp_path_factory) -> Path:
    """A folder with some of the committed study, a run in progress and a file with a blank in its name."""
    folder = tmp_path_factory.mktemp("study")
    for name in (
        "README.md",
        "params.yaml",
        "answers.json",
        "run.json",
        "tables/levels.csv",
        "figures/accuracy_by_dilation.png",
        "runs/same/fetch.json",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        source = Path("study") / name
        shutil.copy(source, folder / name) if source.exists() else (folder / name).write_text("{}")
    (folder / "work/same").mkdir(parents=True)
    (folder / "work/same/params.yaml").write_text("{}")
    (folder / "tables/two words.csv").write_text("a\n1\n")
    write_crate(folder, CITATION, renewed=True)
    return folder


@pytest.fixture(scope="module")
def metadata(study) -> dict:
    return json.loads((study / METADATA).read_text())


def entities(metadata: dict) -> dict[str, dict]:
    """Return the entities by their identifier, which must be unique."""
    graph = metadata["@graph"]
    assert len({entity["@id"] for entity in graph}) == len(graph)
    return {entity["@id"]: entity for entity in graph}


def references(value: object) -> list[str]:
    """Return every identifier that a value refers to."""
    if isinstance(value, dict):
        return [value["@id"]] if set(value) == {"@id"} else [each for part in value.values() for each in references(part)]
    return [each for part in value for each in references(part)] if isinstance(value, list) else []


def test_the_descriptor_is_about_the_root_and_names_the_version(metadata):
    assert metadata["@context"] == "https://w3id.org/ro/crate/1.1/context"
    descriptor = entities(metadata)[METADATA]
    assert descriptor["@type"] == "CreativeWork"
    assert descriptor["about"] == {"@id": "./"}
    assert descriptor["conformsTo"] == {"@id": "https://w3id.org/ro/crate/1.1"}


def test_the_root_has_every_required_property(metadata):
    root = root_entity(metadata)
    assert root["@type"] == "Dataset"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", root["datePublished"])
    assert root["name"].startswith(yaml.safe_load(CITATION.read_text())["title"])
    assert len(root["description"]) > 50
    assert entities(metadata)[root["publisher"]["@id"]]["@type"] == "Organization"
    assert entities(metadata)[root["license"]["@id"]]["name"] == "MIT License"


def test_every_file_is_a_part_and_exists_and_every_reference_is_described(study, metadata):
    described = entities(metadata)
    parts = {part["@id"] for part in root_entity(metadata)["hasPart"]}
    files = {identifier for identifier, entity in described.items() if entity["@type"] == "File"}
    assert parts == files
    assert sorted(map(unquote, files)) == described_files(study)
    assert {int(described[file]["contentSize"]) == (study / unquote(file)).stat().st_size for file in files} == {True}
    assert all(described[file]["encodingFormat"] and described[file]["name"] for file in files)
    unresolved = set(references(metadata["@graph"])) - set(described)
    assert unresolved == {"https://w3id.org/ro/crate/1.1"}  # of the descriptor, which the specification leaves outside


def test_runs_in_progress_templates_and_the_description_itself_are_no_results(study):
    assert "tables/two words.csv" in described_files(study)
    assert not any(fits(name, ("work/*", METADATA, "*.template.md")) for name in described_files(study))


def test_every_file_of_the_committed_study_has_a_description():
    names = described_files(Path("study"))
    assert len(names) > 50
    assert [name for name in names if not research_crate.file_properties(Path("study"), name).get("description")] == []


def test_the_main_run_leads_from_the_parameters_to_the_results_by_this_pipeline(study, metadata):
    described = entities(metadata)
    action = described["#main-run"]
    assert action["@type"] == "CreateAction"
    assert references(action["object"]) == ["params.yaml"]
    assert set(map(unquote, references(action["result"]))) == {name for name in described_files(study) if fits(name, RESULTS)}
    software = described[action["instrument"]["@id"]]
    versions = json.loads((study / "run.json").read_text())["versions"]
    assert f"tensorflow {versions['tensorflow']}" in software["softwareRequirements"]


def test_a_list_of_one_is_written_as_its_only_value(metadata):
    lists = [
        (identifier, name, value) for identifier, entity in entities(metadata).items() for name, value in entity.items() if isinstance(value, list)
    ]
    assert lists
    assert [(identifier, name) for identifier, name, value in lists if len(value) < 2] == []


def test_the_cited_works_are_those_of_the_citation(metadata):
    works = {entity["name"] for entity in metadata["@graph"] if entity["@type"] == "ScholarlyArticle"}
    assert works == {work["title"] for work in yaml.safe_load(CITATION.read_text())["references"]}


def test_the_same_results_have_the_same_description(study):
    citation = yaml.safe_load(CITATION.read_text())
    assert crate_metadata(study, citation, "2026-01-31") == crate_metadata(study, citation, "2026-01-31")


def test_the_date_changes_with_the_results_only(study, monkeypatch):
    path = study / METADATA
    before = path.read_text()
    date = root_entity(json.loads(before))["datePublished"]
    path.write_text(before.replace(date, "2001-02-03"))
    write_crate(study, CITATION, renewed=False)
    assert path.read_text() == before.replace(date, "2001-02-03")
    write_crate(study, CITATION, renewed=True)
    assert root_entity(json.loads(path.read_text()))["datePublished"] >= date
