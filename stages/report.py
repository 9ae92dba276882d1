"""Draw every figure and write the page that answers the questions: `python -m stages.report`.

Reads the digits, data/networks, data/saliency, data/learned, data/analysis and metrics; writes
plots/*.png and plots/report.html. Arrays are read one file at a time, and only what is shown is kept.
"""

from pathlib import Path

from kernel_dilation.analysis.crossed_accuracy import correct_percent
from kernel_dilation.analysis.learning_analysis import world_references
from kernel_dilation.experiment.arms import Arm
from kernel_dilation.experiment.atomic_write import atomic_file
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.dataset_names import CLASSES
from kernel_dilation.experiment.parameters import Settings, parse_settings
from kernel_dilation.experiment.paths import (
    ANALYSIS,
    BASELINES,
    DIGITS,
    LEARNED,
    METRICS,
    NETWORKS,
    PARAMETERS,
    PLOTS,
    ROUNDS,
    SALIENCY,
    TRAINED,
    network_file,
)
from kernel_dilation.explanations.digit_selection import class_mean_images
from kernel_dilation.figures.digit_images import first_of_each_class
from kernel_dilation.figures.misclassified import MOST
from kernel_dilation.interactive.accuracy_data import pack_accuracy
from kernel_dilation.interactive.chart_data import metric_levels
from kernel_dilation.interactive.explorer_data import ArmExplanations, pack_explorer
from kernel_dilation.interactive.learning_data import pack_learning
from kernel_dilation.interactive.network_data import pack_networks
from kernel_dilation.interactive.page_part import SHOWN_FILES, Glossary, PagePart, Wording, page_part
from kernel_dilation.interactive.quiz_data import pack_recognition
from kernel_dilation.interactive.terms import TERMS
from kernel_dilation.interactive.vega_bundle import pack_programs
from kernel_dilation.model.keras_weights import read_weights
from kernel_dilation.presentation.table_rows import read_table, rows_where
from kernel_dilation.presentation.text_formatting import count_noun, without_underscores
from kernel_dilation.report.contents import page_chapters
from kernel_dilation.report.glossary import METRIC_GLOSSARY
from kernel_dilation.report.html_page import render_page
from kernel_dilation.report.map_metric_figures import MAP_FAMILIES
from kernel_dilation.report.provenance import origin_html
from kernel_dilation.report.report_data import ExampleDigits, ExampleExplanations, LearningTables, NamedTables, ReportData
from kernel_dilation.report.scope import AnswerValues, Scope, scope_of
from kernel_dilation.report.scope_text import scope_text
from kernel_dilation.report.verdict_rules import rule_tables, verdict_rules
from kernel_dilation.stage_inputs.input_files import damage, intact, intact_or_absent, read_digit_arrays, read_json
from kernel_dilation.stage_inputs.rounds_file import read_rounds

import numpy as np
import pandas as pd

TEMPLATE = Path("kernel_dilation/report/page.html")
CHART_PROGRAMS = Path(".dvc/plots/offline.html")  # the page of `dvc plots`
TABLES = (
    "accuracy", "arms", "conditions", "confusion", "contrasts", "curves", "effects", "errors", "fields", "gridding", "interaction_tests",
    "interactions", "learned", "levels", "mark_effects", "marks", "method_properties", "mixed", "pairs", "ranks", "ranks_p", "representations",
    "simple_effects", "similarity", "taps", "transfer", "untrained_effects", "untrained_levels", "worlds", "wrong",
)  # fmt: skip
SHOWN_DIGITS = 10  # whose maps are shown: the first ten are one of each class
DIGITS_PER_CLASS = 12


def read_arrays(path: Path, *names: str) -> list[np.ndarray]:
    """Return the named arrays of an .npz file."""
    with np.load(intact(path)) as archive:
        return [archive[name] for name in names]


def read_digits(counts: dict[str, list[int]], wrong: pd.DataFrame) -> ExampleDigits:
    """Return images of the data set for display, in [0, 1]."""
    digits = read_digit_arrays()
    images, labels = digits["x_train"], digits["y_train"]
    first, means = first_of_each_class(images, labels, DIGITS_PER_CLASS), class_mean_images(images, labels)
    tested = digits["x_test"]
    return ExampleDigits(counts, first, means, tested[wrong["index"].to_numpy()[:MOST]] / 255 if len(wrong) else tested[:0])


