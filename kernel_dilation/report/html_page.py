"""The page: one HTML text that needs no other file and no internet connection, and says everything without its scripts too."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from kernel_dilation.interactive.page_part import PagePart
from kernel_dilation.report.figure_specs import Picture
from kernel_dilation.report.tables import ReportTable

from jinja2 import Environment, StrictUndefined


@dataclass(frozen=True)
class QuestionSection:
    """A question with its verdict and its sentences, the first of which answers it."""

    chapter: str  # name of the chapter with its figures
    question: str
    verdict: str
    sentences: Sequence[str]
    picture: Picture


@dataclass(frozen=True)
class Chapter:
    """A chapter of the page with its figures and tables."""

    name: str
    title: str
    introduction: str
    pictures: Sequence[Picture]
    tables: Sequence[ReportTable] = ()


def render_page(
    template: str,
    answers: Sequence[QuestionSection],
    scope: Sequence[str],
    chapters: Sequence[Chapter],
    rules: Sequence[str],
    rule_tables: Sequence[ReportTable],
    part: PagePart | None = None,
) -> str:
    """Return the page as HTML.

    It has the questions with their answers, their scope, a table of contents, the chapters, and the rules of
    the verdicts.

    Args:
        template: Jinja2 text.
        scope: sentences on what the answers hold for.
        rules: paragraphs on how verdicts are reached.
        rule_tables: the tables that follow the first paragraphs, one each.
        part: sections that react to the reader, with their scripts and data.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data_uri"] = data_uri
    return environment.from_string(template).render(answers=answers, scope=scope, chapters=chapters, rules=rules, rule_tables=rule_tables, part=part)


def data_uri(png: bytes) -> str:
    """Return a PNG file as a data URI."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
