"""Numbers and names as text for sentences, captions and tables."""

from collections.abc import Sequence
from math import isfinite, log10

SMALLEST = 1e-9  # smaller absolute values are written as 0
NUMBER_WORDS = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def without_underscores(name: str) -> str:
    """Return `integrated gradients` for `integrated_gradients`."""
    return name.replace("_", " ")


def join_with_and(items: Sequence[object]) -> str:
    """Return `1, 2 and 3`; empty for no items."""
    texts = [str(item) for item in items]
    return texts[0] if len(texts) == 1 else f"{', '.join(texts[:-1])} and {texts[-1]}" if texts else ""


def number_word(number: int) -> str:
    """Return a count as a word up to twelve, in digits beyond: `five`, `13`."""
    return NUMBER_WORDS[number] if number < len(NUMBER_WORDS) else f"{number:,}"


def format_number(value: float, digits: int = 3) -> str:
    """Return the number with that many significant digits: `0.0123`, `96.4`, `1,234`.

    It has no exponent, and is empty if not finite.
    """
    if not isfinite(value):
        return ""
    if abs(value) < SMALLEST:
        return "0"
    decimals = max(digits - 1 - int(log10(abs(value)) // 1), 0)
    return f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")


def format_percent(share: float) -> str:
    """Return a share of 1 as `87 %`; only exact shares are written as `0 %` or `100 %`."""
    text = f"{100 * share:.0f}"
    if (text == "0" and share > 0) or (text == "100" and share < 1):
        text = f"{100 * share:.1f}"
    return {"0.0": "under 0.1 %", "100.0": "over 99.9 %"}.get(text, f"{text} %")


def format_p_value(p_value: float, smallest: float = 0.0) -> str:
    """Return `p = 0.012` or `p < 0.001`; empty if it is not known.

    The smallest p-value that a test can give says nothing of the size of an effect and is written as such:
    `p ≤ 0.009 (the smallest possible)`.
    """
    if not isfinite(p_value):
        return ""
    if 0 < p_value <= smallest:
        return f"p \N{LESS-THAN OR EQUAL TO} {format_number(smallest, 1)} (the smallest possible)"
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}" if p_value < 0.1 else f"p = {p_value:.2f}"


def count_noun(number: int, noun: str) -> str:
    """Return `1 network`, `1,000 networks`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def format_points(value: float) -> str:
    """Return `0.50 percentage points`."""
    return f"{format_number(value, 2)} percentage point{'' if value == 1 else 's'}"
