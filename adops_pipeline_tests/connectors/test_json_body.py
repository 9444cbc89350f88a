"""Whatever stands in a body, reading it gives a value or a named error: truncated, deep, not UTF-8, of another form."""

from collections.abc import Callable

import msgspec
import pytest

from adops_pipeline.connectors.errors import ContractError, FailureContext
from adops_pipeline.connectors.json_body import decode, decoded, json_flaw, line_of, rows
from adops_pipeline.domain.vocabulary import Platform

CONTEXT = FailureContext(Platform.META_ADS, "GET /me", "17")
DEEP = b'{"data":' + b"[" * 200_000 + b"]" * 200_000 + b"}"
NOT_UTF8 = b'{"data":["\xff\xfe"],"name":"\xff"}'


class Named(msgspec.Struct):
    name: str = ""
    data: object = None


@pytest.mark.parametrize(
    ("body", "reason", "is_truncated"),
    [
        (DEEP, "the answer is nested too deeply", False),
        (NOT_UTF8, "the answer is not UTF-8", False),
        (b'{"a":"' + b"x" * 65_533 + "é".encode() + b'"', "the answer breaks off", True),
        (b'{"a":"' + b"x" * 70_000 + b'\xc3"}', "the answer is not UTF-8", False),
        (b'{"a":1.', "the answer breaks off", True),
        (b'{"a":-', "the answer breaks off", True),
        (b"<html>", "the answer is not JSON (JSON is malformed: invalid character (byte 0))", False),
    ],
)
def test_a_flaw_is_named(body: bytes, reason: str, is_truncated: bool) -> None:
    flaw = json_flaw(body)
    assert flaw is not None
    assert (flaw.reason, flaw.is_truncated) == (reason, is_truncated)


def test_a_letter_across_the_steps_of_the_check_is_no_flaw() -> None:
    assert json_flaw(b'{"a":"' + b"x" * 65_529 + "é".encode() * 40_000 + b'"}') is None


@pytest.mark.parametrize(
    ("read", "reason"),
    [
        (lambda: decode(DEEP, Named, CONTEXT), "nested too deeply"),
        (lambda: decode(NOT_UTF8, Named, CONTEXT), "not UTF-8"),
        (lambda: decode(b'{"name":' + b"9" * 5000 + b"}", Named, CONTEXT), "unexpected answer"),
        (lambda: rows(DEEP, CONTEXT, "data"), "nested too deeply"),
        (lambda: rows(b'{"data":{"a":1}}', CONTEXT, "data"), "'data' is not an array"),
        (lambda: rows(b"[]", CONTEXT, "data"), "the answer is not an object"),
        (lambda: line_of(DEEP, CONTEXT), "nested too deeply"),
        (lambda: line_of(b"{", CONTEXT), "no JSON"),
    ],
)
def test_what_cannot_be_read_is_a_contract_error_of_its_account(read: Callable[[], object], reason: str) -> None:
    with pytest.raises(ContractError, match=reason) as caught:
        read()
    assert caught.value.context.account_id == "17"


@pytest.mark.parametrize("body", [DEEP, NOT_UTF8, b"", b"[]", b'{"name":null}'])
def test_an_optional_form_is_none_where_the_body_has_another(body: bytes) -> None:
    assert decoded(body, Named) is None


def test_good_answers_are_read() -> None:
    assert decode(b'{"name":"a","other":1}', Named, CONTEXT).name == "a"
    assert decoded(b'{"name":"a"}', Named) == Named("a")
    assert rows(b'{"data":[{"x": 1.10}, 9007199254740993]}', CONTEXT, "data") == (b'{"x":1.10}', b"9007199254740993")
