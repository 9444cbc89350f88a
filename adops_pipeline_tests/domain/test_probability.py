"""Probabilities in words."""

import pytest

from adops_pipeline.domain.probability import format_probability


@pytest.mark.parametrize(
    ("probability", "words"),
    [
        (0.0, "under 1 %"), (0.0099, "under 1 %"), (0.01, "1 %"), (0.5, "50 %"), (0.949, "95 %"), (0.99, "99 %"),
        (0.9901, "over 99 %"), (1.0, "over 99 %"),
    ],
)  # fmt: skip
def test_no_probability_is_printed_as_certain(probability: float, words: str) -> None:
    assert format_probability(probability) == words
