"""The country of a time zone, and a country's public holidays.

The first comes from the zone table that ships with `tzdata`, the second from the `holidays` package. Both are loaded
at first use, because start-up must not pay for them.
"""

import logging
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files

_LOG = logging.getLogger(__name__)
_OBSERVED = " (observed)"


def country_of_timezone(timezone: str) -> str | None:
    """ISO 3166 code of the country of an IANA time zone; None for zones of no country, such as UTC."""
    countries, aliases = _zones()
    return countries.get(timezone) or countries.get(aliases.get(timezone, ""))


@cache
def _zones() -> tuple[Mapping[str, str], Mapping[str, str]]:
    """Country by zone, and current zone by former name."""
    folder = files("tzdata.zoneinfo")
    rows = [line.split("\t") for line in (folder / "zone.tab").read_text(encoding="utf-8").splitlines()]
    countries = {row[2]: row[0] for row in rows if len(row) > 2 and not row[0].startswith("#")}
    links = [line.split() for line in (folder / "tzdata.zi").read_text(encoding="utf-8").splitlines()]
    return countries, {link[2]: link[1] for link in links if link[0] == "L"}


def check_region(region: str) -> None:
    """Raise ValueError unless public holidays of ``region`` (``DE``, or ``DE-BY`` with its subdivision) are known."""
    import holidays

    country, _, subdivision = region.partition("-")
    known = holidays.list_supported_countries(include_aliases=False)
    if country not in known:
        raise ValueError(f"{region!r} is not a country whose public holidays are known; use an ISO 3166 code, e.g. DE")
    if subdivision and subdivision not in known[country]:
        choice = ", ".join(known[country]) or "none"
        raise ValueError(f"{region!r}: {country} has no subdivision {subdivision!r}; known are {choice}")


def public_holidays(region: str, year: int) -> Mapping[date, str]:
    """Names of the public holidays of ``region`` in ``year`` by date, in English where the package has it.

    A holiday that is observed on another day has its own name on both. Empty for unknown countries.
    """
    try:
        import holidays
    except ModuleNotFoundError:  # a checkout that was updated without its dependencies goes on without holidays
        _LOG.warning("public holidays are left out: install the package `holidays`, as pyproject.toml requires")
        return {}
    country, _, subdivision = region.partition("-")
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=year, language="en_US")
    except NotImplementedError:
        return {}
    return {day: name.replace(_OBSERVED, "").strip() for day, name in sorted(found.items()) if day.year == year}
