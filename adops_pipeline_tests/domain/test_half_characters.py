"""Halves of characters: replaced, and nothing else of a document."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.half_characters import without_halves
from adops_pipeline_tests.profiles import examples

HALF = "\ufffd"


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        (r"half \ud83d x", f"half {HALF} x"),
        (r"\uDE00", HALF),
        (r"\ud83d\ude00", "😀"),
        (r"\uD83D\uDE00\ud83d", f"😀{HALF}"),
        (r"\ud83d\ud83d\ude00", f"{HALF}😀"),
        (r"\ude00\ud83d", HALF * 2),
        (r"\\ud83d", r"\ud83d"),
        (r"\\\ud83d", f"\\{HALF}"),
        (r"\ud83d\n\u0041\"", f'{HALF}\nA"'),
        (r"plain \u00e9 \ud7ff \ue000", "plain é \ud7ff \ue000"),
    ],
)
def test_a_half_is_replaced_and_a_whole_stays(name: str, mended: str) -> None:
    document = f'{{"name":"{name}"}}'.encode()
    assert json.loads(without_halves(document)) == {"name": mended}
    assert len(without_halves(document)) == len(document)


@examples(30)
@given(st.recursive(st.text() | st.integers() | st.none(), lambda inner: st.dictionaries(st.text(), inner)))
def test_a_document_without_halves_is_untouched(value: object) -> None:
    for ascii_only in (True, False):
        document = json.dumps(value, ensure_ascii=ascii_only).encode()
        assert without_halves(document) == document
