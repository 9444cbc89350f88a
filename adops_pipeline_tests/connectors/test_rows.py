"""Promises of the row cutter: each row one line, in the platform's own words."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.connectors.rows import one_line, rows_at

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


def test_numbers_keep_every_digit() -> None:
    body = b'{"data": [ {"spend": 1.10, "id": 9007199254740993, "big": 1E400, "tiny": 0.10000000000000000555} ]}'
    assert rows_at(body, "data") == (b'{"spend":1.10,"id":9007199254740993,"big":1E400,"tiny":0.10000000000000000555}',)


def test_text_keeps_its_escapes_and_its_spaces() -> None:
    body = '[ {"name": "a\\nb \\u00e9 é 🏕 \\"q\\""} ]'.encode()
    assert rows_at(body) == ('{"name":"a\\nb \\u00e9 é 🏕 \\"q\\""}'.encode(),)


def test_the_array_may_stand_deep_or_be_the_answer_itself_or_be_empty() -> None:
    assert rows_at(b'{"a":{"b":[1,"x",null]}}', "a", "b") == (b"1", b'"x"', b"null")
    assert rows_at(b"[ ]") == ()


@pytest.mark.parametrize(
    ("body", "path", "reason"),
    [
        (b"{}", ("data",), "no 'data'"),
        (b'{"a":{}}', ("a", "b"), "no 'a.b'"),
        (b'{"data":null}', ("data",), "'data' is not an array"),
        (b'{"data":{"x":1}}', ("data",), "'data' is not an array"),
        (b'{"a":[]}', ("a", "b"), "'a' is not an object"),
        (b"[]", ("data",), "the answer is not an object"),
        (b'{"a":1}', (), "the answer is not an array"),
    ],
)
def test_another_form_is_a_value_error_that_says_what_is_wrong(body: bytes, path: tuple[str, ...], reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        rows_at(body, *path)


@given(st.lists(_JSON), st.sampled_from([None, 2, 4]))
def test_any_row_stays_the_same_value_on_one_line(values: list[object], indent: int | None) -> None:
    body = json.dumps({"rows": values}, indent=indent).encode()
    rows = rows_at(body, "rows")
    assert [json.loads(row) for row in rows] == values
    assert not any(b"\n" in row for row in rows)


def test_one_line_takes_the_white_space_out() -> None:
    assert one_line(b'{\n  "a" : [ 1 ]\r\n}') == b'{"a":[1]}'
