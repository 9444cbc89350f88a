"""The nearest known word."""

import pytest

from adops_pipeline.domain.workflows.nearest import did_you_mean, nearest

_WORDS = ("google-ads", "meta-ads", "pinterest")


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("gogle-ads", "google-ads"),
        ("GOOGLE_ADS", "google-ads"),
        ("meta", "meta-ads"),
        ("pinterst", "pinterest"),
        ("tiktok", None),
        ("", None),
    ],
)
def test_the_nearest_word_is_found_whatever_its_case_and_dashes(typed: str, meant: str | None) -> None:
    assert nearest(typed, _WORDS) == meant


def test_nothing_near_says_nothing() -> None:
    assert did_you_mean("tiktok", _WORDS) == ""
    assert did_you_mean("pintrest", _WORDS) == "; did you mean pinterest?"