def read_explanations(methods: list[str], arms: list[Arm]) -> ExampleExplanations:
    """Return what the first replicate of these arms, one for each dilation, makes of the same images."""
    folders = [SALIENCY / arm.name for arm in arms]
    shown = read_arrays(folders[0] / "maps.npz", "images")[0][:SHOWN_DIGITS]
    digits = read_digit_arrays()
    images, labels = digits["x_test"], digits["y_test"]
    activations = {}
    for arm, folder in zip(arms, folders):
        with np.load(intact(folder / "inside.npz")) as archive:
            activations[arm.dilation] = dict(archive)
    return ExampleExplanations(
        digits=images[shown] / 255,
        classes=labels[shown].astype(int),
        maps={method: np.stack([read_arrays(folder / "maps.npz", method)[0][0, :SHOWN_DIGITS] for folder in folders]) for method in methods},
        class_models=np.stack([read_arrays(folder / "class_models.npz", "images")[0][0] for folder in folders]),
        spectra={method: np.stack([read_arrays(folder / "spectra.npz", method)[0].mean(0) for folder in folders]) for method in methods},
        activations=activations,
    )


def read_tables(arms: list[Arm]) -> NamedTables:
    """Return every table of the analysis, and those of all arms together.

    These are the intervals, the chance levels and the randomised layers.
    """
    cascades = [read_table(intact(SALIENCY / arm.name / "cascade.csv")).assign(dilation=arm.dilation) for arm in arms]
    tables = {name: read_table(intact_or_absent(ANALYSIS / f"{name}.csv")) for name in TABLES}
    return {
        **tables,
        "cascade": pd.concat(cascades),
        "chance": pd.concat([chance_levels(arm) for arm in arms]).groupby(["method", "measure", "level"], sort=False, as_index=False).mean(),
    }


def chance_levels(arm: Arm) -> pd.DataFrame:
    """Return the mean chance level of each method and metric of an arm; `level` is the dilation."""
    table = rows_where(read_table(intact(SALIENCY / arm.name / "measures.csv"), ("method", "state", "_chance")), state=TRAINED)
    means = table[~table["method"].isin(BASELINES)].drop(columns="state").groupby("method", sort=False).mean()
    return means.reset_index().melt("method", var_name="measure", value_name="mean").dropna().assign(level=arm.dilation)


def read_kernels(arms: list[Arm]) -> dict[Arm, np.ndarray]:
    """Return the first-layer kernels of the first replicate of each arm, (size, size, channels).

    The smallest kernels come first.
    """
    return {arm: read_arrays(SALIENCY / arm.name / "inside.npz", "kernels")[0] for arm in sorted(arms, key=lambda arm: arm.kernel_size)}


def read_learning(methods: list[str]) -> LearningTables:
    """Return the tables of each method that learns a dilation in one training."""
    choices, trajectories = (
        {method: read_table(intact(LEARNED / method / f"{name}.csv")) for method in methods} for name in ("choices", "trajectory")
    )
    return LearningTables(choices, trajectories)


def read_answers() -> AnswerValues:
    """Return the content of data/analysis/answers.json."""
    return read_json(intact(ANALYSIS / "answers.json"), {})


def read_counts() -> AnswerValues:
    """Return the content of metrics/fetch.json.

    Raises:
        ValueError: it does not describe the digits.
    """
    path, digits = METRICS / "fetch.json", read_digit_arrays()
    fetched = read_json(path, {"dataset": str, "digits": dict, "digits_by_class": dict})
    counts = {name.removeprefix("y_"): np.bincount(labels, minlength=CLASSES).tolist() for name, labels in digits.items() if name.startswith("y_")}
    if fetched["digits_by_class"] != counts or fetched["digits"] != {name: sum(count) for name, count in counts.items()}:
        raise damage(path, f"its numbers of digits are not those of {DIGITS}")
    return fetched


def read_report_data(settings: Settings) -> ReportData:
    """Return everything from which the report is made."""
    answers, fetched = read_answers(), read_counts()
    arms = sorted(settings.arms())
    scope = scope_of(settings, answers, fetched, len(read_arrays(SALIENCY / arms[0].name / "maps.npz", "images")[0]))
    reference = reference_arms(arms, scope)
    tables = read_tables(arms)
    return ReportData(
        scope=scope,
        answers=answers,
        tables=tables,
        digits=read_digits(fetched["digits_by_class"], tables["wrong"]),
        explained=read_explanations(settings.saliency.methods, reference),
        kernels=read_kernels([arm for arm in arms if arm.pooling == scope.poolings[0]]),
        fields={arm: read_arrays(SALIENCY / arm.name / "maps.npz", "receptive_field")[0].mean(0) for arm in arms},
        learned=read_learning(settings.learn.methods),
    )


