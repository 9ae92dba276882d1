"""CITATION.cff compared with the project's other files; `cffconvert --validate` (2.0.0) accepts it under schema 1.2.0."""

import re
import tomllib
from pathlib import Path

import yaml

CITATION = yaml.safe_load(Path("CITATION.cff").read_text())
PROJECT = tomllib.loads(Path("pyproject.toml").read_text())["project"]


def test_the_citation_has_every_field_that_the_format_requires():
    """Oracle: the guide to the Citation File Format 1.2.0, which requires these four."""
    assert {"authors", "cff-version", "message", "title"} <= set(CITATION)
    assert CITATION["cff-version"] == "1.2.0"


def test_the_citation_is_of_the_title_version_and_licence_of_the_project():
    assert Path("README.md").read_text().startswith(f"# {CITATION['title']}\n")
    assert CITATION["version"] == PROJECT["version"]
    assert CITATION["license"] == PROJECT["license"]


def test_the_author_is_the_project_and_not_a_person():
    assert [list(author) for author in CITATION["authors"]] == [["name"]]
    assert PROJECT["name"] in CITATION["authors"][0]["name"]
    assert PROJECT["name"] in Path("LICENSE").read_text()


def test_every_work_in_the_citation_has_an_entry_among_the_references():
    references = Path("REFERENCES.md").read_text()
    for work in CITATION["references"]:
        key = work["authors"][0]["family-names"].lower() + str(work["year"])
        entry = re.search(rf"^## {key}\n\n(.+)$", references, re.MULTILINE)[1]
        authors = "; ".join(f"{author['family-names']}, {author['given-names']}" for author in work["authors"])
        assert entry.startswith(f"{authors}: *{work['title']}*")
        assert work["url"] in entry
