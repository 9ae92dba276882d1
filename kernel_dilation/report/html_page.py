"""The page: one HTML text that needs no other file and no internet connection, and says everything without its scripts too."""

from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

from kernel_dilation.interactive.page_part import PagePart
from kernel_dilation.report.figure_specs import Picture
from kernel_dilation.report.headline_charts import CHART_FILES
from kernel_dilation.report.headlines import Headline
from kernel_dilation.report.provenance import origin_html
from kernel_dilation.report.scope_text import ScopeText
from kernel_dilation.report.small_charts import RowChart, chart_svg
from kernel_dilation.report.tables import ReportTable

from jinja2 import Environment, StrictUndefined


@dataclass(frozen=True)
class QuestionAnswer:
    """A question and what the page says of it before the details."""

    question: str
    verdict: str
    headline: Headline  # for the first screen too
    chart: RowChart | None  # for the first screen
    findings: Sequence[str]  # paragraphs
    table: ReportTable
    change_of_mind: Sequence[str]  # paragraphs: which observation would turn the verdict


@dataclass(frozen=True)
class Chapter:
    """A chapter of the page with its figures and tables; with an answer, the first figure stands beside it."""

    name: str
    title: str
    introduction: str
    pictures: Sequence[Picture]
    tables: Sequence[ReportTable] = ()
    answer: QuestionAnswer | None = None


def render_page(
    template: str,
    chapters: Sequence[Chapter],
    scope: ScopeText,
    rules: Sequence[str],
    rule_tables: Sequence[ReportTable],
    part: PagePart | None = None,
) -> str:
    """Return the page as HTML.

    It has the questions with their answers on one screen, a table of contents, the chapters, the scope of the answers,
    and the rules of the verdicts.

    Args:
        template: Jinja2 text.
        scope: what the answers hold for.
        rules: paragraphs on how verdicts are reached.
        rule_tables: the tables that follow the first paragraphs, one each.
        part: sections that react to the reader, with their scripts and data.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["data_uri"] = data_uri
    environment.filters["chart_svg"] = chart_svg
    origin = origin_html(CHART_FILES) if any(chapter.answer for chapter in chapters) else ""
    texts = {"scope": scope, "rules": rules, "rule_tables": rule_tables, "charts_origin": origin}
    return environment.from_string(template).render(chapters=chapters, part=part, **texts)


def data_uri(png: bytes) -> str:
    """Return a PNG file as a data URI."""
    return f"data:image/png;base64,{b64encode(png).decode()}"
