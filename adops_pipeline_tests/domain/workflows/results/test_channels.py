"""What a cross-channel-report says."""

from datetime import date
from decimal import Decimal
from typing import Any

import polars as pl
import pytest

from adops_pipeline.domain.workflows.parameters import ChannelParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, report_channels
from adops_pipeline_tests.domain.workflows.results.frames import before, days, metrics


def _told(rows: list[dict[str, Any]], **raw: Any) -> WorkflowResult:
    return report_channels(metrics(*rows), ChannelParameters.model_validate(raw), "EUR")


_STEADY = days(14)
_META = [
    *({"date": before(n), "platform": "meta-ads", "campaign_id": "9"} for n in range(7)),
    *({"date": before(n), "platform": "meta-ads", "campaign_id": "9", "conversions": 40.0} for n in range(7, 14)),
]


def test_platforms_stand_side_by_side_with_both_periods_and_their_total() -> None:
    result = _told([*_STEADY, *_META])
    assert result.summary == (
        "EUR 1,400.00 spent on 2 platforms from 2026-11-17 to 2026-11-23 (+0.0 % against 2026-11-10 to 2026-11-16), "
        "280 conversions (-33.3 %), ROAS 4.00 (+0.0 %)."
    )
    table = result.tables[0]
    assert table.title == "2026-11-17 to 2026-11-23"
    assert [row[0] for row in table.rows] == ["google-ads", "meta-ads", "all platforms"]
    google = dict(zip(table.columns, table.rows[0], strict=True))
    assert google == {
        "platform": "google-ads", "impressions": 70_000, "clicks": 1400, "spend EUR": Decimal("700.000000"),
        "conversions": 140.0, "revenue EUR": Decimal("2800.000000"), "ctr": 0.02, "cpc EUR": 0.5, "cpa EUR": 5.0,
        "roas": 4.0,
    }  # fmt: skip
    changes = dict(zip(result.tables[1].columns, result.tables[1].rows[1], strict=True))
    assert (changes["conversions"], changes["cpa"], changes["spend"]) == (-50.0, 100.0, 0.0)


@pytest.mark.parametrize(
    ("known_since", "gap"),
    [
        (date(2026, 11, 11), "Nothing is compared with 2026-11-10 to 2026-11-16"),
        (date(2026, 11, 22), "2026-11-17 to 2026-11-23 and the period before are not known as a whole"),
    ],
)
def test_a_period_that_was_not_pulled_as_a_whole_is_no_basis_for_a_change(known_since: date, gap: str) -> None:
    rows = [row for row in _STEADY if row["date"] >= known_since]
    parameters = ChannelParameters()
    result = report_channels(metrics(*rows), parameters, "EUR", known_since=known_since)
    assert "against" not in result.summary
    assert result.found == ()
    why = f"days are known from {known_since} on, because earlier ones were not pulled."
    assert result.left_out[0] == f"{gap}: {why}"
    whole = report_channels(metrics(*_STEADY), parameters, "EUR", known_since=date(2026, 11, 10))
    assert "against 2026-11-10 to 2026-11-16" in whole.summary


def test_a_nowcast_without_a_comparison_is_called_one() -> None:
    rows = _half_known("meta-ads", 20.0)
    result = report_channels(metrics(*rows), ChannelParameters(), "EUR", known_since=date(2026, 11, 11))
    assert ", 280 conversions (140 known so far, the rest is nowcast), ROAS" in result.summary
    assert result.left_out[-1] == (
        "50 % of the conversions of meta-ads from 2026-11-17 to 2026-11-23 are known. Its expected final values are "
        "shown; the share is learnt from earlier days."
    )


