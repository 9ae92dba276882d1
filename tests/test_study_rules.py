"""The rules of the study that are written down are those that its parameters contain."""

from pathlib import Path

from kernel_dilation.analysis import saliency_analysis
from kernel_dilation.experiment.parameters import parse_settings
from tools.study.study_runs import declared_side_runs

import pytest
from test_analyses import OPTIONS, synthetic_metrics, synthetic_states

RULES = Path("study/RULES.md").read_text(encoding="utf-8")
SETTINGS = parse_settings(Path("study/params.yaml").read_bytes())
ANALYZE, LEARN, RACE = SETTINGS.analyze, SETTINGS.learn, SETTINGS.learn.race
ALL_DIGITS = declared_side_runs(Path("study/side_runs.yaml"))["race-all-digits"].changes["learn"]


@pytest.mark.parametrize(
    "rule",
    [
        f"dilations {SETTINGS.dilations[0]} to {SETTINGS.dilations[-1]}, kernel sizes {' and '.join(map(str, SETTINGS.kernel_sizes))}",
        f"no pooling (stride): {len(SETTINGS.arms())} |",
        f"| replicates | {SETTINGS.train.replicates} of each arm",
        f"| significance level | {ANALYZE.alpha}, ",
        f"| margin for accuracy | {ANALYZE.margin_points} percentage points |",
        f"| margin for metrics | {100 * ANALYZE.margin_share:g} % of the mean at the smallest dilation; {ANALYZE.margin_signed} for signed metrics",
        f"| runs | {LEARN.replicates} in each world",
        f"at most {100 * ANALYZE.margin_loss:g} % above that of any other dilation",
        f"shown to be at least {100 * ANALYZE.right_share:g} % in every world",
        f"shown to be at least {100 * ANALYZE.same_share:g} % in every world",
        f"less than {ANALYZE.start_slope} pixels for each pixel of the initial dilation",
        f"| race | {RACE.least_rounds} to {RACE.most_rounds} rounds; the risk of dropping the best dilation is {100 * RACE.alpha:g} %; "
        f"it ends early if all that are left are shown to be within {100 * RACE.zone:g} % of each other |",
        f"after {', '.join(map(str, LEARN.selection[:-1]))} and {LEARN.selection[-1]} trainings of each dilation",
        f"| race on all of MNIST | {ALL_DIGITS['replicates']} runs, ",
    ],
)
def test_a_rule_has_the_number_of_the_parameters(rule):
    assert rule in RULES


def test_the_race_on_all_of_mnist_has_the_conditions_of_the_arms():
    trained = SETTINGS.train
    conditions = {"dense": SETTINGS.network.dense, "epochs": trained.epochs, "batch_size": trained.batch_size, "learning_rate": trained.learning_rate}
    assert {name: ALL_DIGITS[name] for name in conditions} == conditions


def test_every_world_of_the_study_is_named():
    assert LEARN.worlds == ["digits", "atrous-2", "atrous-3", *(f"textures-{dilation}" for dilation in range(1, 6))]


@pytest.mark.parametrize("metrics", [synthetic_metrics(0.2), synthetic_states(0.2, 0.1)])
def test_the_families_of_metrics_are_those_of_the_rules(metrics, monkeypatch):
    """Oracle: the questions that the analysis hands to one correction of p-values."""
    corrected = []

    def family_findings(questions, *_):
        corrected.append({(question.family, question.factor) for question in questions})
        return {}

    monkeypatch.setattr(saliency_analysis, "family_findings", family_findings)
    saliency_analysis.metric_findings(metrics, OPTIONS)
    assert corrected
    assert all(len(family) == 1 for family in corrected)
    assert "metrics: one for each of dilation, pooling and kernel size, maps and class models apart, and the same trained minus untrained;" in RULES
