"""Cuts a platform's answer into rows that stay the platform's own JSON text. Nothing is read out of a row here."""

import msgspec

_OBJECT = msgspec.json.Decoder(dict[str, msgspec.Raw])
_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def rows_at(body: bytes, *path: str) -> tuple[bytes, ...]:
    """Elements of the array that stands at ``path`` in ``body``; no path: the body itself is the array.

    Each element is JSON text on one line with its numbers and escapes untouched: ``1.10`` and ``9007199254740993``
    stay as they came. Raises ValueError, with a reason fit for a ContractError, when the array is absent or is
    something else.
    """
    raw = body
    for depth, name in enumerate(path):
        try:
            raw = bytes(_OBJECT.decode(raw)[name])
        except KeyError:
            raise ValueError(f"the answer has no {'.'.join(path[: depth + 1])!r}") from None
        except msgspec.DecodeError as error:
            raise ValueError(f"{_named(path[:depth])} is not an object: {error}") from None
    try:
        elements = _ARRAY.decode(raw)
    except msgspec.DecodeError as error:
        raise ValueError(f"{_named(path)} is not an array: {error}") from None
    return tuple(one_line(bytes(element)) for element in elements)


def one_line(text: bytes) -> bytes:
    """JSON ``text`` without the white space between its tokens."""
    formatted: bytes = msgspec.json.format(text, indent=-1)
    return formatted


def _named(path: tuple[str, ...]) -> str:
    return repr(".".join(path)) if path else "the answer"
