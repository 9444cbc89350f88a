"""Curves and bounds from parsed JSON: ``{"curves": [{"name", "beta", "half_saturation", "slope", "min", "max"}]}``."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from adops_pipeline.domain.allocation.amounts import Amount, as_decimal
from adops_pipeline.domain.allocation.curves import AllocationError, Curve

ParsedBounds = dict[str, tuple[Decimal | None, Decimal | None]]


def parse_curves(document: Mapping[str, object]) -> tuple[list[Curve], ParsedBounds]:
    """Curves in the order of the document, and a floor and ceiling per name.

    ``min`` and ``max`` may be left out or null, other fields are ignored. Raises AllocationError naming index and
    field: ``curves[2].beta must be a number, got 'x'``.
    """
    rows = document.get("curves") if isinstance(document, Mapping) else None
    if not isinstance(rows, Sequence) or isinstance(rows, str | bytes) or not rows:
        raise AllocationError('expected {"curves": [...]} with at least one curve')
    curves: list[Curve] = []
    bounds: ParsedBounds = {}
    first_seen: dict[str, int] = {}
    for index, row in enumerate(rows):
        where = f"curves[{index}]"
        if not isinstance(row, Mapping):
            raise AllocationError(f"{where} must be an object, got {row!r}")
        curve = _curve(where, row)
        if curve.name in first_seen:
            raise AllocationError(f"{where}.name {curve.name!r} is not unique: curves[{first_seen[curve.name]}] has it")
        first_seen[curve.name] = index
        curves.append(curve)
        bounds[curve.name] = _bounds(where, row)
    return curves, bounds


def _curve(where: str, row: Mapping[str, object]) -> Curve:
    name = row.get("name")
    if not isinstance(name, str) or not name:
        raise AllocationError(f"{where}.name must be non-empty text, got {name!r}")
    beta, half, slope = (float(_number(where, row, field)) for field in ("beta", "half_saturation", "slope"))
    try:
        return Curve(name, beta, half, slope)
    except AllocationError as error:
        raise AllocationError(f"{where}: {error}") from error


def _bounds(where: str, row: Mapping[str, object]) -> tuple[Decimal | None, Decimal | None]:
    low, high = (
        None if row.get(field) is None else as_decimal(_number(where, row, field), f"{where}.{field}")
        for field in ("min", "max")
    )
    if low is not None and high is not None and low > high:
        raise AllocationError(f"{where}.min {low} is above its max {high}")
    return low, high


def _number(where: str, row: Mapping[str, object], field: str) -> Amount:
    if field not in row:
        raise AllocationError(f"{where}.{field} is missing")
    value = row[field]
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise AllocationError(f"{where}.{field} must be a number, got {value!r}")
    return value
