"""Names within stored JSON in camelCase, as all names of the API's JSON are."""

import re
from typing import Any

from pydantic.alias_generators import to_camel

_NAME = re.compile(r'([{,]\s*)"([a-z0-9]+(?:_[a-z0-9]+)+)"(?=\s*:)')
"""A name with underscores in JSON text. A quotation mark within a text follows a backslash, never a brace or comma."""


def camel_names(value: Any) -> Any:  # noqa: ANN401 - any JSON
    """``value`` with the names of all its objects in camelCase."""
    if isinstance(value, dict):
        return {to_camel(name): camel_names(part) for name, part in value.items()}
    if isinstance(value, list):
        return [camel_names(part) for part in value]
    return value


def camel_names_of_text(document: str) -> str:
    """The same of a JSON text. Its values are not read, so that amounts keep all their decimals."""
    return _NAME.sub(lambda found: f'{found[1]}"{to_camel(found[2])}"', document)
