"""Paths into a JSON document: a small part of JSONPath (RFC 9535), which is read without evaluation or backtracking.

``$`` is the document, ``.name`` and ``['name']`` a member, ``[0]`` and ``[-1]`` an element, ``[*]`` every element. A
path goes downwards only, so that finding takes at most one visit of each node.
"""

import json
import re
from dataclasses import dataclass
from typing import Any, Literal

_LONGEST_PATH = 300
_SEGMENT = re.compile(
    r"""\.(?P<name>[^\W\d][\w-]*)|\[(?P<index>-?\d{1,6})\]|\[(?P<every>\*)\]|\['(?P<single>[^'\\]+)'\]|\["(?P<double>[^"\\]+)"\]"""
)
MISSING = object()
"""What `JsonPath.find` gives where the document has nothing at the path."""


class PathError(ValueError):
    """A path is malformed; the message says where."""


@dataclass(frozen=True, slots=True)
class JsonPath:
    """A path: names of members, indexes of elements, and ``*`` for every element."""

    text: str
    segments: tuple[tuple[Literal["name", "index", "every"], str | int], ...]

    def find(self, document: Any) -> Any:  # noqa: ANN401 - JSON
        """The value at the path, `MISSING` if there is none. With ``[*]``: the list of those that exist."""
        found = [document]
        is_list = False
        for kind, key in self.segments:
            if kind == "every":
                is_list = True
                if not any(isinstance(value, list) for value in found):
                    return MISSING
                found = [inner for value in found if isinstance(value, list) for inner in value]
            else:
                steps = [_step(value, key) for value in found]
                found = [value for value in steps if value is not MISSING]
                if not found and not is_list:
                    return MISSING
        return found if is_list else found[0]


def parse_path(text: str) -> JsonPath:
    """The path that ``text`` states. Raises PathError."""
    if not text.startswith("$"):
        raise PathError(f"{_shown(text)} is not a path: paths begin with $, e.g. $.campaign.id")
    if len(text) > _LONGEST_PATH:
        raise PathError(f"a path has at most {_LONGEST_PATH} characters")
    segments: list[tuple[Literal["name", "index", "every"], str | int]] = []
    place = 1
    while place < len(text):
        match = _SEGMENT.match(text, place)
        if match is None:
            raise PathError(
                f"{_shown(text)} cannot be read from {_shown(text[place:])} on; a path is made of .name, ['name'], [0]"
                " and [*]"
            )
        place = match.end()
        if match["every"]:
            segments.append(("every", "*"))
        elif match["index"]:
            segments.append(("index", int(match["index"])))
        else:
            segments.append(("name", match["name"] or match["single"] or match["double"]))
    return JsonPath(text, tuple(segments))


def _step(value: Any, key: str | int) -> Any:  # noqa: ANN401 - JSON
    if isinstance(key, str):
        return value.get(key, MISSING) if isinstance(value, dict) else MISSING
    if isinstance(value, list) and -len(value) <= key < len(value):
        return value[key]
    return MISSING


def _shown(text: str) -> str:
    return json.dumps(text if len(text) <= 60 else text[:59] + "…", ensure_ascii=False)
