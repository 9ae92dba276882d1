"""The README compared with what is on disk: its numbers, paths and commands cannot drift from the data."""

import json
import re
import sys
from pathlib import Path

from benchmarks.markdown_tables import render_page
from kernel_dilation.dilation_selection.learning_verdict import least_runs
from kernel_dilation.execution.local_cluster import WORKER_BYTES
from kernel_dilation.experiment.arms import parse_arm
from kernel_dilation.experiment.geometry import extent
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.report.headlines import QUESTIONS, headlines
from kernel_dilation.report.scope import Scope, scope_of
from kernel_dilation.statistics.verdicts import decide_verdict
from tools.study.readme import template_context
from tools.study.readme_template import numbers_written_by_hand, render_template

import pandas as pd
import pytest
import yaml

README = Path("README.md").read_text()
PAGES = [README, *(path.read_text() for path in sorted(Path("docs").glob("*.md")))]
RUN_MINUTES = 9.5  # of `make run` in a fresh clone on 2026-11-28, on two cores of an AMD EPYC with AVX-512 and nothing beside it: 9 min 29 s
SPEEDS = json.loads(Path("metrics/benchmark.json").read_text())
RUNS = {"default": (Path("params.yaml"), Path("metrics")), "study": (Path("study/params.yaml"), Path("study"))}


def studied_grid() -> dict[str, list]:
    """Return the grid of the committed study, which may be older than study/params.yaml."""
    arms = pd.read_csv("study/tables/accuracy.csv")
    return {f"{factor}s": arms[factor].unique().tolist() for factor in ("dilation", "kernel_size", "pooling")}


def is_stale_study() -> bool:
    """Return whether study/params.yaml or the answers' form has changed since the committed study was made."""
    settings, answers = parse_settings(Path("study/params.yaml").read_text()), json.loads(Path("study/answers.json").read_text())
    grid = {name: getattr(settings, name) for name in studied_grid()}
    return "fields" not in answers or grid != studied_grid() or settings.train.replicates != answers["replicates"]


fresh_study = pytest.mark.skipif(is_stale_study(), reason="study/params.yaml has changed since the study was made; `make study` renews it")


def networks_of(name: str) -> pd.DataFrame:
    """Return the committed table of all networks of a run and their accuracies."""
    return pd.read_csv({"default": "plots/accuracy.csv", "study": "study/tables/accuracy.csv"}[name])


def run(name: str) -> tuple[dict, Settings, Scope]:
    """Return the counts of digits, the parameters and the scope of a committed run."""
    params, folder = RUNS[name]
    fetched, settings = json.loads((folder / "fetch.json").read_text()), parse_settings(params.read_text())
    made = {"dataset": fetched["dataset"], "replicates": networks_of(name)["replicate"].nunique()}
    if name == "study":
        settings = settings.model_copy(update={**studied_grid(), "train": settings.train.model_copy(update={"replicates": made["replicates"]})})
    return fetched, settings, scope_of(settings, made, fetched, settings.saliency.images)


def findings() -> list[tuple[str, str]]:
    """Return the questions and the sentences with which the README answers them for the study; older answers lack the fourth."""
    if is_stale_study():  # its own README has the sentences of its time
        section = README.partition("## Findings")[2].partition("\n## ")[0]
        return re.findall(r"^\d\. \*\*(.+?)\*\* (.+)$", section, re.MULTILINE)
    found = headlines(json.loads(Path("study/answers.json").read_text()), run("study")[2])
    return [(QUESTIONS[part], headline.sentence) for part, headline in found.items()]


def measured() -> list[str]:
    """Return the sentences of the README and its pages that give a measured time or rate."""
    first = SPEEDS["training"]["seconds"][0]
    times = {row["quantity"].partition(" against ")[0]: row["value"] for row in SPEEDS["targets"] if "against tf-keras-vis" in row["quantity"]}
    study, rates = json.loads(Path("study/run.json").read_text()), pd.read_csv("metrics/calibration.csv").dropna(subset=["target"])
    assert first["dilation"] == 1
    assert not SPEEDS["training"]["gpu"]
    assert rates["meets"].all()
    return [
        f"On 2 cores of an AMD EPYC with nothing beside it, `make run` took {RUN_MINUTES} minutes from a fresh clone, installation included.",
        f"The committed study, which had fewer arms and runs, took {sum(study['wall_seconds'].values()) / 3600:.1f} hours"
        f" on {study['cores_used']} cores.",
        f"On {SPEEDS['machine']['cores_used']} cores without a GPU, training at dilation 1 took Keras' `fit`"
        f" {first['fit'] / first['project']:.1f} times and PyTorch {first['pytorch'] / first['project']:.1f} times as long as this project.",
        f"Gradient maps took tf-keras-vis {times['gradient']:.1f} times, SmoothGrad {times['SmoothGrad']:.1f} times"
        f" and class models {times['class models']:.1f} times as long.",
        f"All {len(rates)} error rates and coverages that have a target meet it;",
    ]


def needed() -> list[str]:
    """Return the rows of the README that say what a run needs: memory agrees with the code, and time with a measured run."""
    return [
        f"| time | `make run` took {RUN_MINUTES} minutes on two cores, installation included |",
        f"| memory | {WORKER_BYTES // 2**30} GiB for each core; with less, fewer cores are used |",
        f"| disk | {disk_gigabytes()} GB, most of it for the installed packages |",
    ]


def disk_gigabytes() -> int:
    """Return the disk space that the README asks for, in GB."""
    return int(re.search(r"^\| disk \| (\d+) GB, ", README, re.MULTILINE)[1])


