"""Fields of the rows that reading tools return: which there are, which come by default, how each is made."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from adops_pipeline.connectors.pinterest.tools.money import as_text, from_micros
from adops_pipeline.connectors.pinterest.tools.requests import Row
from adops_pipeline.connectors.tools import RefusedInputError
from adops_pipeline.domain.workflows.nearest import did_you_mean

Make = Callable[[Row, str], Any]
"""A field's value, from the row as Pinterest sent it and the account's currency."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The fields of one kind of row."""

    known: Mapping[str, Make]
    default: Sequence[str]

    def chosen(self, wanted: Sequence[str] | None) -> Sequence[str]:
        """The fields that were asked for. Raises RefusedInputError for one that there is not."""
        return check_fields(wanted, self.known, self.default)

    def trim(self, rows: Sequence[Row], wanted: Sequence[str], currency: str) -> list[Mapping[str, Any]]:
        """Rows of these fields alone."""
        return [{name: self.known[name](row, currency) for name in wanted} for row in rows]


def check_fields(wanted: Sequence[str] | None, known: Mapping[str, object], default: Sequence[str]) -> Sequence[str]:
    """``wanted`` or the default ones. Raises RefusedInputError for a name that is not known."""
    for name in wanted or ():
        if name not in known:
            nearest = did_you_mean(name, known) or f"; the fields are {', '.join(known)}"
            raise RefusedInputError(f"fields: there is no field {name!r}{nearest}")
    return tuple(dict.fromkeys(wanted)) if wanted else default


def plain(name: str) -> Make:
    """A value as it is."""
    return lambda row, _: row.get(name)


def plains(*names: str) -> dict[str, Make]:
    """Values as they are, under their own names."""
    return {name: plain(name) for name in names}


def money(name: str) -> Make:
    """A sum of micros as decimal text in units of the currency."""
    return lambda row, _: as_text(from_micros(row.get(name)))


def moment(name: str) -> Make:
    """A time in seconds as ISO text in UTC."""
    return lambda row, _: time_text(row.get(name))


def currency_of(row: Row, currency: str) -> str:
    """The account's currency."""
    del row
    return currency


def time_text(seconds: object) -> str | None:
    """Seconds since 1970 as ISO text in UTC; None for none."""
    if not isinstance(seconds, int | float) or not seconds:
        return None
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
