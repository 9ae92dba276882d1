"""Describe the files of the study as a research object (RO-Crate 1.1), so that archives and programs can read what they are: part of `make study`.

Soiland-Reyes et al. (2022); the properties are those of the RO-Crate Metadata Specification 1.1.
"""

import json
import mimetypes
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from kernel_dilation.experiment.atomic_write import save_json

import yaml
from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

METADATA = "ro-crate-metadata.json"
VERSION = "1.1"  # of the specification
LEFT_OUT = ("work/*", METADATA, "README.template.md", "*/.*", ".*")  # runs in progress, and what is no result
FORMATS = {".yaml": "application/yaml", ".lock": "application/yaml", ".md": "text/markdown"}  # which not every system's table of types has
DESCRIPTIONS = {  # of the files in study/, by pattern; the first that fits
    "README.md": "The findings of the study in words",
    "RULES.md": "The rules by which the results are judged, fixed beforehand",
    "params.yaml": "Every parameter of the main run",
    "side_runs.yaml": "What the side runs change in the parameters, and the question of each",
    "answers.json": "The answers to the questions, as numbers and verdicts",
    "fetch.json": "Numbers of images of each class, and the digests of the data set's files",
    "run.json": "Machine, versions of the packages, and wall time",
    "reach.csv": "The answer on accuracy in every run",
    "report.html": "All figures and tables with their captions, on one page",
    "tables/*": "Table of the analysis",
    "figures/*": "Figure of the report",
    "replication/*": "Replication of the study of 2019",
    "runs/*": "Small results of one run of the pipeline",
}
RESULTS = ("answers.json", "report.html", "tables/*", "figures/*")  # of the main run


def write_crate(study: Path, citation: Path, renewed: bool) -> None:
    """Write ro-crate-metadata.json, which describes every file of the study.

    The date of publication, which the specification requires, is that of the last call that changed results.

    Args:
        study: folder of the results.
        citation: the project's CITATION.cff.
        renewed: whether the results are new; otherwise an earlier date is kept.
    """
    path = study / METADATA
    earlier = None if renewed or not path.exists() else root_entity(json.loads(path.read_text(encoding="utf-8")))["datePublished"]
    date = earlier or datetime.now(UTC).date().isoformat()
    save_json(path, crate_metadata(study, yaml.safe_load(citation.read_text(encoding="utf-8")), date))


def root_entity(metadata: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return the entity that describes the study as a whole."""
    return next(entity for entity in metadata["@graph"] if entity["@id"] == "./")


def crate_metadata(study: Path, citation: Mapping[str, Any], date: str) -> dict[str, Any]:
    """Return the description as JSON-LD.

    Args:
        study: folder of the results.
        citation: content of CITATION.cff.
        date: of publication, such as 2026-01-31.
    """
    crate = ROCrate(version=VERSION)
    author = add_context(crate, "#project", "Organization", {"name": citation["authors"][0]["name"]})
    licence = add_context(crate, f"https://spdx.org/licenses/{citation['license']}", "CreativeWork", {"name": f"{citation['license']} License"})
    crate.name = f"{citation['title']}: the study on all of MNIST"
    crate.description = f"Parameters, answers, tables and figures of the study. {citation['abstract']}"
    crate.datePublished = date
    crate.license = licence
    crate.keywords = citation["keywords"]
    crate.publisher = author
    crate.root_dataset["author"] = author
    crate.root_dataset["citation"] = one_or_all([add_work(crate, number, work) for number, work in enumerate(citation["references"], start=1)])
    files = {name: crate.add_file(study / name, name, properties=file_properties(study, name)) for name in described_files(study)}
    software = add_software(crate, study, citation, licence)
    crate.add_action(
        software,
        "#main-run",
        object=files["params.yaml"],
        result=one_or_all([entity for name, entity in files.items() if fits(name, RESULTS)]),
        properties={"name": "The main run of the pipeline", "agent": {"@id": author.id}},
    )
    metadata: dict[str, Any] = crate.metadata.generate()
    return metadata


def one_or_all(entities: Sequence[Entity]) -> Entity | Sequence[Entity]:
    """Return the only entity instead of a list of one, as the specification recommends."""
    return entities[0] if len(entities) == 1 else entities


def described_files(study: Path) -> list[str]:
    """Return every file of the study, relative to its folder, in the order of its name."""
    names = (path.relative_to(study).as_posix() for path in study.rglob("*") if path.is_file())
    return sorted(name for name in names if not fits(name, LEFT_OUT))


def fits(name: str, patterns: Sequence[str]) -> bool:
    """Whether a name has one of the patterns, in which `*` stands for any characters."""
    return any(fnmatch(name, pattern) for pattern in patterns)


def file_properties(study: Path, name: str) -> dict[str, str]:
    """Return name, description, format and size of a file."""
    suffix = Path(name).suffix
    description = next((text for pattern, text in DESCRIPTIONS.items() if fnmatch(name, pattern)), "")
    properties = {
        "name": name,
        "description": description,
        "encodingFormat": FORMATS.get(suffix) or mimetypes.guess_type(name)[0],
        "contentSize": str((study / name).stat().st_size),
    }
    return {key: value for key, value in properties.items() if value}


def add_context(crate: ROCrate, identifier: str, kind: str, properties: Mapping[str, Any]) -> Entity:
    """Add something that is no file, and return it."""
    return crate.add(ContextEntity(crate, identifier, properties={"@type": kind, **properties}))


def add_work(crate: ROCrate, number: int, work: Mapping[str, Any]) -> Entity:
    """Add a work that CITATION.cff refers to, and return it."""
    authors = "; ".join(f"{author['family-names']}, {author['given-names']}" for author in work["authors"])
    properties = {"name": work["title"], "datePublished": str(work["year"]), "creditText": authors}
    return add_context(crate, work.get("url", f"#work-{number}"), "ScholarlyArticle", properties)


def add_software(crate: ROCrate, study: Path, citation: Mapping[str, Any], licence: Entity) -> Entity:
    """Add this pipeline, with the versions of the packages that the main run used, and return it."""
    versions = json.loads((study / "run.json").read_text(encoding="utf-8"))["versions"]
    requirements = [f"{name} {version}" for name, version in versions.items()]
    properties = {"name": citation["title"], "version": citation["version"], "license": {"@id": licence.id}, "softwareRequirements": requirements}
    return add_context(crate, "#pipeline", "SoftwareApplication", properties)
