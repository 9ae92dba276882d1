"""Compare the verdicts of two runs: `python -m tools.compare_verdicts COMMITTED NEW`, each an answers.json or `-` for stdin.

Numbers of two runs on different kinds of processor differ in their last digits; their verdicts should not.
Prints a table of all verdicts, and exits with status 1 if one of them differs or is missing on one side.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from kernel_dilation.experiment.cli_errors import exit_with_message

MISSING = "(none)"


def read_answers(source: str) -> Mapping[str, object]:
    """Return the answers in a file, or those on stdin if `source` is `-`.

    Raises:
        OSError: the file cannot be read.
        ValueError: the content is not a JSON object.
    """
    try:
        answers = json.loads(sys.stdin.read() if source == "-" else Path(source).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"answers must be a JSON object; {source} has none: {error}") from None
    if not isinstance(answers, dict):
        raise ValueError(f"answers must be a JSON object; {source} has a {type(answers).__name__}")
    return answers


def list_verdicts(answers: Mapping[str, object], place: str = "") -> Iterator[tuple[str, str]]:
    """Yield the place of every verdict in nested answers, such as `accuracy.verdict`, and the verdict itself.

    A verdict is a value whose key is `verdict` or ends in `_verdict`.
    """
    for key, value in answers.items():
        if isinstance(value, Mapping):
            yield from list_verdicts(value, f"{place}{key}.")
        elif key == "verdict" or key.endswith("_verdict"):
            yield place + key, str(value)


def pair_verdicts(committed: Mapping[str, object], new: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Return place, committed and new verdict of every place that has one in either run, in the order of the answers.

    Raises:
        ValueError: the answers of a run have no verdict, so that there is nothing to compare.
    """
    before, after = dict(list_verdicts(committed)), dict(list_verdicts(new))
    for name, verdicts in (("committed", before), ("new", after)):
        if not verdicts:
            raise ValueError(f"answers must have at least one verdict; the {name} ones have none")
    return [(place, before.get(place, MISSING), after.get(place, MISSING)) for place in before | after]


def verdict_table(pairs: list[tuple[str, str, str]]) -> str:
    """Return the verdicts as a Markdown table, with a mark in the rows that differ."""
    rows = [("verdict", "committed", "new", "differs"), ("---",) * 4]
    rows += [(*pair, "yes" if pair[1] != pair[2] else "") for pair in pairs]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@exit_with_message("compare_verdicts")
def main() -> None:
    """Print the verdicts of the two runs that the command line names, and exit with status 1 if any differs."""
    parser = argparse.ArgumentParser(description="Compare the verdicts of two runs.")
    parser.add_argument("committed", help="answers.json of the committed run, or - for stdin")
    parser.add_argument("new", help="answers.json of the run to compare with it, or - for stdin")
    arguments = parser.parse_args()
    pairs = pair_verdicts(read_answers(arguments.committed), read_answers(arguments.new))
    print(verdict_table(pairs))
    differing = sum(committed != new for _, committed, new in pairs)
    print(f"\n{differing} of {len(pairs)} verdicts differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