def test_a_change_for_the_worse_is_a_warning_with_both_values() -> None:
    meta = [f for f in _told([*_STEADY, *_META]).found if f.subject.platform == "meta-ads"]
    assert [(f.severity, f.sentence) for f in meta] == [
        (
            "warning",
            "CPA EUR 5.00 from 2026-11-17 to 2026-11-23 against EUR 2.50 from 2026-11-10 to 2026-11-16 (+100 %).",
        ),
        (
            "warning",
            "Conversions 140 from 2026-11-17 to 2026-11-23 against 280 from 2026-11-10 to 2026-11-16 (-50.0 %).",
        ),
    ]


def _half_known(platform: str, conversions: float, low: float = 0.45, high: float = 0.55) -> list[dict[str, Any]]:
    """Seven days of which half is known, after seven of which everything is and that brought 40 a day."""
    young = {
        "maturity": 0.5, "revenue_maturity": 0.5, "maturity_low": low, "maturity_high": high,
        "maturity_basis": "learnt", "conversions": conversions, "revenue": Decimal(10) * int(conversions),
    }  # fmt: skip
    old = {"conversions": 40.0, "revenue": Decimal(400)}
    rows = [{"date": before(n), **(young if n < 7 else old)} for n in range(14)]
    return [{"platform": platform, "campaign_id": "9", **row} for row in rows]


def test_both_periods_are_compared_by_their_expected_final_values() -> None:
    result = _told(_half_known("meta-ads", 20.0))
    assert result.found == ()
    assert result.summary == (
        "EUR 700.00 spent on 1 platform from 2026-11-17 to 2026-11-23 (+0.0 % against 2026-11-10 to 2026-11-16), 280 "
        "conversions (+0.0 %; 140 known so far, the rest is nowcast), ROAS 4.00 (+0.0 %)."
    )
    assert result.left_out == (
        (
            "50 % of the conversions of meta-ads from 2026-11-17 to 2026-11-23 are known. Both periods are compared by "
            "their expected final values; the share is learnt from earlier days."
        ),
    )
    row = dict(zip(result.tables[0].columns, result.tables[0].rows[0], strict=True))
    assert (row["conversions"], row["revenue EUR"], row["cpa EUR"]) == (280.0, Decimal("2800.00"), 2.5)
    assert result.tables[3].rows[0] == ("meta-ads", 140.0, 50.0, Decimal("1400.00"))


def test_a_nowcast_change_has_an_interval_and_warns_by_the_part_that_is_certain() -> None:
    (found,) = [f for f in _told(_half_known("meta-ads", 10.0)).found if f.numbers["metric"] == "conversions"][:1]
    assert found.severity == "warning"
    assert found.sentence == (
        "Conversions 140 from 2026-11-17 to 2026-11-23 against 280 from 2026-11-10 to 2026-11-16 (-50.0 %, 80 % "
        "interval -57.2 % to -42.1 %; nowcast)."
    )
    assert (found.numbers["change_pct_low"], found.numbers["change_pct_high"]) == pytest.approx((-57.2, -42.1), abs=0.1)
    unsure = _told(_half_known("meta-ads", 10.0, low=0.2, high=0.9)).found
    assert {f.severity for f in unsure} == {"info"}, "the interval includes no change"
    improved = [f for f in _told(_half_known("meta-ads", 30.0)).found if f.numbers["metric"] == "roas"]
    assert [f.severity for f in improved[:1]] == ["info"]
    assert "(+50.0 %, 80 % interval " in improved[0].sentence


def test_changes_below_the_threshold_and_of_few_sales_are_not_told() -> None:
    assert _told([*_STEADY, *_META], thresholds={"changePct": 101}).found == ()
    few = [
        {"date": before(n), "platform": "meta-ads", "conversions": 0.2 if n < 7 else 0.4, "revenue": Decimal(4)}
        for n in range(14)
    ]
    assert [f.sentence for f in _told(few, platforms=["meta-ads"]).found] == []


