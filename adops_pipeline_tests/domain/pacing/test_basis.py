"""Which of a campaign's budgets is paced, and over which days."""

from datetime import date
from decimal import Decimal

import pytest

from adops_pipeline.domain.pacing.basis import Basis, find_basis

TARGET, LIFETIME, DAILY = Decimal(900), Decimal(600), Decimal(10)
FIRST, TODAY, LAST = date(2025, 9, 1), date(2025, 9, 10), date(2025, 9, 30)
START, END = date(2025, 8, 20), date(2025, 10, 18)


@pytest.mark.parametrize(
    ("flight", "amounts", "basis"),
    [
        ((START, END), (TARGET, LIFETIME, DAILY), Basis("target", FIRST, LAST, TARGET, TARGET)),
        ((START, END), (None, LIFETIME, DAILY), Basis("lifetime", START, END, LIFETIME, None)),
        ((START, None), (None, LIFETIME, DAILY), Basis("daily", FIRST, LAST, None, Decimal(300))),
        ((START, None), (None, LIFETIME, None), Basis("cap", START, LAST, LIFETIME, None)),
        ((None, None), (None, LIFETIME, None), Basis("none", FIRST, LAST, None, None)),
        (
            (date(2025, 9, 5), date(2025, 9, 20)),
            (None, None, None),
            Basis("none", date(2025, 9, 5), date(2025, 9, 20), None, None),
        ),
    ],
)
def test_a_target_comes_before_a_flight_a_daily_budget_and_a_cap(
    flight: tuple[date | None, date | None],
    amounts: tuple[Decimal | None, Decimal | None, Decimal | None],
    basis: Basis,
) -> None:
    assert find_basis("pinterest", TODAY, flight, amounts) == basis


def test_a_month_of_daily_budgets_is_googles_own_there() -> None:
    found = find_basis("google-ads", TODAY, (None, None), (None, None, DAILY))
    assert (found.monthly_budget, found.total_days) == (Decimal(300), 30)
    in_october = find_basis("google-ads", date(2025, 10, 3), (None, None), (None, None, DAILY))
    assert (in_october.monthly_budget, in_october.total_days) == (Decimal(304), 31)
