"""Halves of characters: replaced, and nothing else of a document."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.half_characters import is_utf8, readable, without_halves
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


@pytest.mark.parametrize(
    ("name", "mended"),
    [
        (b"Caf\xe9", f"Caf{HALF}"),
        (b"\xff\xfe", HALF * 2),
        ("Über 😀".encode()[:-2], f"Über {HALF}"),
        (b"\xed\xa0\xbd x", f"{HALF * 3} x"),
        ("ganz 😀".encode(), "ganz 😀"),
        (b"\xe9 \\ud83d", f"{HALF} {HALF}"),
        (b"x" * 65_530 + "😀😀".encode() + b"\xe9", "x" * 65_530 + f"😀😀{HALF}"),
    ],
)
def test_bytes_that_are_no_utf8_cost_their_own_character_alone(name: bytes, mended: str) -> None:
    document = b'{"name":"' + name + b'","id":"7"}'
    assert json.loads(readable(document)) == {"name": mended, "id": "7"}
    assert is_utf8(document) == (b"\xed" not in name and name in mended.encode())
    assert is_utf8(readable(document))