def described() -> list[str]:
    """Return the sentences of the README that describe the committed runs."""
    sentences = {}
    for name in RUNS:
        fetched, settings, scope = run(name)
        assert settings.analyze.alpha == 0.05
        assert settings.analyze.margin_share == 0.1
        digits = [f"{scope.digits[part]:,}" for part in ("train", "test")]
        sentences[name] = (
            scope.replicates,
            scope.arms,
            *digits,
            f"{settings.analyze.margin_points:g}",
            settings.train.epochs,
            sum(fetched["digits"].values()),
        )
    default = run("default")[2]
    (few, arms, train, test, margin, _, digits), (many, all_arms, all_train, all_test, narrow, epochs, _) = sentences["default"], sentences["study"]
    return [
        f"trains {all_arms} combinations of dilation, kernel size and pooling (*arms*) with {many} random seeds each (*replicates*) on {all_train}"
        f" MNIST digits, and tests them on {all_test}.",
        f"one small architecture and {epochs} training epochs.",
        f"The default run has {few} replicates of each of {arms} arms, trained on {train} digits of `mnist5k` and tested on {test}.",
        f"runs the whole pipeline on {digits:,} MNIST digits",
        f"For accuracy the margin is {margin} percentage points in the default run and {narrow} in the study.",
        f"At least {least_runs(default.rule)} runs of each way are needed to show that one is consistent; the default run has "
        f"{default.learn.replicates}.",
        "Tests use the significance level 0.05 after correction within their family.",
        "For metrics of saliency maps it is 10 % of the mean at the smallest dilation.",
    ]


def test_the_findings_in_the_readme_stand_in_the_readme_of_the_study():
    assert len(findings()) >= 3
    for question, sentence in findings():
        assert sentence in Path("study/README.md").read_text().partition(f"## {question}\n")[2].partition("\n## ")[0]


@fresh_study
def test_the_findings_in_the_readme_are_those_of_the_study():
    for number, (question, sentence) in enumerate(findings(), 1):
        assert f"{number}. **{question}** {sentence}\n" in README


@pytest.mark.parametrize("name", ["default", pytest.param("study", marks=fresh_study)])
def test_the_committed_results_are_of_the_committed_parameters(name):
    params, _ = RUNS[name]
    settings, networks = parse_settings(params.read_text()), networks_of(name)
    assert run(name)[0]["dataset"] == settings.data.dataset
    assert set(networks["dilation"]) == set(settings.dilations)
    assert len(networks) == len(settings.arms()) * settings.train.replicates


@pytest.mark.parametrize("sentence", [*described(), *needed()])
def test_a_number_in_the_readme_is_that_of_the_committed_results(sentence):
    assert sentence in README


@pytest.mark.parametrize("sentence", measured())
def test_a_measured_number_in_the_readme_or_its_pages_is_that_of_the_committed_results(sentence):
    assert sum(sentence in page for page in PAGES) == 1


def test_the_disk_space_in_the_readme_is_enough_for_the_packages_and_half_a_gigabyte_of_results():
    """Oracle: the environment in which this test runs, which has the packages of the tests as well."""
    files = (path.lstat() for path in Path(sys.prefix).rglob("*") if path.is_file() and not path.is_symlink())
    installed = sum(file.st_size for file in files)
    assert 0.5 * disk_gigabytes() * 1e9 < installed < (disk_gigabytes() - 0.5) * 1e9


def test_the_page_of_the_benchmark_is_computed_from_its_measurements():
    assert Path("metrics/benchmark.md").read_text() == render_page(SPEEDS)


def test_the_last_line_in_the_readme_counts_the_figures_of_the_pipeline():
    figures = [plot for plot in yaml.safe_load(Path("dvc.yaml").read_text())["stages"]["report"]["plots"] if str(plot).count(".png")]
    assert f"`report: {len(figures)} figures and plots/report.html written`" in README


def test_the_sketch_in_the_readme_shows_what_a_kernel_spans():
    sketch = re.findall(r"^dilation (\d+) +([■· ]+?) +(\d+) taps span (\d+) pixels$", README, re.MULTILINE)
    assert len(sketch) == 3
    for dilation, pixels, taps, span in sketch:
        assert pixels.count("■") == int(taps)
        assert len(pixels.split()) == int(span) == extent(int(taps), int(dilation))


def test_the_verdicts_in_the_readme_are_those_of_the_rule():
    for words, p_value in (("significant", 0.01), ("not significant", 0.5)):
        assert f"| **test {words}** | {decide_verdict(p_value, True, 0.05)} | {decide_verdict(p_value, False, 0.05)} |" in README


def test_kernels_that_are_said_to_span_equally_much_do():
    example = re.search(
        r"kernel size (\d) at dilation (\d) and kernel size (\d) at dilation (\d) both span (\d) pixels", Path("docs/statistics.md").read_text()
    )
    size, dilation, other_size, other_dilation, span = map(int, example.groups())
    assert extent(size, dilation) == extent(other_size, other_dilation) == span


def test_every_other_number_in_the_readme_is_known():
    """Oracle: the supported versions of Python, and the factors in the name of an arm."""
    first, beyond = re.search(r">=3\.(\d+),<3\.(\d+)", Path("pyproject.toml").read_text()).groups()
    example = parse_arm("2-3-max")
    known = {f"3.{minor}" for minor in range(int(first), int(beyond))} | {str(example.dilation), str(example.kernel_size)}
    rest = README
    for sentence in (*(sentence for _, sentence in findings()), *measured(), *described(), *needed()):
        rest = rest.replace(sentence, "")
    assert {number.rstrip(".,") for number in numbers_written_by_hand(rest)} <= known


@fresh_study
def test_the_readme_of_the_study_is_computed_from_its_results():
    template = Path("study/README.template.md").read_text()
    assert Path("study/README.md").read_text() == render_template(template, template_context(Path("study")))
