"""Probabilities as people read them: never as certain, for no estimate is. Words only."""


def format_probability(probability: float) -> str:
    """``93 %``; ``under 1 %`` and ``over 99 %`` at the ends."""
    if probability < 0.01:
        return "under 1 %"
    return "over 99 %" if probability > 0.99 else f"{100 * probability:.0f} %"
