"""Reads JSON answers: whether a body is one complete document, its form, its rows. Any other body is a named error."""

import re
from dataclasses import dataclass, replace
from typing import TypeVar

import msgspec

from adops_pipeline.connectors.errors import ContractError, FailureContext
from adops_pipeline.connectors.rows import UNREADABLE, lines_of, one_line, reason_of, rows_at
from adops_pipeline.domain.half_characters import is_utf8

Model = TypeVar("Model")

_BROKEN_AT = re.compile(r"\(byte (\d+)\)")


@dataclass(frozen=True, slots=True)
class JsonFlaw:
    """Why a body is not complete JSON. Only a truncated one is worth a retry."""

    reason: str
    is_truncated: bool


def json_flaw(body: bytes) -> JsonFlaw | None:
    """Why ``body`` is not one complete JSON document in UTF-8; None if it is."""
    try:
        msgspec.json.decode(body, type=msgspec.Raw)
    except RecursionError as error:
        return JsonFlaw(f"the answer is {reason_of(error)}", is_truncated=False)
    except msgspec.DecodeError as error:
        reason = str(error)
        # A cut right after "1." or "-" is reported as a bad number at the very end.
        broken_at = _BROKEN_AT.search(reason)
        is_cut = "truncated" in reason or (broken_at is not None and int(broken_at.group(1)) >= len(body))
        return JsonFlaw(
            "the answer breaks off" if is_cut else f"the answer is not JSON ({reason})", is_truncated=is_cut
        )
    return None if is_utf8(body) else JsonFlaw("the answer is not UTF-8", is_truncated=False)


def decode(body: bytes, model: type[Model], context: FailureContext) -> Model:
    """Parse ``body``. Raises ContractError with the field if the form is unexpected."""
    try:
        return msgspec.json.decode(body, type=model)
    except UNREADABLE as error:
        raise ContractError(replace(context, message=f"unexpected answer: {reason_of(error)}")) from None


def decoded(body: bytes | str, model: type[Model]) -> Model | None:
    """``body`` parsed; None where it has another form."""
    try:
        return msgspec.json.decode(body, type=model)
    except UNREADABLE:
        return None


def rows(body: bytes, context: FailureContext, *path: str) -> tuple[bytes, ...]:
    """The array at ``path`` cut into its elements' own JSON, one line each; ContractError where there is none."""
    try:
        return rows_at(body, *path)
    except ValueError as error:
        raise ContractError(replace(context, message=f"unexpected answer: {error}")) from None


def lines(elements: list[msgspec.Raw], context: FailureContext) -> tuple[bytes, ...]:
    """The elements' JSON, one line each; empties ``elements``. ContractError where that cannot be."""
    try:
        return lines_of(elements)
    except ValueError as error:
        raise ContractError(replace(context, message=f"unexpected answer: {error}")) from None


def line_of(row: bytes, context: FailureContext) -> bytes:
    """A row's JSON on one line; ContractError where that cannot be."""
    try:
        return one_line(row)
    except ValueError as error:
        raise ContractError(replace(context, message=f"unexpected answer: {error}")) from None
