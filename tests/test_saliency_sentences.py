"""The answer on saliency in plain sentences. Oracle: worked by hand."""

from kernel_dilation.report.saliency_sentences import saliency_sentences
from kernel_dilation.report.sentences import accuracy_sentences

from made_up_study import made_up_scope

SCOPE = made_up_scope()


def test_a_metric_that_is_non_monotonic_is_given_no_direction():
    turning = {"verdict": "difference", "slope_per_dilation": 1.0, "turns_at": 3}
    one = saliency_sentences({"verdict": "difference", "mass_accuracy": turning}, SCOPE)
    assert one[1:] == [
        "The mean of one metric of saliency maps is non-monotonic in dilation, with a peak or dip beyond the 10 % margin: "
        "mass accuracy at dilation 3."
    ]
    answer = {"verdict": "difference", "gini": turning | {"turns_at": 10}, "mass_accuracy": turning, "rank_accuracy": turning}
    assert saliency_sentences(answer, SCOPE)[1].endswith(
        "The means of three metrics of saliency maps are non-monotonic in dilation, with a peak or dip beyond the 10 % margin: "
        "mass accuracy and rank accuracy at dilation 3; gini at dilation 10."
    )


def test_a_metric_that_is_inconclusive_is_not_called_non_monotonic():
    undecided = {"verdict": "inconclusive", "slope_per_dilation": 1.0, "turns_at": 3}
    lines = saliency_sentences({"verdict": "inconclusive", "mass_accuracy": undecided}, SCOPE)
    assert lines[1:] == ["For saliency maps, the results are inconclusive for mass accuracy."]


def test_what_is_learned_is_told_apart_from_what_untrained_networks_show_too():
    def metric(learned: str) -> dict:
        return {"verdict": "difference", "slope_per_dilation": 1.0, "learned_verdict": learned}

    answer = {
        "verdict": "difference", "learned_share_differing": 0.25, "gini": metric("equivalent"), "pointing_hit": metric("difference"),
        "spread": metric("inconclusive"),
    }  # fmt: skip
    lines = saliency_sentences(answer, SCOPE)
    assert lines[1] == (
        "Measured against the same networks at initialisation (difference of differences), what training adds differs "
        "significantly between dilations, and is not shown to be equivalent, in 25 % of the combinations."
    )
    assert lines[-3:] == [
        "For saliency maps: of these differences, training accounts for those in pointing hit (what it adds differs between dilations as well).",
        "For saliency maps: untrained networks show the differences in gini too: what training adds differs by less than the 10 % margin.",
        "For saliency maps: whether training accounts for the differences in spread is not decided.",
    ]


def test_a_family_that_cannot_be_tested_is_not_called_inconclusive():
    assert accuracy_sentences({"verdict": "untestable"}, SCOPE)[0].startswith("Untestable. With 3 replicates no difference")
    lines = saliency_sentences({"verdict": "untestable", "gini": {"verdict": "untestable", "slope_per_dilation": 0.1}}, SCOPE)
    assert lines == [
        "Untestable: with 3 replicates none of the method-metric combinations could differ significantly, whatever its size.",
        "For saliency maps, the replicates are too few for any difference in gini to be significant.",
    ]
