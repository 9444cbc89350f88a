"""Bodies of deliveries: one storable JSON object, or a reason."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.webhooks.payloads import DEEPEST_NESTING, PayloadError, parse_payload


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "not JSON"),
        (b"\xff{}", "not UTF-8 \\(at byte 0\\)"),
        ("{}".encode("utf-16"), "not UTF-8"),
        (b"\xef\xbb\xbf{}", "not JSON"),
        (b"[]", "must be a JSON object"),
        (b"null", "must be a JSON object"),
        (b'{"a": NaN}', "contains NaN"),
        (b'{"a": -Infinity}', "contains -Infinity"),
        (b'{"a": 1e999}', "too large"),
        (b'{"a": ' + b"9" * 5000 + b"}", "too many digits"),
        (b'{"a": 1, "b": {"c": 1, "c": 2}}', "names 'c' twice"),
        (b'{"a": "\\u0000"}', "NUL"),
        (b'{"a": ["\\ud800"]}', "surrogate"),
        (b'{"\\udfff": 1}', "surrogate"),
        (b'{"a": 1} x', "not JSON"),
        (b"a=1&b=2", "not JSON"),
        (b'{"a":' * 100_000, "deep"),
        (b'{"a":' + b"[" * DEEPEST_NESTING + b"]" * DEEPEST_NESTING + b"}", "deep"),
    ],
)
def test_a_body_that_is_no_acceptable_object_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(PayloadError, match=said):
        parse_payload(body)


def test_an_object_is_read_as_it_is() -> None:
    body = '{"a": [1, 2.5, null, true, "ü 🎯"], "b": {"": "\\ud83d\\ude00"}}'.encode()
    assert parse_payload(body) == {"a": [1, 2.5, None, True, "ü 🎯"], "b": {"": "😀"}}
    deepest = b'{"a":' + b"[" * (DEEPEST_NESTING - 1) + b"]" * (DEEPEST_NESTING - 1) + b"}"
    assert parse_payload(deepest)["a"]


def test_many_names_take_no_time_that_grows_with_their_square() -> None:
    pairs = [f'"{number}": 0' for number in range(20_000)]
    with pytest.raises(PayloadError, match="twice"):
        parse_payload(("{" + ", ".join([*pairs, pairs[-1]]) + "}").encode())


@given(st.binary() | st.text().map(str.encode))
def test_no_body_raises_another_error(body: bytes) -> None:
    with suppress(PayloadError):
        json.dumps(parse_payload(body), ensure_ascii=False, allow_nan=False).encode()