def reference_arms(arms: list[Arm], scope: Scope) -> list[Arm]:
    """Return the arms whose networks stand for their dilation: one kernel size and one pooling."""
    return [arm for arm in arms if (arm.kernel_size, arm.pooling) == (scope.kernel_sizes[0], scope.poolings[0])]


def read_arm_explanations(arm: Arm, methods: list[str], shown: np.ndarray) -> ArmExplanations:
    """Return what all replicates of an arm make of the first explained digits, `shown` among the test digits."""
    maps, models = (SALIENCY / arm.name / name for name in ("maps.npz", "class_models.npz"))
    return ArmExplanations(
        maps={method: read_arrays(maps, method)[0][:, : len(shown)].copy() for method in methods},
        class_models=read_arrays(models, "images")[0],
        logits=read_arrays(NETWORKS / arm.name / "predictions.npz", "logits")[0][:, shown],
    )


def read_correct(arms: list[Arm]) -> dict[Arm, np.ndarray]:
    """Return 100 for each test image that a network classifies correctly and 0 for each other, (replicates, images), by arm."""
    correct: dict[Arm, np.ndarray] = {}
    for arm in arms:
        logits, labels = read_arrays(NETWORKS / arm.name / "predictions.npz", "logits", "labels")
        correct |= correct_percent({arm: logits}, labels)
    return correct


def read_page_part(settings: Settings, report_data: ReportData) -> PagePart:
    """Return the part of the page that reacts to its reader, with its data."""
    scope, arms = report_data.scope, settings.arms()
    shown = read_arrays(SALIENCY / arms[0].name / "maps.npz", "images")[0][:SHOWN_DIGITS]
    digits = read_digit_arrays()
    images, labels = digits["x_test"][shown], digits["y_test"][shown]
    explorer = pack_explorer(images / 255, labels, shown, {arm: read_arm_explanations(arm, settings.saliency.methods, shown) for arm in arms})
    networks = {arm: read_weights(intact(network_file(NETWORKS / arm.name, 0)).read_bytes()) for arm in reference_arms(arms, scope)}
    accuracy, means, effects = map(report_data.table, ("accuracy", "arms", "effects"))
    choices, learned = (read_table(intact(ANALYSIS / f"{name}.csv")) for name in ("choices", "learned"))
    learning = pack_learning(
        choices, learned, world_references(read_rounds(ROUNDS, settings.learn), settings.learn), settings.analyze.margin_loss, scope.alpha
    )
    data = {
        "explorer": explorer,
        "networks": pack_networks(networks, scope.dilate, scope.padding),
        "accuracy": pack_accuracy(read_correct(arms), accuracy, means, effects, scope.alpha, scope.margin_points),
        "recognition": pack_recognition({arm: rows_where(read_table(intact(SALIENCY / arm.name / "measures.csv")), state=TRAINED) for arm in arms}),
        "metrics": metric_levels(report_data.table("levels"), MAP_FAMILIES),
        "learning": learning,
        "replicates": scope.replicates,
    }
    packed = f"up to {explorer['replicates']} of {count_noun(scope.replicates, 'replicate')}"
    wording = Wording(scope.image, scope.images, scope.of("test", len(shown)), packed, scope.reference_arms, bool(learning["methods"]))
    glossary = Glossary(TERMS, {without_underscores(name): entry.definition for name, entry in METRIC_GLOSSARY.items()})
    origins = {name: origin_html(files) for name, files in SHOWN_FILES.items()}
    return page_part(data, wording, scope.margin_points, glossary, pack_programs(CHART_PROGRAMS.read_text(encoding="utf-8")), origins)


@exit_with_message("report")
def main() -> None:
    """Draw the results of the grid in params.yaml, and write the page."""
    settings = parse_settings(PARAMETERS.read_bytes())
    report_data = read_report_data(settings)
    part = read_page_part(settings, report_data)  # before anything is written, so that a damaged input changes no result
    chapters = page_chapters(report_data)
    pictures = [picture for chapter in chapters for picture in chapter.pictures]
    for picture in pictures:
        with atomic_file(PLOTS / f"{picture.name}.png") as temporary:
            temporary.write_bytes(picture.png)
    with atomic_file(PLOTS / "report.html") as temporary:
        html = render_page(
            TEMPLATE.read_text(encoding="utf-8"),
            chapters,
            scope_text(report_data.scope),
            verdict_rules(report_data.scope),
            rule_tables(report_data.scope),
            part,
        )
        temporary.write_text(html, encoding="utf-8")
    print(f"report: {sum(not picture.absent for picture in pictures)} figures and {PLOTS / 'report.html'} written")


if __name__ == "__main__":
    main()
