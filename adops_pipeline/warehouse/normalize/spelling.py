"""Rows of Google Ads in another spelling than the REST API's: names with underscores, as its official clients write
them, and rows without objects, as tables have them (``campaign.id``, ``campaign_id``, ``cost_micros``).

Only texts of this package are joined here. The row is told again in the one spelling that the SQL reads.
"""

from collections.abc import Mapping

from adops_pipeline.warehouse.normalize.keys import snake
from adops_pipeline.warehouse.normalize.shapes import Shape

_BARE_OBJECTS = ("metrics", "segments")
"""Objects whose fields may stand in a row without the object's name."""


def retold(shape: Mapping[str, Shape]) -> str:
    """SQL: the row ``line`` in the spelling of ``shape``, which has objects of fields; it is costly."""
    fields = [(owner, field) for owner, inner in shape.items() if isinstance(inner, Mapping) for field in inner]
    paths = [_paths(owner, field) for owner, field in fields]
    every = ", ".join(f"'{path}'" for group in paths for path in group)
    place = 1
    objects: dict[str, list[str]] = {}
    for (owner, field), group in zip(fields, paths, strict=True):
        texts = ", ".join(f"found[{number}]" for number in range(place, place + len(group)))
        objects.setdefault(owner, []).append(f"'{field}': coalesce({texts})")
        place += len(group)
    struct = ", ".join(f"'{owner}': {{{', '.join(inner)}}}" for owner, inner in objects.items())
    return (
        f"list_transform([json_extract_string(line, [{every}])], lambda found: "
        f"CAST(to_json({{{struct}}}) AS VARCHAR))[1]"
    )


def _paths(owner: str, field: str) -> list[str]:
    """Where a field may stand, the platform's own place first."""
    names = dict.fromkeys((field, snake(field)))
    owners = dict.fromkeys((owner, snake(owner)))
    nested = [f'$."{one}"."{name}"' for one in owners for name in names]
    flat = [f'$."{one}{mark}{name}"' for mark in "._" for one in owners for name in names]
    bare = [f'$."{name}"' for name in names] if owner in _BARE_OBJECTS or field == "currencyCode" else []
    return [*nested, *flat, *bare]
