"""Values of a query's answer as JSON has them."""

from math import isfinite


def json_value(value: object) -> object:
    """The value for JSON. Decimals, dates and identifiers become texts, binary data hexadecimal; NaN becomes null."""
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): json_value(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [json_value(inner) for inner in value]
    return str(value)
