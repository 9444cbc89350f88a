"""Promises of truncation: the limit is kept, nothing that belongs together is parted, what is missing is counted."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from wcwidth import iter_graphemes

from adops_pipeline.notifications.discord import MARKDOWN
from adops_pipeline.notifications.email import HTML
from adops_pipeline.notifications.slack import MRKDWN
from adops_pipeline.notifications.truncation import PLAIN, Markup, clip, fit_lines, is_blank, length, more
from adops_pipeline_tests.notifications.payload_rules import utf16
from adops_pipeline_tests.notifications.samples import TEXTS

WRITINGS = [PLAIN, MRKDWN, MARKDOWN, HTML]


@given(TEXTS, st.integers(1, 400), st.sampled_from(WRITINGS))
def test_a_clipped_text_keeps_the_limit_and_is_never_blank(text: str, limit: int, markup: Markup) -> None:
    clipped = clip(text.replace("\ud800", ""), limit, markup)
    assert 1 <= utf16(clipped) <= limit
    assert not is_blank(clipped)


@pytest.mark.parametrize("whole", ["👨‍👩‍👧‍👦", "🇩🇪", "👍🏽", "e\u0301", "क्षि", "각", "1️⃣"])
def test_a_character_that_people_see_as_one_is_kept_or_left_whole(whole: str) -> None:
    for room in range(1, 40):
        clipped = clip(whole * 20, room)
        kept = clipped.removesuffix("…")
        assert kept == whole * (len(kept) // len(whole))
        assert all(character == whole for character in iter_graphemes(kept))


@pytest.mark.parametrize("markup", WRITINGS)
def test_a_link_is_kept_or_left_whole(markup: Markup) -> None:
    link = "https://ads.example.com/a?b=1&c=2"
    whole = markup.link(link)
    for room in range(3, 90):
        clipped = clip(f"see {link} now", room, markup)
        assert ("http" in clipped) == (whole in clipped), room


def test_an_escape_is_kept_or_left_whole() -> None:
    for room in range(2, 30):
        assert clip("&" * 40, room, MRKDWN) == "&amp;" * ((room - 1) // 5) + "…"
        assert clip("*" * 40, room, MARKDOWN) == "\\*" * ((room - 1) // 2) + "…"


def test_a_text_that_just_fits_is_not_cut() -> None:
    assert clip("abcde", 5) == "abcde"
    assert clip("abcdef", 5) == "abcd…"
    assert clip("😀😀", 4) == "😀😀"
    assert clip("😀😀😀", 4) == "😀…"


def test_a_tower_of_marks_is_cut_to_its_letter() -> None:
    assert clip("Z" + "\u0337" * 5000 + "algo", 10) == "Zalgo"
    assert clip("n\u0303", 10) == "n\u0303"


@pytest.mark.parametrize("text", ["", " \n", "\u200b\u2060", "\u3164", "\u2800", "\ufe0f\u00ad"])
def test_where_nothing_can_be_seen_a_dash_stands(text: str) -> None:
    assert clip(text, 10) == "–"
    assert all(unicodedata.category(character) != "Lu" for character in text)


def test_lines_that_do_not_fit_are_counted() -> None:
    lines = [f"line {n}" for n in range(1000)]
    kept = fit_lines(lines, 60)
    assert kept == ["line 0", "line 1", "line 2", "line 3", "line 4", "line 5", "line 6", "… 993 more"]
    assert fit_lines(lines[:3], 1000, total=1000) == ["line 0", "line 1", "line 2", "… 997 more"]
    assert fit_lines(lines[:3], 20) == lines[:3]
    assert fit_lines(lines, 5) == []
    assert fit_lines([], 5) == []


@given(
    st.lists(st.text(min_size=1, max_size=30).filter(lambda text: "\n" not in text), max_size=40), st.integers(0, 300)
)
def test_kept_lines_and_the_count_make_up_the_whole(lines: list[str], limit: int) -> None:
    kept = fit_lines(lines, limit)
    assert length("\n".join(kept)) <= limit
    if kept != lines and kept:
        shown = kept[:-1]
        assert shown == lines[: len(shown)]
        assert kept[-1] == more(len(lines) - len(shown))