def test_money_without_a_rate_is_in_no_sum_and_is_named() -> None:
    yen = [
        {"date": before(n), "platform": "pinterest", "currency": "JPY", "spend": Decimal(1500), "spend_reporting": None,
         "revenue_reporting": None, "clicks": 999}
        for n in range(2)
    ]  # fmt: skip
    result = _told([*_STEADY, *yen])
    everything = dict(zip(result.tables[0].columns, result.tables[0].rows[-1], strict=True))
    assert everything["spend EUR"] == Decimal("700.000000")
    assert everything["cpc EUR"] == 0.5
    assert everything["clicks"] == 1400 + 2 * 999
    assert result.left_out == (
        "JPY 3,000 of spend on 2 campaign days of both periods is not known in EUR and is in no sum of money.",
        "pinterest has delivery on 2 of the 7 days only.",
    )


def test_another_currency_counts_its_own_rows_and_never_a_rate() -> None:
    dollars = days(7, platform="meta-ads", currency="USD", spend=Decimal(30), spend_reporting=Decimal(27))
    result = _told([*_STEADY, *dollars], currency="usd")
    assert result.summary.startswith("USD 210.00 spent on 2 platforms")
    assert result.left_out[0].startswith("EUR 1,400.00 of spend on 14 campaign days")
    assert _told([*_STEADY, *dollars]).summary.startswith("EUR 889.00 spent")


def test_amounts_in_the_reporting_currency_need_no_rate() -> None:
    rows = days(7, spend_reporting=None, revenue_reporting=None)
    assert _told(rows).summary.startswith(
        "EUR 700.00 spent on 1 platform from 2026-11-17 to 2026-11-23, 140 conversions"
    )


def test_the_period_ends_where_it_was_asked_to_or_on_the_last_whole_day() -> None:
    parameters = ChannelParameters(lookback_days=2)
    result = report_channels(metrics(*_STEADY), parameters, "EUR", through=before(1))
    assert result.tables[0].title == "2026-11-21 to 2026-11-22"
    assert _told(_STEADY, asOf="2026-11-20", lookbackDays=3).tables[0].title == "2026-11-18 to 2026-11-20"


def test_a_platform_that_stopped_is_a_warning() -> None:
    stopped = [{"date": before(n), "platform": "pinterest"} for n in range(7, 14)]
    result = _told([*_STEADY, *stopped])
    grave = [f.sentence for f in result.found if f.subject.platform == "pinterest" and f.severity == "warning"]
    assert "Nothing was delivered from 2026-11-17 to 2026-11-23." in grave


def test_the_campaigns_that_spent_most_are_listed() -> None:
    rows = [*_STEADY, *days(7, campaign_id="8", campaign_name="Big", spend_reporting=Decimal(300), spend=Decimal(300))]
    table = _told(rows, topCampaigns=1).tables[2]
    assert table.rows == (("google-ads:8", "Big", Decimal("2100.000000"), None, 140.0, 1.3333),)
    assert _told(rows, topCampaigns=0).tables[2].rows == ()


def test_no_denominator_gives_no_ratio() -> None:
    result = _told(
        [{"spend": Decimal(0), "spend_reporting": Decimal(0), "clicks": 0, "conversions": 0.0}], lookbackDays=1
    )
    row = dict(zip(result.tables[0].columns, result.tables[0].rows[0], strict=True))
    assert (row["cpc EUR"], row["cpa EUR"], row["roas"]) == (None, None, None)
    assert "ROAS" not in result.summary


@pytest.mark.parametrize("rows", [pl.DataFrame(), metrics()])
def test_no_delivery_gives_a_clear_result(rows: pl.DataFrame) -> None:
    result = report_channels(rows, ChannelParameters(), "EUR")
    assert result.summary == "Nothing to check: there is no day of delivery yet; a sync brings it."


def test_a_period_without_rows_says_which() -> None:
    assert _told(_STEADY, asOf=date(2027, 1, 31)).summary == (
        "Nothing to check: there is no day of delivery from 2027-01-18 to 2027-01-31."
    )
