"""The part of the page that reacts to its reader: sections, style, scripts and data, as texts for the template of the report."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, StrictUndefined

FOLDER = Path(__file__).parent
SCRIPTS = (
    "packed_data", "address", "elements", "pixel_images", "statistics", "network", "explorer", "drawing", "live_network", "frontier",
    "margin", "quiz", "tables", "glossary", "charts", "start",
)  # fmt: skip
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"  # a browser loads nothing else


@dataclass(frozen=True)
class PagePart:
    """Texts that the template inserts as they are, unescaped."""

    sections: str
    style: str
    scripts: str  # the programs of the page, in one strict script
    data: str  # JSON, safe within a script element
    chart_programs: str  # base64
    titles: Mapping[str, str]  # of the sections, by their place in the page
    policy: str = POLICY


@dataclass(frozen=True)
class Glossary:
    """Meanings of the terms of the project, explained wherever they occur, and of metrics, whose names may be ordinary words elsewhere."""

    terms: Mapping[str, str]
    metrics: Mapping[str, str]


@dataclass(frozen=True)
class Wording:
    """Words and numbers that the texts of the sections mention."""

    image: str  # noun of the data set, such as `digit`
    images: str
    shown_images: str  # such as `10 of 1,000 test digits`
    shown_replicates: str  # such as `2 of 8 replicates`
    live_arms: str  # such as `kernel size 3, max pooling`
    has_frontier: bool  # whether there are choices of dilations to judge

    @property
    def a_image(self) -> str:
        """The noun with its article."""
        return f"{'an' if self.image[0] in 'aeiou' else 'a'} {self.image}"


TITLES = {
    "charts": "Charts to explore",
    "explorer": "Explorer: two dilations side by side",
    "live": "Live network",
    "margin": "Your own margin",
    "quiz": "Blind quiz",
    "glossary": "Glossary",
}
SHOWN_FILES = {  # by place: what the section shows, written by earlier stages; `*` stands for the folders of all arms
    "charts": ("data/analysis/accuracy.csv", "data/analysis/arms.csv", "data/analysis/levels.csv"),
    "explorer": ("data/saliency/*/maps.npz", "data/saliency/*/class_models.npz", "data/networks/*/predictions.npz", "data/digits.npz"),
    "live": ("data/networks/*/replicate-00.keras", "data/digits.npz"),
    "margin": (
        "data/networks/*/predictions.npz", "data/rounds.csv", "data/analysis/effects.csv", "data/analysis/choices.csv", "data/analysis/learned.csv",
    ),
    "quiz": ("data/saliency/*/class_models.npz", "data/saliency/*/measures.csv"),
}  # fmt: skip


def page_part(
    data: Mapping[str, object], wording: Wording, margin_points: float, glossary: Glossary, chart_programs: str, origins: Mapping[str, str]
) -> PagePart:
    """Fill in the sections and put style, scripts and data beside them.

    Args:
        data: by name, what the scripts read: `explorer`, `networks`, `accuracy`, `recognition`, `metrics`, `learning`, `replicates`.
        margin_points: margin of the run, in percentage points; the slider reaches to ten times it.
        chart_programs: from `vega_bundle.pack_programs`.
        origins: by place, HTML that says from which of the `SHOWN_FILES` a section is made, and how.
    """
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    words = {name: getattr(wording, name) for name in ("image", "images", "a_image", "shown_images", "shown_replicates", "live_arms", "has_frontier")}
    template = environment.from_string((FOLDER / "sections.html").read_text(encoding="utf-8"))
    sections = template.render(**words, widest_margin=f"{10 * margin_points:g}", terms=glossary.terms, metrics=glossary.metrics, origins=origins)
    return PagePart(
        sections=sections,
        style=(FOLDER / "style.css").read_text(encoding="utf-8"),
        scripts=joined_scripts(),
        data=json_for_script(data),
        chart_programs=chart_programs,
        titles=TITLES,
    )


def joined_scripts() -> str:
    """Return the programs of the page as one strict script."""
    return "\n".join(['"use strict";', *((FOLDER / f"scripts/{name}.js").read_text(encoding="utf-8") for name in SCRIPTS)])


def json_for_script(data: Mapping[str, object]) -> str:
    """Return data as JSON in which no text can end the script element that holds it.

    Raises:
        ValueError: a number that is not finite.
    """
    return json.dumps(data, ensure_ascii=False, allow_nan=False, separators=(",", ":")).replace("<", "\\u003c")
