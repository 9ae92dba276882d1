"""Where figures come from: the stages that made their files, the parameters of these, and how to make a figure again."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from kernel_dilation.presentation.text_formatting import join_with_and

from jinja2 import Environment, StrictUndefined


class Source(NamedTuple):
    """A stage and the sections of params.yaml that it reads."""

    stage: str
    sections: tuple[str, ...]


GRID = ("dilations", "kernel_sizes", "poolings")
SOURCES: Mapping[str, Source] = {  # by output, a file or a folder
    "data/digits.npz": Source("fetch", ("data",)),
    "metrics/fetch.json": Source("fetch", ("data",)),
    "data/networks": Source("train", ("data", "network", "train")),
    "data/saliency": Source("saliency", ("network", "saliency", "train")),
    "data/rounds.csv": Source("rounds", ("learn",)),
    "data/learned": Source("learn", ("learn",)),
    "data/analysis": Source("analyze", ("analyze", *GRID, "learn", "network", "saliency", "train")),
}
COMMAND = "dvc repro report"
TEMPLATE = """
<details class="origin"><summary>How this is made</summary>
<dl>
{% for source, files in groups.items() %}
<dt>Stage <code>{{ source.stage }}</code></dt>
<dd>{% for file in files %}<code>{{ file }}</code>{{ ", " if not loop.last }}{% endfor %},
with {{ "sections" if source.sections|length > 1 else "section" }}
{% for section in source.sections %}<code>{{ section }}</code>{{ ", " if not loop.last }}{% endfor %} of <code>params.yaml</code></dd>
{% endfor %}
<dt>Stage <code>report</code></dt>
<dd>{{ made }}</dd>
<dt>Make it again</dt>
<dd><code>{{ command }}</code>, which first runs every earlier stage whose inputs have changed</dd>
</dl>
</details>
"""


def source_of(file: str) -> Source:
    """Return the source of a file.

    Raises:
        ValueError: no stage is known to write it.
    """
    for output, source in SOURCES.items():
        if file == output or file.startswith(f"{output}/"):
            return source
    raise ValueError(f"a file of a figure must lie under one of {join_with_and(sorted(SOURCES))}; got {file}")


def origin_html(files: Sequence[str], plot: str = "") -> str:
    """Return a folded list of the stages and files behind a figure, as HTML.

    Args:
        files: that the figure shows, such as `data/analysis/levels.csv`, or `data/saliency/*/maps.npz` for one in each folder.
        plot: file of the figure; empty for what is on the page alone.
    """
    groups: dict[Source, list[str]] = {}
    for file in files:
        groups.setdefault(source_of(file), []).append(file)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    made = f"draws {plot}, and places it here" if plot else "draws it on this page"
    return environment.from_string(TEMPLATE.lstrip()).render(groups=groups, made=made, command=COMMAND)
