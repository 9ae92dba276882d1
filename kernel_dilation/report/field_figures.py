"""The figure of the fourth question: what receptive field and pooling do."""

from kernel_dilation.experiment.paths import CLASS_MODEL
from kernel_dilation.figures.simple_effects import simple_effects_figure
from kernel_dilation.report.figure_specs import FigureSpec
from kernel_dilation.report.report_data import ReportData

from matplotlib.figure import Figure

METRICS_OF_FIRST_METHOD = ("pointing_hit", "total_variation", "gini")
METRICS_OF_CLASS_MODELS = ("total_variation", "class_mean_correlation")


def draw_simple_effects(report_data: ReportData) -> Figure:
    """Draw accuracy, some metrics of the first method and some of the class models."""
    method = report_data.answers.get("saliency", {}).get("method", "")
    first = [(method, metric) for metric in METRICS_OF_FIRST_METHOD] if method else []
    shown = [("", "accuracy"), *first, *((CLASS_MODEL, metric) for metric in METRICS_OF_CLASS_MODELS)]
    return simple_effects_figure(report_data.table("simple_effects"), shown, report_data.scope.alpha, report_data.table("untrained_effects"))


FIELD_FIGURES = (
    FigureSpec(
        "simple_effects",
        "Pooling and kernel size at each dilation",
        draw_simple_effects,
        "Differences between poolings and between kernel sizes at each dilation, in test accuracy and in metrics of {first_method} maps and class "
        "models, the other factor averaged over. Filled: p ≤ {alpha}, corrected. Dashed and pale: the same networks at "
        "initialisation. In the labels, “-” means minus.",
        "A panel for each measure, with the dilation on the horizontal axis and a line for each contrast around zero.",
        interval="Bars",
        over="replicates and images",
        files=("data/analysis/simple_effects.csv", "data/analysis/untrained_effects.csv", "data/analysis/answers.json"),
    ),
)
