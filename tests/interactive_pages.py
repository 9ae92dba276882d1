"""A page of made-up numbers with everything that reacts to its reader, for tests in a browser."""

import io
from dataclasses import replace
from functools import cache
from pathlib import Path

from kernel_dilation.analysis.accuracy_analysis import accuracy_analysis
from kernel_dilation.analysis.crossed_accuracy import correct_percent
from kernel_dilation.analysis.learning_analysis import learning_analysis, world_references
from kernel_dilation.experiment.arms import Arm, grid_arms
from kernel_dilation.experiment.parameters import Learn, parse_settings
from kernel_dilation.interactive.accuracy_data import pack_accuracy
from kernel_dilation.interactive.explorer_data import ArmExplanations, pack_explorer
from kernel_dilation.interactive.learning_data import pack_learning
from kernel_dilation.interactive.network_data import pack_networks
from kernel_dilation.interactive.page_part import SHOWN_FILES, Glossary, PagePart, Wording, page_part
from kernel_dilation.interactive.terms import TERMS
from kernel_dilation.interactive.vega_bundle import pack_programs
from kernel_dilation.model.network import Architecture
from kernel_dilation.report.contents import question_answers
from kernel_dilation.report.figure_specs import Picture
from kernel_dilation.report.headlines import Headline
from kernel_dilation.report.html_page import Chapter, QuestionAnswer, render_page
from kernel_dilation.report.provenance import origin_html
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.scope_text import ScopeText, scope_text
from kernel_dilation.report.small_charts import ChartRow, RowChart
from kernel_dilation.report.tables import ReportTable
from kernel_dilation.report.verdict_rules import rule_tables, verdict_rules

import numpy as np
import pandas as pd
from changed_parameters import changed
from PIL import Image
from small_networks import random_weights, strokes

ROOT = Path(__file__).parents[1]
DILATIONS, KERNEL_SIZES, POOLINGS, METHODS, REPLICATES = (1, 2, 4), (3, 5), ("max", "average"), ("gradient", "grad_cam"), 6
ARMS = tuple(grid_arms(DILATIONS, KERNEL_SIZES, POOLINGS))
ALPHA, MARGIN, IMAGES = 0.05, 0.5, 400
TABLE_ROWS = [
    ["dilation", "< 0.001", "0.58"], ["pooling", "0.006", "0.05"], ["kernel size", "0.012", "0.1"],
    ["density", "0.5", ""], ["gini", "1.000", "12"], ["density, gini", "0.9", "11"],
]  # fmt: skip


def architecture(arm: Arm, **changes: object) -> Architecture:
    """Return an architecture of small but ordinary size."""
    return Architecture(arm, **{"channels": (8, 12), "dense": 24, **changes})


