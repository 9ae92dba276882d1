"""Where figures come from: the files that each declares are those that it reads, and stages and parameters are those of dvc.yaml."""

from pathlib import Path

from kernel_dilation.interactive.page_part import SHOWN_FILES
from kernel_dilation.report.contents import CHAPTERS
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.headline_charts import CHART_FILES
from kernel_dilation.report.provenance import SOURCES, origin_html, source_of

import pytest
import yaml
from made_up_study import made_up_study

STAGES = yaml.safe_load((Path(__file__).parents[1] / "dvc.yaml").read_text(encoding="utf-8"))["stages"]
FIGURES = [spec for chapter in CHAPTERS for spec in chapter.figures]
STUDY = made_up_study()
FILES_OF_PARTS = {  # of the data of a report, by the way in which a figure reaches them; `table:name` is data/analysis/name.csv
    "table:cascade": "data/saliency/*/cascade.csv", "table:chance": "data/saliency/*/measures.csv", "answers": "data/analysis/answers.json",
    "digits.first": "data/digits.npz", "digits.means": "data/digits.npz", "digits.wrong": "data/digits.npz", "digits.counts": "metrics/fetch.json",
    "explained.digits": "data/digits.npz", "explained.classes": "data/digits.npz", "explained.maps": "data/saliency/*/maps.npz",
    "explained.class_models": "data/saliency/*/class_models.npz", "explained.spectra": "data/saliency/*/spectra.npz",
    "explained.activations": "data/saliency/*/inside.npz", "kernels": "data/saliency/*/inside.npz", "fields": "data/saliency/*/maps.npz",
    "learned.choices": "data/learned/*/choices.csv", "learned.trajectories": "data/learned/*/trajectory.csv",
}  # fmt: skip


class Watched:
    """Data of a report that notes which of its parts a figure reads."""

    def __init__(self, data: object, parts: set[str], prefix: str = "") -> None:
        self._data, self._parts, self._prefix = data, parts, prefix

    def table(self, name: str):
        self._parts.add(f"table:{name}")
        return self._data.table(name)

    def __getattr__(self, name: str):
        value = getattr(self._data, name)
        if name in ("digits", "explained", "learned") and not self._prefix:
            return Watched(value, self._parts, f"{name}.")
        if name != "scope":
            self._parts.add(f"{self._prefix}{name}")
        return value


@pytest.mark.parametrize("spec", FIGURES, ids=lambda spec: spec.name)
def test_a_figure_declares_the_files_that_it_reads(spec: FigureSpec):
    parts: set[str] = set()
    spec.draw(Watched(STUDY, parts))
    read = {FILES_OF_PARTS.get(part) or f"data/analysis/{part.removeprefix('table:')}.csv" for part in parts}
    assert set(spec.files) == read


def outputs(stage: dict) -> list[str]:
    """Return the outputs and metrics of a stage; folders of arms and methods without the name of the arm or method."""
    paths = [next(iter(path)) if isinstance(path, dict) else path for kind in ("outs", "metrics") for path in stage.get(kind, [])]
    return [path.partition("/$")[0] for path in paths]


@pytest.mark.parametrize(("output", "source"), SOURCES.items())
def test_a_source_is_an_output_of_its_stage_with_the_sections_of_its_parameters(output, source):
    stage = STAGES[source.stage]
    assert output in outputs(stage)
    assert set(source.sections) == {parameter.partition(".")[0] for parameter in stage["params"]}


def test_the_stage_report_depends_on_the_source_of_every_file_that_the_page_shows():
    shown = {file for files in [*(spec.files for spec in FIGURES), CHART_FILES, *SHOWN_FILES.values()] for file in files}
    used = {output for output in SOURCES for file in shown if file == output or file.startswith(f"{output}/")}
    assert used == set(SOURCES)
    assert used <= set(STAGES["report"]["deps"])


def test_the_origin_names_stages_files_parameters_and_the_command():
    html = origin_html(["data/analysis/levels.csv", "data/analysis/arms.csv", "data/learned/*/choices.csv"], "plots/a.png")
    assert html.count("<dt>Stage") == 3  # analyze once, learn, and report
    for text in ("<code>data/analysis/arms.csv</code>", "<code>learn</code> of <code>params.yaml</code>", "draws plots/a.png", "dvc repro report"):
        assert text in html


def test_a_file_of_no_stage_is_refused():
    with pytest.raises(ValueError, match=r"must lie under one of data/analysis, .*; got data/other\.csv"):
        source_of("data/other.csv")
