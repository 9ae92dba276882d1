"""The page: one HTML text that needs no other file, no script and no network."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from kernel_dilation.report.pictures import Picture
from kernel_dilation.report.tables import ReportTable

from jinja2 import Environment, StrictUndefined


@dataclass(frozen=True)
class QuestionSection:
    """A question, its verdict and its sentences, the first of which answers it."""

    chapter: str  # where its figures are
    question: str
    verdict: str
    sentences: Sequence[str]
    picture: Picture


@dataclass(frozen=True)
class Chapter:
    """A part of the page."""

    name: str
    title: str
    introduction: str
    pictures: Sequence[Picture]
    tables: Sequence[ReportTable] = ()


def render_page(template: str, answers: Sequence[QuestionSection], scope: Sequence[str], chapters: Sequence[Chapter], rule: str) -> str:
    """The page as HTML: the questions with their answers, what they hold for, a table of contents, then the chapters.

    Args:
        template: Jinja2 text.
        scope: sentences on what the answers hold for.
        rule: how verdicts come about.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data_uri"] = data_uri
    return environment.from_string(template).render(answers=answers, scope=scope, chapters=chapters, rule=rule)


def data_uri(png: bytes) -> str:
    """A PNG file as an address that holds it."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