def random_logits(seed: int = 0) -> tuple[dict[Arm, np.ndarray], np.ndarray]:
    """Draw logits (replicates, images, 10) of every arm, which are wrong more often the larger the dilation, and labels (images,)."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, IMAGES)
    skill, difficulty = generator.normal(0, 0.2, REPLICATES), generator.normal(0, 0.8, IMAGES)
    logits = {}
    for arm in ARMS:
        noise = generator.normal(size=(REPLICATES, IMAGES, 10))
        signal = 3.6 - 0.05 * arm.dilation + skill[:, None] - difficulty
        logits[arm] = noise + signal[..., None] * np.eye(10)[labels]
    return logits, labels


def accuracy_tables(seed: int, alpha: float, margin: float) -> tuple[dict[Arm, np.ndarray], dict[str, pd.DataFrame]]:
    """Return which images are classified correctly, and the tables that the analysis makes of the same logits."""
    options = parse_settings((ROOT / "params.yaml").read_text()).analyze.model_copy(
        update={"alpha": alpha, "margin_points": margin, "resamples": 100}
    )
    logits, labels = random_logits(seed)
    history = pd.DataFrame([{"replicate": replicate, "epoch": 1, "validation_accuracy": 0.9} for replicate in range(REPLICATES)])
    _, tables = accuracy_analysis(logits, labels, dict.fromkeys(ARMS, history), options)
    return correct_percent(logits, labels), tables


def explanations(seed: int = 0) -> dict[Arm, ArmExplanations]:
    """Draw maps, class models and logits of every arm for ten digits."""
    generator = np.random.default_rng(seed)
    return {
        arm: ArmExplanations(
            {method: generator.normal(size=(2, 10, 28, 28)) for method in METHODS},
            generator.normal(size=(2, 10, 28, 28)),
            generator.normal(0, 3, (2, 10, 10)),
        )
        for arm in ARMS
    }


def networks() -> dict[Arm, list[np.ndarray]]:
    """Draw the weights of one network for each dilation."""
    return {arm: random_weights(architecture(arm), seed=arm.dilation) for arm in ARMS if (arm.kernel_size, arm.pooling) == (3, "max")}


def learning_tables(alpha: float, margin_loss: float) -> tuple[pd.DataFrame, dict[str, pd.DataFrame], Learn]:
    """Return rounds on digits, where two dilations are nearly alike, and on textures with planted dilation 2, and what the analysis makes of them.

    One method learns the dilation in a single training; the others are the races and selections that the analysis replays.
    """
    race = {"least_rounds": 3, "most_rounds": 4, "alpha": 0.05, "zone": 0.0}
    settings = parse_settings(changed(
        learn__candidates=[1, 2, 3], learn__worlds=["digits", "textures-2"], learn__selection=[1, 3], learn__replicates=5, learn__race=race,
        learn__initial_dilations=[1, 3], analyze__resamples=100, analyze__alpha=alpha, analyze__margin_loss=margin_loss,
    ))  # fmt: skip
    generator = np.random.default_rng(0)
    means = {"digits": (0.100, 0.103, 0.110), "textures-2": (0.5, 0.1, 0.2)}
    keys = [(world, run, number, dilation) for world in means for run in range(5) for number in (1, 2, 3) for dilation in (1, 2, 3)]
    rounds = pd.DataFrame(keys, columns=["world", "run", "round", "dilation"])
    rounds["validation_loss"] = [means[world][dilation - 1] + generator.normal(scale=0.004) for world, _, _, dilation in keys]
    rounds["validation_accuracy"], rounds["first_epoch_loss"] = 1 - rounds["validation_loss"], 1 + rounds["validation_loss"]
    runs = [(world, run, start) for world in means for run in range(5) for start in (1, 3)]
    choices = pd.DataFrame(runs, columns=["world", "run", "initial_dilation"])
    choices = choices.assign(method="mixture", truth=np.nan, trainings=1.5, chosen_dilation=choices["run"] % 3 + 1)
    return rounds, learning_analysis({"mixture": choices}, rounds, settings.learn, settings.analyze)[1], settings.learn


def made_up_learning() -> dict[str, object]:
    """Return the choices and the losses that judge them."""
    rounds, tables, learn = learning_tables(ALPHA, 0.02)
    return pack_learning(tables["choices"], tables["learned"], world_references(rounds, learn), 0.02, ALPHA)


def made_up_data() -> dict[str, object]:
    """Return the data of the page."""
    correct, tables = accuracy_tables(0, ALPHA, MARGIN)
    metrics = [
        {"method": method, "measure": measure, "dilation": dilation, "mean": 0.5 + dilation / 50, "lower": 0.45, "upper": 0.65}
        for method in METHODS
        for measure in ("gini", "entropy")
        for dilation in DILATIONS
    ]
    return {
        "explorer": pack_explorer(strokes(10).astype(float), np.arange(10), np.arange(100, 110), explanations()),
        "networks": pack_networks(networks(), "first", "same"),
        "accuracy": pack_accuracy(correct, *(tables[name] for name in ("accuracy", "arms", "effects")), ALPHA, MARGIN),
        "recognition": [{"arm": arm.name, "dilation": arm.dilation, "networks": 2, "own": 0.9, "others": 0.4} for arm in ARMS],
        "metrics": metrics,
        "learning": made_up_learning(),
        "replicates": REPLICATES,
    }


WORDING = Wording("digit", "digits", "10 of 50 test digits", "2 of 6 replicates", "kernel size 3, max pooling", True)


@cache
def made_up_part() -> PagePart:
    """Return the part of the page that reacts to its reader."""
    return page_part(
        made_up_data(),
        WORDING,
        MARGIN,
        Glossary(TERMS, {"gini": "Gini index"}),
        pack_programs((ROOT / ".dvc/plots/offline.html").read_text(encoding="utf-8")),
        {place: origin_html(files) for place, files in SHOWN_FILES.items()},
    )


def made_up_page() -> str:
    """Return a whole page: a question, two chapters with a picture and tables, and all that reacts to its reader."""
    picture = Picture("accuracy", "Accuracy by dilation", grey_picture(), "Accuracy of each arm; 6 replicates.", "A grey square.")
    table = ReportTable("Tests by factor", ["factor", "p (Holm)", "range"], TABLE_ROWS, "p-values are Holm-corrected. The margin is 0.5 points.")
    template = (ROOT / "kernel_dilation/report/page.html").read_text(encoding="utf-8")
    chart = RowChart("Test errors relative to dilation 1", [ChartRow("dilation 1", 1.0), ChartRow("dilation 2", 1.2, 1.1, 1.3)], 1.0)
    headline = Headline("Yes. Test accuracy depends on the dilation.", "\N{MULTIPLICATION SIGN}1.20", "95 % CI 1.10 to 1.30", "test errors")
    answer = QuestionAnswer("Does dilation affect accuracy?", "difference", headline, chart, ["Neighbours differ."], table, ["A larger p-value."])
    chapters = [
        Chapter("accuracy", "Accuracy", "In each replicate all arms start from the same seed.", [picture], [table], answer),
        Chapter("data", "The data set", "Digits of a made-up data set.", [replace(picture, name="digits")]),
    ]
    scope = ScopeText("The data.", table, ["The networks."])
    return render_page(template, chapters, scope, ["Rule."], [table], made_up_part())


def page_without_figures(report_data: ReportData) -> str:
    """Return a page with the answers of a report in full, but with neither figures nor what reacts to its reader."""
    answers, scope = question_answers(report_data), report_data.scope
    chapters = [Chapter(name, name, "An introduction.", [], answer=answer) for name, answer in answers.items()]
    template = (ROOT / "kernel_dilation/report/page.html").read_text(encoding="utf-8")
    return render_page(template, chapters, scope_text(scope), verdict_rules(scope), rule_tables(scope))


def grey_picture() -> bytes:
    """Return a small PNG file."""
    file = io.BytesIO()
    Image.new("L", (600, 200), 128).save(file, format="PNG")
    return file.getvalue()
