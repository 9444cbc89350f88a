"""Numbers, amounts and days in the visitor's language."""

from datetime import UTC, date, datetime

import pytest
from babel import Locale

from adops_pipeline.dashboard import formats
from adops_pipeline.dashboard.sparkline import sparkline

EN, DE, JA = Locale("en"), Locale("de"), Locale("ja")


def plain(text: str) -> str:
    return text.replace("\xa0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "expected"),
    [
        (12.5, "USD", EN, "$12.50"), (1234.56, "USD", EN, "$1,235"), (999.99, "USD", EN, "$999.99"),
        (950.4, "JPY", EN, "¥950"), (9_070_248.0, "JPY", JA, "￥9,070,248"), (12.5, "EUR", DE, "12,50 €"),
        (-3.0, "GBP", EN, "-£3.00"), (None, "EUR", EN, "–"), (0.0, "EUR", EN, "€0.00"),
        (1.2345, "KWD", EN, "KWD 1.234"),
    ],
)  # fmt: skip
def test_amounts_have_the_decimals_of_their_currency_below_a_thousand(
    amount: float | None, currency: str, locale: Locale, expected: str
) -> None:
    assert plain(formats.money(amount, currency, locale)) == expected


def test_narrow_places_get_few_characters() -> None:
    assert formats.compact_money(416_352.2, "USD", EN) == "$416.4K"
    assert formats.compact_money(9_999.0, "USD", EN) == "$9,999"
    assert plain(formats.compact_money(1_200_000.0, "EUR", DE)) == "1,2 Mio. €"
    assert formats.compact(35_267_168, EN) == "35.3M"
    assert formats.compact(None, EN) == "–"


@pytest.mark.parametrize(
    ("share", "expected"),
    [(0.1234, "+12.3%"), (-0.021, "−2.1%"), (0.0, "±0.0%"), (0.0004, "±0.0%"), (1.5, "+150%"), (None, "–")],
)
def test_a_change_has_its_sign(share: float | None, expected: str) -> None:
    assert formats.change(share, EN) == expected


def test_shares_and_ratios_follow_the_language() -> None:
    assert plain(formats.percent(0.0512, DE)) == "5,1 %"
    assert formats.ratio(3.14159, DE) == "3,14"
    assert formats.number(1234567.8, DE) == "1.234.568"
    assert formats.number(2.50, EN, 2) == "2.5"


def test_days_and_times() -> None:
    assert formats.day(date(2026, 11, 20), EN) == "Nov 20, 2026"
    assert formats.short_day(date(2026, 11, 20), EN) == "Nov 20"
    assert plain(formats.moment(datetime(2026, 11, 20, 14, 5, tzinfo=UTC), EN)) == "Nov 20, 2026, 2:05 PM UTC"


@pytest.mark.parametrize(
    ("header", "expected"),
    [("de-AT, en;q=0.5", "de_AT"), ("en;q=0.2, fr;q=0.9", "fr"), ("", "en"), ("xx-yy;q=z, *", "en"), ("ja", "ja"),
     ("de" + ",de" * 5000, "de")],
)  # fmt: skip
def test_the_language_is_the_one_that_the_browser_prefers(header: str, expected: str) -> None:
    assert str(formats.locale_of(header)) == expected


def test_a_sparkline_ends_at_its_last_value_and_leaves_out_what_is_unknown() -> None:
    drawn = sparkline([1.0, None, 3.0], "Spend <b>")
    assert drawn.count(",") == 2
    assert 'aria-label="Spend &lt;b&gt;"' in drawn
    assert sparkline([1.0]) == ""
    flat, falling = sparkline([5.0, 5.0]), sparkline([5.0, 1.0])
    assert flat != falling
