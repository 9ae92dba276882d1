"""Compare the verdicts of the run in this folder with the committed ones: `python -m tools.compare_verdicts [REVISION]`.

Numbers of two runs on different kinds of processor differ in their last digits; their verdicts should not.
Prints a table of the verdicts on all questions, and exits with status 1 if one of them differs.
"""

import argparse
import json
import subprocess
import sys
from collections.abc import Mapping

from kernel_dilation.analysis.headlines import QUESTIONS
from kernel_dilation.experiment.cli_errors import exit_with_message
from kernel_dilation.experiment.paths import METRICS


def committed_content(revision: str, name: str) -> str:
    """Return the content of a file at a revision of the git repository in this folder.

    Raises:
        ValueError: git has no such revision or file.
    """
    done = subprocess.run(["git", "show", f"{revision}:./{name}"], capture_output=True, text=True)
    if done.returncode:
        raise ValueError(f"{name} must be committed at {revision}; git says: {done.stderr.strip()}")
    return done.stdout


def read_verdict(content: str, source: str) -> str:
    """Return the verdict in a file of headlines.

    Args:
        source: name of the file, for messages.

    Raises:
        ValueError: the content is not a JSON object with a verdict.
    """
    try:
        headline = json.loads(content)
    except ValueError as error:
        raise ValueError(f"{source} must be a JSON object; it is none: {error}") from None
    if not isinstance(headline, dict) or not isinstance(headline.get("verdict"), str):
        raise ValueError(f"{source} must be a JSON object with a verdict; it has {content.strip()[:60]}")
    return headline["verdict"]


def verdict_table(committed: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Return the verdicts by question as a Markdown table, with a mark in the rows that differ."""
    rows = [("question", "committed", "new", "differs"), ("---",) * 4]
    rows += [(question, verdict, new[question], "yes" if verdict != new[question] else "") for question, verdict in committed.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


@exit_with_message("compare_verdicts")
def main() -> None:
    """Print the verdicts of both runs, and exit with status 1 if any differs."""
    parser = argparse.ArgumentParser(description="Compare the verdicts of the run in this folder with the committed ones.")
    parser.add_argument("revision", nargs="?", default="HEAD", help="commit with the verdicts to compare with (default: HEAD)")
    revision = parser.parse_args().revision
    paths = {question: METRICS / f"{question}.json" for question in QUESTIONS}
    committed = {question: read_verdict(committed_content(revision, path.as_posix()), f"{revision}:{path}") for question, path in paths.items()}
    new = {question: read_verdict(path.read_text(encoding="utf-8"), str(path)) for question, path in paths.items()}
    print(verdict_table(committed, new))
    differing = sum(committed[question] != new[question] for question in QUESTIONS)
    print(f"\n{differing} of {len(QUESTIONS)} verdicts differ")
    sys.exit(1 if differing else 0)


if __name__ == "__main__":
    main()
