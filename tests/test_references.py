"""Citations compared with REFERENCES.md: every citation has an entry, and every entry is cited."""

import re
import unicodedata
from pathlib import Path
from typing import NamedTuple

import pytest

FOLDERS = ("stages", "kernel_dilation", "tools", "benchmarks", "tests")  # read recursively, if they exist
SUFFIXES = (".py", ".html", ".md", ".yaml", ".txt")
PAGES = ("*.md", "docs/*.md", "study/*.md", "*.yaml", "Makefile", "pyproject.toml")
NOT_READ = (Path("REFERENCES.md"), Path("tests/test_references.py"))

NAME = r"(?:Le )?[A-Z][^\W\d_]+(?:-[A-Z][^\W\d_]+)?"
YEAR = r"(?:19|20)\d\d[a-z]?"
CITATION = re.compile(
    rf"(?P<several>\b{NAME}(?: et al\.|(?:, {NAME})*,? and (?:{NAME} )?{NAME}))(?:'s?(?: \w+)?)? \(?(?P<of_several>{YEAR})\b"
    rf"|(?P<one>\b{NAME})(?:'s?(?: \w+)?)? \((?P<of_one>{YEAR})\b"  # McNemar's (1947), Cohen's d_z (1988, chapter 2)
    rf"|(?:(?<=\()|(?<=; ))(?P<within>{NAME}) (?P<of_within>{YEAR})\b"  # (Liu 1988; Mammen 1993), but not "In 2019"
)
ENTRY = re.compile(r"^## (?P<key>\S+)\n\n(?P<authors>[^:\n]+): (?P<work>\*.+\*.+)\n\nUsed for: .+\.$", re.MULTILINE)


class Citation(NamedTuple):
    """An author-year citation as it appears in a text."""

    names: tuple[str, ...]  # surnames; only the first before "et al."
    et_al: bool
    year: str  # including its letter, if it has one


def citations(text: str) -> set[Citation]:
    """Return every author-year citation in the text of a module or page, also if it is broken across lines."""
    text = re.sub(r'\s*"?\s*\n\s*(?:# ?|f?")?', " ", text)
    found = set()
    for match in CITATION.finditer(text):
        who = match["several"] or match["one"] or match["within"]
        names = tuple(re.split(r", and | and |, ", who.removesuffix(" et al.")))
        found.add(Citation(names, who.endswith(" et al."), match["of_several"] or match["of_one"] or match["of_within"]))
    return found


def key(surname: str, year: str) -> str:
    """Return the key of an entry: the first author's surname in lower-case ASCII letters, followed by the year."""
    plain = unicodedata.normalize("NFKD", surname).encode("ascii", "ignore").decode()
    return plain.lower().replace(" ", "") + year


def entries(text: str) -> dict[str, tuple[str, ...]]:
    """Return the surnames of each entry's authors by key."""
    return {entry["key"]: tuple(author.split(",")[0] for author in entry["authors"].split("; ")) for entry in ENTRY.finditer(text)}


def cited_key(citation: Citation, known: dict[str, tuple[str, ...]]) -> str | None:
    """Return the key of the entry with the authors and year of a citation, or None if there is no such entry.

    The first word of a sentence may look like the first author of a list ("Here, Kingma and Ba (2015)").
    """
    for first, name in enumerate(citation.names):
        named, authors = citation.names[first:], known.get(key(name, citation.year), ())
        if named == authors[: len(named)] and (len(authors) > 2 if citation.et_al else len(authors) == len(named)):
            return key(name, citation.year)
    return None


def read_files() -> list[Path]:
    """Return every file that may cite a work: code, tests, pages and parameters."""
    files = [path for folder in FOLDERS for path in Path(folder).rglob("*") if path.suffix in SUFFIXES]
    return sorted({*files, *(path for pattern in PAGES for path in Path().glob(pattern))} - {*NOT_READ})


REFERENCES = Path("REFERENCES.md").read_text()
ENTRIES = entries(REFERENCES)
CITED = {path: citations(path.read_text()) for path in read_files()}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("After Otsu (1979), equation 18.", [(("Otsu",), False, "1979")]),
        ("Kingma and Ba (2015), algorithm 1", [(("Kingma", "Ba"), False, "2015")]),
        ("drawn at random (Kingma and Ba 2015).", [(("Kingma", "Ba"), False, "2015")]),
        ("Araujo et al. (2019), equation 2", [(("Araujo",), True, "2019")]),
        ("as in Araujo et al. 2019, equation 2", [(("Araujo",), True, "2019")]),
        ("(Searle, Casella and\n    McCulloch 1992, chapter 4)", [(("Searle", "Casella", "McCulloch"), False, "1992")]),
        ("(Kendall and Babington\n    # Smith 1939)", [(("Kendall", "Babington Smith"), False, "1939")]),
        ("(Liu 1988; Mammen 1993)", [(("Liu",), False, "1988"), (("Mammen",), False, "1993")]),
        ("Khalfaoui-Hassani et al. (2023b)", [(("Khalfaoui-Hassani",), True, "2023b")]),
        ("Demšar (2006), Le Cam (1973)", [(("Demšar",), False, "2006"), (("Le Cam",), False, "1973")]),
        ("Page's (1963) test, Cochran's Q (1950)", [(("Page",), False, "1963"), (("Cochran",), False, "1950")]),
        ("of Cohen's d_z (1988, chapter 2)", [(("Cohen",), False, "1988")]),
        ('"as Huang and "\n    f"Grethlein (2019) found"', [(("Huang", "Grethlein"), False, "2019")]),
        ("In 2019 it fell; the study of 2019, scipy 1.17, EXACT_SAMPLES = 2000, dated 1980", []),
    ],
)
def test_a_citation_is_recognised_in_every_form(text, expected):
    assert citations(text) == {Citation(*each) for each in expected}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Kingma and Ba (2015)", "kingma2015"),
        ("Here, Kingma and Ba (2015)", "kingma2015"),
        ("Kingma (2015)", None),
        ("Kingma et al. (2015)", None),  # there are two authors
        ("Kingma and Ba (2014)", None),
        ("Kingma and Be (2015)", None),
        ("Demšar (2006)", "demsar2006"),
        ("Demšar et al. (2006)", None),
        ("Rong et al. (2022)", "rong2022"),
    ],
)
def test_a_citation_refers_to_an_entry_only_by_its_authors_and_year(text, expected):
    known = {"kingma2015": ("Kingma", "Ba"), "demsar2006": ("Demšar",), "rong2022": ("Rong", "Leemann", "Borisov")}
    (citation,) = citations(text)
    assert cited_key(citation, known) == expected


def test_every_citation_has_an_entry():
    missing = [f"{path}: {citation}" for path, cited in CITED.items() for citation in sorted(cited) if cited_key(citation, ENTRIES) is None]
    assert missing == []


def test_every_entry_is_cited():
    assert set(ENTRIES) - {cited_key(citation, ENTRIES) for cited in CITED.values() for citation in cited} == set()


def test_every_entry_has_authors_a_title_a_year_and_a_use():
    assert list(ENTRIES) == re.findall(r"^## (.+)$", REFERENCES, re.MULTILINE)


def test_every_key_is_made_of_its_own_entry_and_they_are_in_order():
    for entry in ENTRY.finditer(REFERENCES):
        year = re.search(rf"{YEAR}$", entry["key"])[0]
        assert entry["key"] == key(ENTRIES[entry["key"]][0], year)
        assert year[:4] in entry["work"]
    assert list(ENTRIES) == sorted(ENTRIES)
