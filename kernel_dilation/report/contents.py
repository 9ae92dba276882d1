"""Contents of the page: four questions with their answers, a chapter with figures and tables for each, then the data and the networks."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from kernel_dilation.report.accuracy_figures import ACCURACY_FIGURES
from kernel_dilation.report.change_of_mind import changes_of_mind
from kernel_dilation.report.field_figures import FIELD_FIGURES
from kernel_dilation.report.figure_specs import FigureSpec, render_pictures
from kernel_dilation.report.findings import findings
from kernel_dilation.report.headline_charts import headline_charts
from kernel_dilation.report.headlines import QUESTIONS, headlines
from kernel_dilation.report.html_page import Chapter, QuestionAnswer
from kernel_dilation.report.key_tables import key_tables
from kernel_dilation.report.learning_figures import LEARNING_FIGURES
from kernel_dilation.report.map_metric_figures import METRIC_FIGURES
from kernel_dilation.report.network_and_data_figures import DATA_FIGURES, NETWORK_FIGURES
from kernel_dilation.report.report_data import ReportData
from kernel_dilation.report.saliency_figures import SALIENCY_FIGURES
from kernel_dilation.report.saliency_tables import saliency_tables
from kernel_dilation.report.tables import ReportTable, accuracy_tables, field_tables, learning_tables


@dataclass(frozen=True)
class ChapterSpec:
    """Declaration of a chapter; `{images}` in its texts is the noun of the data set."""

    name: str
    title: str
    introduction: str
    figures: tuple[FigureSpec, ...]
    tables: Callable[[ReportData], Sequence[ReportTable]] = lambda report_data: ()


CHAPTERS = (
    ChapterSpec(
        "learned",
        "Learning the dilation",
        "A way to learn the dilation is a race between repeated trainings, a selection after a fixed number of trainings of each dilation, or a "
        "method that trains once and learns the dilation with the weights. Each way is run in several worlds, which are kinds of data that differ "
        "in their best dilation, and is consistent if its runs choose a right dilation, and the same one, in every world.",
        LEARNING_FIGURES,
        learning_tables,
    ),
    ChapterSpec(
        "saliency",
        "Class saliencies",
        "A class model is an image that maximises the logit of a class. A saliency map scores the contribution of each pixel of one {image} to the "
        "output of a network. Both are shown unprocessed and signed.",
        SALIENCY_FIGURES + METRIC_FIGURES,
        saliency_tables,
    ),
    ChapterSpec(
        "accuracy",
        "Accuracy",
        "In each replicate all arms start from the same seed and see the same batches, so differences are taken within replicates.",
        ACCURACY_FIGURES,
        accuracy_tables,
    ),
    ChapterSpec(
        "fields",
        "Receptive field and pooling",
        "Kernel size and dilation set the receptive field together. Poolings and kernel sizes are compared at every dilation (simple effects), and "
        "so is how these differences change with dilation (interactions).",
        FIELD_FIGURES,
        field_tables,
    ),
    ChapterSpec(
        "networks",
        "Inside the networks",
        "These figures show how the networks learn, what their first kernels look like on the image, and how their layers respond.",
        NETWORK_FIGURES,
    ),
    ChapterSpec("data", "The data set", "These are the {images} on which the networks were trained and tested.", DATA_FIGURES),
)


def page_chapters(report_data: ReportData) -> list[Chapter]:
    """Draw every figure, fill in every table, and place both in their chapters, with the answers to the questions."""
    words = {"image": report_data.scope.image, "images": report_data.scope.images}
    answers = question_answers(report_data)
    return [
        Chapter(
            spec.name, spec.title, spec.introduction.format(**words), render_pictures(spec.figures, report_data), spec.tables(report_data),
            answers.get(spec.name),
        )
        for spec in CHAPTERS
    ]  # fmt: skip


def question_answers(report_data: ReportData) -> dict[str, QuestionAnswer]:
    """Return what the page says of each question before the details."""
    answers, scope = report_data.answers, report_data.scope
    first, charts, found = headlines(answers, scope), headline_charts(report_data), findings(answers, report_data.tables, scope)
    tables, changes = key_tables(report_data), changes_of_mind(report_data)
    verdicts = {name: answers.get(name, {}).get("verdict", "") for name in QUESTIONS}
    return {
        name: QuestionAnswer(question, verdicts[name], first[name], charts[name], found[name], tables[name], changes[name])
        for name, question in QUESTIONS.items()
    }
