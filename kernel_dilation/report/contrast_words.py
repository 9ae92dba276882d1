"""Names of contrasts in words."""

MINUS = "_minus_"


def contrast_words(key: str) -> str:
    """Return `average minus max pooling` for `average_minus_max`, `kernel size 5 minus 3` for `kernel_5_minus_3`."""
    first, _, second = key.partition(MINUS)
    return f"kernel size {first.removeprefix('kernel_')} minus {second}" if first.startswith("kernel_") else f"{first} minus {second} pooling"
