"""Mutated answers of platforms: rows with fields dropped, retyped, nulled, renamed, repeated, nested or beyond every
bound, and files that are cut, packed or in other encodings. The same seed gives the same file.
"""

import gzip
import json
import re
from collections.abc import Callable
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

import zstandard

from adops_pipeline.domain.vocabulary import Platform

_LIST_KEYS = {Platform.GOOGLE_ADS: "results", Platform.META_ADS: "data"}
ODD: tuple[object, ...] = (
    None, True, False, 0, -1, -0.0, 1.5, 1e15, 1e308, -1e308, 10**40, 10**400, float("nan"), float("inf"), "", " ", "0",
    "-3", "1,234.56", "1e400", "9" * 400, "\x00", "\u2028\u202e", "🚀" * 50, "2026-02-30", "act_1", [], {}, [[]],
    [None], [{"action_type": "purchase", "value": "-1"}] * 2, {"value": {"value": []}}, "NaN", "null", "x" * 5000,
)  # fmt: skip
_DEEP = re.compile(r'"<(\d+) deep>"')
"""Stands for nested lists, which Python's own writer would not write."""


@dataclass(frozen=True)
class Mutated:
    """A file. ``rows`` is how many rows it has as lines or elements of a list; None where it may not be readable."""

    data: bytes
    rows: int | None
    repeats: int


def recorded(platform: Platform) -> list[dict[str, Any]]:
    """Rows of the emulated platform's answer."""
    answer = json.loads((Path(__file__).parent / "answers" / f"{platform.value}.json").read_bytes())
    page = answer[0] if platform is Platform.GOOGLE_ADS else answer
    return list(page[_LIST_KEYS[platform]]) if platform in _LIST_KEYS else page


def mutated(platform: Platform, seed: int) -> Mutated:
    """A file of a dozen rows, of which most are mutated."""
    chance = Random(f"{platform.value} {seed}")
    rows: list[Any] = []
    for _ in range(chance.randint(1, 12)):
        row = json.loads(json.dumps(chance.choice(recorded(platform))))
        for _ in range(chance.choice((0, 1, 1, 2, 4))):
            row = _mutated_row(row, chance)
        rows.append(row)
    texts = [_text(row, chance) for row in rows]
    data = _enveloped(platform, texts, chance).encode("utf-8", "surrogatepass")
    whole = Mutated(data, len(texts), len(texts) - len(set(texts)))
    return _mutated_file(whole, chance)


def mutated_document(document: Any, seed: int) -> bytes:
    """Any JSON document with some of its objects mutated; now and then the file itself is damaged."""
    chance = Random(f"document {seed}")
    changed = json.loads(json.dumps(document))
    entries = changed if isinstance(changed, list) else list(changed.values())
    for _ in range(chance.choice((0, 1, 1, 2))):
        _mutated_row(chance.choice(entries), chance)
    data = _text(changed, chance).encode("utf-8", "surrogatepass")
    place = chance.randrange(len(data))
    return data[:place] + chance.randbytes(2) if chance.random() < 0.1 else data


def _mutated_row(row: Any, chance: Random) -> Any:
    objects = _objects(row)
    if not objects or chance.random() < 0.03:
        return chance.choice([value for value in ODD if not isinstance(value, (list, dict))])
    place = chance.choice(objects)
    if not place:
        place["x"] = 1
        return row
    key = chance.choice(list(place))
    change: Callable[[], None] = chance.choice((
        lambda: place.pop(key), lambda: place.update({key: deepcopy(chance.choice(ODD))}),
        lambda: place.update({key: None}),
        lambda: place.update({key: str(place[key])}), lambda: place.update({key.upper(): place.pop(key)}),
        lambda: place.update({f"{key}_2": place[key]}), lambda: place.update({key: [place[key], place[key]]}),
        lambda: place.update({key: {key: place[key]}}), lambda: place.update({"device": "MOBILE"}),
        lambda: place.update({key: f"<{chance.choice((3, 50, 200, 200, 200, 200, 20_000))} deep>"}),
    ))  # fmt: skip
    change()
    return row


def _objects(value: Any) -> list[dict[str, Any]]:
    """The row and every object in it, down to a depth that mutations do not make endless."""
    found = [value] if isinstance(value, dict) else []
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for one in inner:
        found += [other for other in (one, *(one if isinstance(one, list) else ())) if isinstance(other, dict)]
    return found


def _text(row: Any, chance: Random) -> str:
    text = json.dumps(row, ensure_ascii=chance.random() < 0.5)
    if isinstance(row, dict) and row and chance.random() < 0.05:
        key = json.dumps(chance.choice(list(row)))
        text = "{" + f"{key}: 1, " + text[1:]
    return _DEEP.sub(lambda found: "[" * int(found[1]) + "1" + "]" * int(found[1]), text)


def _enveloped(platform: Platform, texts: list[str], chance: Random) -> str:
    form = chance.choice(("lines", "list", "page", "pages"))
    joined = ", ".join(texts)
    key = _LIST_KEYS.get(platform)
    if form == "lines":
        return "\n".join(texts) + "\n"
    if form == "list" or key is None:
        return f"[{joined}]"
    page = f'{{"{key}": [{joined}]}}'
    return page if form == "page" else f"[{page}]"


def _mutated_file(whole: Mutated, chance: Random) -> Mutated:
    data = whole.data
    place = chance.randrange(len(data))
    damaged = (
        lambda: data[:place],
        lambda: data[:place] + chance.randbytes(3) + data[place + 3 :],
        lambda: gzip.compress(data)[: chance.randint(2, 60)],
        lambda: data.decode("utf-8", "replace").encode(chance.choice(("utf-16", "utf-32"))),
        lambda: data.decode("utf-8", "replace").encode("cp1252", "replace"),
    )
    packed = (lambda: gzip.compress(data), lambda: zstandard.compress(data), lambda: b"\xef\xbb\xbf" + data)
    if chance.random() < 0.25:
        return Mutated(chance.choice(damaged)(), None, 0)
    return replace(whole, data=chance.choice(packed)()) if chance.random() < 0.25 else whole
