"""Names of the ways to learn a dilation in figures, tables and sentences."""

from kernel_dilation.dilation_selection.replayed_choices import CONTROLS, RACE, parse_selection
from kernel_dilation.presentation.text_formatting import count_noun, without_underscores

CRITERION_WORDS = {"loss": "validation loss", "accuracy": "validation accuracy", "first_epoch": "training loss of the first epoch"}


def way_title(name: str) -> str:
    """Return a short name for figures and tables: `3 trainings, by loss` for `selection_3_by_loss`; controls are marked."""
    selection = parse_selection(name)
    if selection:
        return f"{count_noun(selection[0], 'training')}, by {without_underscores(selection[1])}"
    return f"{without_underscores(name)}{' (control)' if name in CONTROLS else ''}"


def way_phrase(name: str) -> str:
    """Return a way to learn a dilation as a noun phrase for sentences: `the method mixture`."""
    selection = parse_selection(name)
    if selection:
        trainings, criterion = selection
        mean = "mean " if trainings > 1 else ""
        return f"selection by the {mean}{CRITERION_WORDS[criterion]} of {count_noun(trainings, 'training')} of each dilation"
    return "a race between the dilations" if name == RACE else f"the method {without_underscores(name)}"
