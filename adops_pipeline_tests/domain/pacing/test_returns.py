"""Revenue and ROAS of a pacing period, known and nowcast."""

from datetime import date
from decimal import Decimal

import polars as pl
import pytest

from adops_pipeline.domain.maturity import MaturityCurves
from adops_pipeline.domain.pacing.returns import with_returns

AS_OF = date(2026, 11, 10)
CURVE = pl.DataFrame(
    {
        "platform": ["meta-ads"] * 3,
        "lag_days": [1, 2, 3],
        "share": [0.5, 0.8, 1.0],
        "share_low": [0.4, 0.7, 1.0],
        "share_high": [0.6, 0.9, 1.0],
        "revenue_share": [0.5, 0.8, 1.0],
        "conversions_seen": [100.0, 100.0, 100.0],
    }
)


def campaigns() -> pl.DataFrame:
    texts = {"platform": "meta-ads", "account_id": "1", "external_id": "c", "name": "C", "status": "active"}
    return pl.DataFrame({**{name: [text] for name, text in texts.items()}, "currency": ["EUR"]})


def daily(*rows: tuple[date, float]) -> pl.DataFrame:
    return pl.DataFrame(
        [("meta-ads", "c", day, Decimal(str(revenue)), 3.0) for day, revenue in rows],
        schema={
            "platform": pl.String(),
            "campaign_id": pl.String(),
            "date": pl.Date(),
            "revenue": pl.Decimal(18, 6),
            "conversions": pl.Float64(),
        },
        orient="row",
    )


def paced(spent: str) -> pl.DataFrame:
    money = pl.Series([Decimal(spent)], dtype=pl.Decimal(18, 6))
    names = {"platform": ["meta-ads"], "campaign_id": ["c"], "as_of": [AS_OF], "period_start": [date(2026, 11, 1)]}
    return pl.DataFrame({**names, "spent_to_date": money})


def test_young_days_count_with_what_they_usually_still_gain() -> None:
    rows = daily((AS_OF, 50.0), (date(2026, 11, 9), 80.0), (date(2026, 11, 2), 100.0), (date(2026, 10, 31), 999.0))
    found = with_returns(paced("100"), rows, campaigns(), MaturityCurves(CURVE)).row(0, named=True)
    assert found["revenue_to_date"] == Decimal(230)
    assert found["revenue_nowcast"] == Decimal(300)
    assert found["roas_to_date"] == pytest.approx(2.3)
    assert found["roas_nowcast"] == pytest.approx(3.0)


def test_without_spend_there_is_no_roas_and_without_delivery_no_revenue() -> None:
    found = with_returns(paced("0"), daily(), campaigns(), MaturityCurves(CURVE)).row(0, named=True)
    assert found["revenue_to_date"] is None
    assert found["roas_to_date"] is None
    assert found["roas_nowcast"] is None
