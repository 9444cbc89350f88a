"""Numbers, amounts and days as text in the visitor's language. A missing value is a dash."""

import re
from datetime import date, datetime
from functools import lru_cache

from babel import Locale, UnknownLocaleError, negotiate_locale
from babel.dates import format_date, format_time
from babel.localedata import locale_identifiers
from babel.numbers import format_compact_decimal, format_currency, format_decimal, format_percent
from babel.numbers import get_currency_precision as decimals_of

NOTHING = "–"
_WHOLE_FROM = 1000
_CODE_BEFORE_DIGIT = re.compile(r"(?<=[A-Z])(?=\d)")
_COMPACT_FROM = 10_000
DEFAULT_LOCALE = Locale("en")


@lru_cache(maxsize=256)
def locale_of(accept_language: str) -> Locale:
    """The language that a browser prefers among those that are known; English for any other text."""
    wanted = []
    for part in accept_language.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((float(weight or 1), tag.replace("-", "_")))
        except ValueError:
            continue
    wanted.sort(key=lambda one: -one[0])
    found = negotiate_locale([tag for _, tag in wanted], _known_locales())
    try:
        return Locale.parse(found) if found else DEFAULT_LOCALE
    except (ValueError, UnknownLocaleError):
        return DEFAULT_LOCALE


@lru_cache(maxsize=1)
def _known_locales() -> list[str]:
    return list(locale_identifiers())


def money(amount: float | None, currency: str, locale: Locale) -> str:
    """An amount with its currency: without decimals from 1,000 on, and always in currencies that have none."""
    if amount is None:
        return NOTHING
    digits = 0 if abs(amount) >= _WHOLE_FROM else decimals_of(currency)
    pattern = _with_decimals(locale, digits)
    text = format_currency(amount, currency, pattern, locale=locale, currency_digits=False)
    return _CODE_BEFORE_DIGIT.sub("\xa0", text)


def signed_money(amount: float | None, currency: str, locale: Locale) -> str:
    """A change of an amount with its sign: +€120."""
    if amount is None:
        return NOTHING
    text = money(abs(amount), currency, locale)
    if not any(character in "123456789" for character in text):
        return f"±{text}"
    return f"+{text}" if amount > 0 else f"−{text}"


def compact_money(amount: float | None, currency: str, locale: Locale) -> str:
    """An amount in few characters, for narrow places: €1.2M."""
    if amount is None or abs(amount) < _COMPACT_FROM:
        return money(amount, currency, locale)
    short = format_compact_decimal(amount, format_type="short", locale=locale, fraction_digits=1)
    # The compact forms of currencies are known for few languages; those of numbers for all.
    sample = format_currency(1, currency, _with_decimals(locale, 0), locale=locale, currency_digits=False)
    return sample.replace(format_decimal(1, locale=locale), short, 1)


@lru_cache(maxsize=512)
def _with_decimals(locale: Locale, digits: int) -> str:
    """The pattern of amounts in this language with that many decimals."""
    pattern: str = locale.currency_formats["standard"].pattern
    return pattern.replace(".00", "." + "0" * digits if digits else "")


def number(value: float | None, locale: Locale, digits: int = 0) -> str:
    """A number with at most that many decimals."""
    if value is None:
        return NOTHING
    return format_decimal(value, "#,##0" + ("." + "#" * digits if digits else ""), locale=locale)


def ratio(value: float | None, locale: Locale, digits: int = 2) -> str:
    """A number with exactly that many decimals, such as a ROAS."""
    return NOTHING if value is None else format_decimal(value, "#,##0." + "0" * digits, locale=locale)


def compact(value: float | None, locale: Locale) -> str:
    """A number in few characters: 1.2M."""
    if value is None or abs(value) < _COMPACT_FROM:
        return number(value, locale)
    return format_compact_decimal(value, format_type="short", locale=locale, fraction_digits=1)


def percent(share: float | None, locale: Locale, digits: int = 1) -> str:
    """A share as percent: 0.05 is 5 %."""
    if share is None:
        return NOTHING
    return format_percent(share, _percent_pattern(locale, digits), locale=locale)


def change(share: float | None, locale: Locale) -> str:
    """A relative change with its sign: +12.3 %; whole percent from 100 % on."""
    if share is None:
        return NOTHING
    text = percent(abs(share), locale, 0 if abs(share) >= 1 else 1)
    if not any(character in "123456789" for character in text):
        return f"±{text}"
    return f"+{text}" if share > 0 else f"−{text}"


@lru_cache(maxsize=512)
def _percent_pattern(locale: Locale, digits: int) -> str:
    pattern: str = locale.percent_formats[None].pattern
    return pattern.replace("0%", "0" + ("." + "0" * digits if digits else "") + "%").replace(
        "0\xa0%", "0" + ("." + "0" * digits if digits else "") + "\xa0%"
    )


def day(value: date | None, locale: Locale) -> str:
    """A day: Nov 20, 2026."""
    return NOTHING if value is None else format_date(value, "medium", locale=locale)


def short_day(value: date | None, locale: Locale) -> str:
    """A day without its year: Nov 20."""
    return NOTHING if value is None else format_date(value, locale.datetime_skeletons["MMMd"].pattern, locale=locale)


def moment(value: datetime | None, locale: Locale) -> str:
    """A time in UTC: Nov 20, 2026, 2:05 PM UTC."""
    return NOTHING if value is None else f"{day(value, locale)}, {format_time(value, 'short', locale=locale)} UTC"


def short_moment(value: datetime | None, locale: Locale) -> str:
    """A time in UTC without its year: Nov 20, 2:05 PM."""
    return NOTHING if value is None else f"{short_day(value, locale)}, {format_time(value, 'short', locale=locale)}"
