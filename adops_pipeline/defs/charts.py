"""Small charts made of characters, for markdown previews."""

from collections.abc import Sequence

_LEVELS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float]) -> str:
    """A character for each value, scaled from the lowest to the highest; a flat series is drawn in the middle."""
    if not values:
        return ""
    low, high = min(values), max(values)
    if high <= low:
        return _LEVELS[3] * len(values)
    return "".join(_LEVELS[round((value - low) / (high - low) * (len(_LEVELS) - 1))] for value in values)


def bar(share: float | None, width: int = 10) -> str:
    """A bar of ``width`` characters, full at a share of 1; an arrow marks larger shares."""
    if share is None:
        return ""
    full = round(min(max(share, 0.0), 1.0) * width)
    return "█" * full + "░" * (width - full) + ("▶" if share > 1 else "")
