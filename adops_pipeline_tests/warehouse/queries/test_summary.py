"""The summary counts every platform and currency once, and never adds unlike currencies."""

from datetime import timedelta
from decimal import Decimal

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.queries.summary import SummaryRow, run_summary
from adops_pipeline_tests.warehouse.conftest import NOON, Rooms, pinterest_row


def test_an_empty_warehouse_has_no_summary(rooms: Rooms) -> None:
    with rooms.warehouse.reading() as con:
        assert run_summary(con) == []


def test_totals_stand_by_platform_and_currency_with_empty_accounts_and_rejects(rooms: Rooms) -> None:
    paid = pinterest_row("2026-11-01", 1_500_000) | {
        "TOTAL_CHECKOUT": 2,
        "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR": 9_000_000,
    }
    rooms.land(rows=[paid, pinterest_row("2026-11-02", 10), pinterest_row("2026-11-03", "x")])
    rooms.land(rows=[paid], account="222", currency="JPY")
    rooms.land(Platform.META_ADS, account="333", currency="USD")
    rooms.land(Platform.META_ADS, account="333", currency="USD", at=NOON + timedelta(days=1))
    with rooms.warehouse.writing() as con:
        rooms.apply(con)
        con.execute(
            "INSERT INTO ad_accounts (platform, account_id, currency) "
            "VALUES ('pinterest', '111', 'EUR'), ('pinterest', '222', 'JPY'), ('meta-ads', '333', 'USD')"
        )
        con.execute(
            "INSERT INTO campaigns (id, platform, currency) "
            "VALUES ('pinterest:7', 'pinterest', 'EUR'), ('pinterest:8', 'pinterest', 'EUR')"
        )
        found = run_summary(con)
    nothing = Decimal("0.000000")
    assert found == [
        SummaryRow("meta-ads", "USD", 1, 0, 0, nothing, 0.0, nothing, 0, 2),
        SummaryRow("pinterest", "EUR", 1, 2, 2, Decimal("1.500010"), 2.0, Decimal("9.000000"), 1, 1),
        SummaryRow("pinterest", "JPY", 1, 0, 1, Decimal("1.500000"), 2.0, Decimal("9.000000"), 0, 1),
    ]


def test_conversions_add_up_without_the_dust_of_floats(rooms: Rooms) -> None:
    with rooms.warehouse.writing() as con:
        con.execute(
            "INSERT INTO analytics_metrics BY NAME SELECT 'pinterest' AS platform, 'EUR' AS currency, "
            "0.1 AS conversions, 0 AS spend, 0 AS revenue FROM range(10)"
        )
        (row,) = run_summary(con)
    assert row.conversions == 1.0
