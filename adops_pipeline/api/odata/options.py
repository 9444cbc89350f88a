"""Query options of an address: which there are, and which of them a resource takes. Others are refused by name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_plus

from adops_pipeline.api.odata.syntax import split
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.warehouse.queries.odata.values import ODataError

ROWS = ("$select", "$filter", "$orderby", "$top", "$skip", "$count", "$apply", "$skiptoken", "$format")
ONE_ROW = ("$select", "$format")
COUNT = ("$filter",)
DOCUMENT = ("$format",)
_NOT_SERVED = ("$expand", "$search", "$compute", "$index", "$levels", "$deltatoken", "$schemaversion", "$id")
_MOST_DIGITS = 12
_WAY = re.compile(r"(.*\S)\s+(asc|desc)", re.DOTALL | re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Options:
    """The options of a request, by name with its `$`."""

    given: dict[str, str]

    @classmethod
    def read(cls, query: str, served: Sequence[str]) -> "Options":
        """The options of the query part of an address, of which ``served`` are allowed. Raises ODataError.

        As OData 4.01 wants it, the `$` may be left out and letter case does not count.
        """
        given: dict[str, str] = {}
        for part in filter(None, query.split("&")):
            written, _, value = part.partition("=")
            try:
                written, value = (unquote_plus(text, errors="strict") for text in (written, value))
            except UnicodeDecodeError:
                raise ODataError("the address is not in UTF-8") from None
            name = "$" + written.lower().removeprefix("$")
            if name in _NOT_SERVED or written.startswith("@"):
                raise ODataError(f"the option {written[:80]} is not served", is_unsupported=True)
            if name not in served:
                near = did_you_mean(name, served) if name not in ROWS else "; it does not apply to this resource"
                raise ODataError(f"there is no option {written[:80]}{near}")
            if name in given:
                raise ODataError(f"the option {name} is given twice")
            given[name] = value
        return cls(given)

    def text(self, name: str) -> str | None:
        """An option as it is; None if it is not given."""
        return self.given.get(name)

    def number(self, name: str) -> int | None:
        """A whole number that is not negative. Raises ODataError."""
        value = self.given.get(name)
        if value is None:
            return None
        if not (value.isascii() and value.isdigit() and len(value) <= _MOST_DIGITS):
            raise ODataError(f"{name} must be a whole number that is not negative, of at most {_MOST_DIGITS} digits")
        return int(value)

    def is_true(self, name: str) -> bool:
        """A boolean; false if it is not given. Raises ODataError."""
        value = self.given.get(name, "false")
        if value not in ("true", "false"):
            raise ODataError(f"{name} must be true or false")
        return value == "true"

    def names(self, name: str) -> list[str] | None:
        """A list of names; None if it is not given or `*`. Raises ODataError."""
        value = self.given.get(name)
        if value is None:
            return None
        found = [part.strip() for part in value.split(",")]
        return None if "*" in found else list(dict.fromkeys(found))

    def orders(self) -> list[tuple[str, bool]]:
        """Expressions of `$orderby`, each with whether it descends. Raises ODataError."""
        value = self.given.get("$orderby")
        found: list[tuple[str, bool]] = []
        for part in [] if value is None else split(value, ","):
            text = part.strip()
            way = _WAY.fullmatch(text)
            found.append((way.group(1), way.group(2).lower() == "desc") if way else (text, False))
        return found
