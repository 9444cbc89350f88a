"""Checks whether a body is one complete JSON document, and if not, whether it was truncated."""

import re
from dataclasses import dataclass

import msgspec

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
        body.decode()
    except msgspec.DecodeError as error:
        reason = str(error)
        # A cut right after "1." or "-" is reported as a bad number at the very end.
        broken_at = _BROKEN_AT.search(reason)
        is_cut = "truncated" in reason or (broken_at is not None and int(broken_at.group(1)) >= len(body))
        return JsonFlaw(
            "the answer breaks off" if is_cut else f"the answer is not JSON ({reason})", is_truncated=is_cut
        )
    except UnicodeDecodeError:
        return JsonFlaw("the answer is not UTF-8", is_truncated=False)
    return None
