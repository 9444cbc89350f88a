"""Texts of others are cleaned and bounded, and remain what people wrote otherwise."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from adops_pipeline.domain.untrusted import as_data, clean_text


@pytest.mark.parametrize("text", ["動画リーチ | 全国", "Été – 20 %", "👩‍👩‍👧 می‌خواهم", "a\tb\nc", ""])
def test_what_people_write_is_kept(text: str) -> None:
    assert clean_text(text) == text


def test_characters_that_act_hide_or_reorder_are_removed() -> None:
    harmful = "\x00\x07\x1b\x7f\x9b\u200b\u200e\u202e\u2028\u2066\ufeff\U000e0041\ue000\ud800\r"
    assert clean_text(f"a{harmful}b") == "ab"


def test_a_long_text_is_cut_and_says_so() -> None:
    assert clean_text("x" * 10, 4) == "xxxx … [cut: 10 characters]"
    assert clean_text("\u200b" * 15 + "yz", 4) == "y … [cut: 17 characters]"
    assert clean_text("abcd", 4) == "abcd"
    assert len(clean_text("\u200b" * 10**6 + "y")) < 100


def test_every_text_of_a_document_is_cleaned_and_other_values_are_json() -> None:
    given = {"a\x1b": ["b\x1b", {"c": "d\x1b"}], "n": 1, "t": datetime(2026, 1, 2, tzinfo=UTC), "d": date(2026, 1, 2),
             "m": Decimal("1.50"), "x": None}  # fmt: skip
    assert as_data(given) == {
        "a": ["b", {"c": "d"}], "n": 1, "t": "2026-01-02T00:00:00+00:00", "d": "2026-01-02", "m": "1.50", "x": None,
    }  # fmt: skip


def test_an_endless_nesting_ends() -> None:
    deep: object = "end"
    for _ in range(500):
        deep = [deep]
    assert "nested too deeply" in str(as_data(deep))
