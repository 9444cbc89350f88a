"""What becomes of each row: taken exactly, or put aside with its reason. A bad row never costs its batch."""

import json
from datetime import date, timedelta
from decimal import Decimal

import pytest

from adops_pipeline.domain.vocabulary import DateRange, Platform, Report
from adops_pipeline_tests.warehouse.normalize.conftest import DAYS, NOON, NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.rows import ROWS, WIRE_NAMES, G, M, P, reasons, stored, variants
from adops_pipeline_tests.warehouse.normalize.wire import JsonRow, google_row, meta_row, pinterest_row


@pytest.mark.parametrize("platform", list(Platform))
def test_null_and_every_zero_are_zero(harness: NormalizeHarness, platform: Platform) -> None:
    cases = [(*names, zero) for names in WIRE_NAMES[platform].items() for zero in (None, 0, "0", 0.0, "0.00", "-0")]
    harness.land(platform, variants(platform, [{wire: zero} for _, wire, zero in cases]))
    harness.apply()
    assert stored(harness, [unified for unified, _, _ in cases]) == [0] * len(cases)
    assert reasons(harness) == []


@pytest.mark.parametrize("platform", list(Platform))
def test_a_missing_metric_is_zero(harness: NormalizeHarness, platform: Platform) -> None:
    rows = variants(platform, [{} for _ in WIRE_NAMES[platform]])
    for row, wire in zip(rows, WIRE_NAMES[platform].values(), strict=True):
        del (row["metrics"] if platform is G else row)[wire]
    harness.land(platform, rows)
    harness.apply()
    assert stored(harness, list(WIRE_NAMES[platform])) == [0] * len(rows)


@pytest.mark.parametrize("platform", list(Platform))
def test_text_integer_float_and_exponent_mean_the_same(harness: NormalizeHarness, platform: Platform) -> None:
    forms = ("5000000", 5000000, 5000000.0, "5e6", " 5000000 ", "+5000000", "5000000.")
    cases = [(*names, form) for names in WIRE_NAMES[platform].items() for form in forms]
    harness.land(platform, variants(platform, [{wire: form} for _, wire, form in cases]))
    harness.apply()
    expected = [5 if "micro" in wire.lower() else 5000000 for _, wire, _ in cases]
    assert stored(harness, [unified for unified, _, _ in cases]) == expected


def test_a_json_number_keeps_every_digit_of_its_text(harness: NormalizeHarness) -> None:
    digits = {
        "123456789012.123456": "123456789012.123456",
        "123456789012.000001": "123456789012.000001",
        "999999999999.999999": "999999999999.999999",
        "0.1": "0.1",
        "120.25": "120.25",
        "1e2": "100",
        "1.2025E+2": "120.25",
        "1000000000.000001": "1000000000.000001",
        "0.000000499999999999999999999": "0",
    }
    google = [json.dumps(row) for row in variants(G, [{} for _ in digits])]
    meta = [json.dumps(row) for row in variants(M, [{} for _ in digits])]
    harness.land(G, [row.replace("120.25", text) for row, text in zip(google, digits, strict=True)])
    harness.land(M, [row.replace('"14.35"', t).replace('"150.00"', t) for row, t in zip(meta, digits, strict=True)])
    harness.apply()
    found = harness.rows(
        "SELECT google.revenue, meta.spend, meta.revenue FROM analytics_metrics AS google"
        " JOIN analytics_metrics AS meta USING (campaign_id)"
        " WHERE google.platform = 'google-ads' AND meta.platform = 'meta-ads' ORDER BY CAST(campaign_id AS BIGINT)"
    )
    assert found == [(Decimal(value),) * 3 for value in digits.values()]


def test_micros_beyond_what_a_float_holds_stay_exact(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(costMicros="9007199254740993")])
    harness.land(
        P,
        [
            json.dumps(pinterest_row())
            .replace("30000000", "9007199254740993.0")
            .replace("150000000", "9007199254740995")
        ],
    )
    harness.apply()
    found = harness.rows("SELECT platform, spend, revenue FROM analytics_metrics ORDER BY platform")
    assert found == [
        ("google-ads", Decimal("9007199254.740993"), Decimal("120.25")),
        ("pinterest", Decimal("9007199254.740993"), Decimal("9007199254.740995")),
    ]


def test_ids_beyond_two_to_the_53rd_stay_as_they_are(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row(campaign_id="238544046761805481")])
    harness.land(P, [json.dumps(pinterest_row()).replace('"626736533506"', "626736533506262675")])
    harness.land(G, [google_row() | {"campaign": {"id": 9007199254740993, "name": "x"}}])
    harness.apply()
    found = [campaign for (campaign,) in harness.rows("SELECT campaign_id FROM analytics_metrics ORDER BY platform")]
    assert found == ["9007199254740993", "238544046761805481", "626736533506262675"]


@pytest.mark.parametrize("platform", list(Platform))
def test_names_survive_whatever_is_in_them(harness: NormalizeHarness, platform: Platform) -> None:
    names = [
        "it's \"quoted\"", "line\nbreak\ttab", "🚀 übergrößen 夏のセール", "a\\b", "x, y; z", '","spend":"99',
        "\u2028\x1f\x1e", "  ", "NULL", "'; DROP TABLE campaigns; --",
    ]  # fmt: skip
    rows = variants(platform, [{} for _ in names])
    for row, name in zip(rows, names, strict=True):
        if platform is G:
            row["campaign"]["name"] = name
        else:
            row["campaign_name" if platform is M else "CAMPAIGN_NAME"] = name
    harness.land(platform, rows)
    harness.apply()
    assert stored(harness, ["campaign_name"] * len(names)) == names


UNPLACEABLE: list[tuple[Platform, JsonRow | str, str]] = [
    (G, google_row() | {"campaign": {"name": "x"}}, "campaign id is missing"),
    (G, google_row() | {"segments": {}}, "date is missing"),
    (G, google_row() | {"segments": {"date": "2026-13-45"}}, "date is not a day: 2026-13-45"),
    (
        G, google_row() | {"segments": {"date": "2026-12-01"}},
        "date 2026-12-01 is outside the pulled days 2026-11-01..2026-11-03",
    ),
    (G, google_row() | {"customer": {"id": "999"}}, "the row is of account 999, pulled was 111"),
    (G, google_row() | {"metrics": "oops"}, "metrics is not an object"),
    (M, meta_row(campaign_id=""), "campaign id is missing"),
    (M, meta_row(date_stop="2026-11-02"), "the row covers several days: 2026-11-01..2026-11-02"),
    (M, meta_row(account_id="222"), "the row is of account 222, pulled was 111"),
    (M, meta_row(account_currency="dollars"), "currency is not an ISO 4217 code: DOLLARS"),
    (M, meta_row(actions={"action_type": "purchase"}), "actions is not a list"),
    (P, pinterest_row(CAMPAIGN_ID=None), "campaign id is missing"),
    (P, pinterest_row(DATE=None), "date is missing"),
    (P, pinterest_row(AD_ACCOUNT_ID="9"), "the row is of account 9, pulled was 111"),
    (P, "<html>Service unavailable</html>", "the row is not JSON"),
    (P, '{"CAMPAIGN_ID": "1", "DATE"', "the row is not JSON"),
    (P, '["a"]', "the row is not a JSON object"),
    (P, '"text"', "the row is not a JSON object"),
]  # fmt: skip


@pytest.mark.parametrize("platform", list(Platform))
def test_a_row_that_cannot_be_placed_is_put_aside_with_its_text(harness: NormalizeHarness, platform: Platform) -> None:
    cases = [(row, reason) for whose, row, reason in UNPLACEABLE if whose is platform]
    harness.land(platform, [ROWS[platform](), *(row for row, _ in cases)])
    (applied,) = harness.apply()
    assert (applied.rows, applied.rejects) == (1, len(cases))
    found = harness.rows("SELECT reason, raw, report, account_id FROM analytics_rejects")
    assert {(report, account) for *_, report, account in found} == {("campaign_daily", "111")}
    kept = {(str(reason), json.dumps(json.loads(str(raw)), sort_keys=True)) for reason, raw, *_ in found}
    assert kept == {(reason, _as_json(row)) for row, reason in cases}


def test_a_row_without_a_day_stays_aside_until_its_account_is_pulled_over_the_same_days(
    harness: NormalizeHarness,
) -> None:
    harness.land(P, ["{"])
    harness.apply()
    later = DateRange(date(2026, 11, 4), date(2026, 11, 5))
    for day, account, dates, left in ((1, "222", DAYS, 1), (2, "111", later, 1), (3, "111", DAYS, 0)):
        harness.land(P, [], account=account, dates=dates, at=NOON + timedelta(days=day))
        harness.apply()
        assert len(reasons(harness)) == left, f"after the pull of {account} on day {day}"


def _as_json(row: JsonRow | str) -> str:
    """What a reject keeps: the row, or its text as a JSON string where it is no JSON."""
    try:
        return json.dumps(json.loads(row) if isinstance(row, str) else row, sort_keys=True)
    except json.JSONDecodeError:
        return json.dumps(row)


def test_every_problem_of_a_row_is_named(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row(spend="x", impressions="-4", campaign_id=None)])
    harness.apply()
    assert reasons(harness) == ["campaign id is missing; impressions is negative: -4; spend is not a number: x"]


def test_currency_is_the_row_s_own_or_else_the_account_s(harness: NormalizeHarness) -> None:
    harness.land(M, [meta_row(account_currency="gbp")], currency="USD")
    harness.land(P, [pinterest_row()], currency="KRW")
    harness.apply()
    assert harness.rows("SELECT currency FROM analytics_metrics ORDER BY platform") == [("GBP",), ("KRW",)]


def test_a_row_without_any_known_currency_is_refused(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_row()], currency="UNK")
    harness.apply()
    assert reasons(harness) == ["currency is unknown"]


def test_rows_repeated_word_for_word_count_once(harness: NormalizeHarness) -> None:
    harness.land(P, [pinterest_row(), pinterest_row(CAMPAIGN_ID="2"), pinterest_row()])
    (applied,) = harness.apply()
    assert (applied.rows, applied.rejects) == (2, 0)


def test_of_differing_rows_for_one_day_the_last_stands_and_the_other_is_kept_aside(harness: NormalizeHarness) -> None:
    rows = [pinterest_row(SPEND_IN_MICRO_DOLLAR=micros) for micros in (1, 2, 3)]
    harness.land(P, [*rows, pinterest_row(CAMPAIGN_ID="2")])
    harness.land(P, [pinterest_row(CAMPAIGN_ID="3")], account="222")
    assert sorted((one.rows, one.rejects) for one in harness.apply()) == [(1, 0), (2, 2)]
    spends = harness.rows("SELECT campaign_id, spend FROM analytics_metrics ORDER BY ALL")
    assert spends == [("2", Decimal(30)), ("3", Decimal(30)), ("626736533506", Decimal("0.000003"))]
    found = harness.rows("SELECT raw->>'$.SPEND_IN_MICRO_DOLLAR', date, reason FROM analytics_rejects ORDER BY ALL")
    reason = "a later row of the same pull speaks of the same day"
    assert found == [("1", date(2026, 11, 1), reason), ("2", date(2026, 11, 1), reason)]


def test_a_newer_pull_clears_the_rejects_of_the_days_it_covers(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(costMicros="x"), google_row() | {"segments": {}}, "<html>"])
    harness.land(G, [google_row(costMicros="y") | {"customer": {"id": "222"}}], account="222")
    harness.land(G, [google_row(costMicros="z") | {"adGroup": {"id": "1"}}], report=Report.AD_GROUP_DAILY)
    harness.apply()
    assert len(reasons(harness)) == 5
    harness.land(G, [google_row()], at=NOON + timedelta(days=1))
    harness.apply()
    left = harness.rows("SELECT report, account_id FROM analytics_rejects ORDER BY ALL")
    assert left == [("ad_group_daily", "111"), ("campaign_daily", "222")]


def test_the_same_bad_row_pulled_again_keeps_its_id(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(costMicros="x")])
    harness.apply()
    first = harness.rows("SELECT reject_id FROM analytics_rejects")
    harness.land(G, [google_row(costMicros="x")], at=NOON + timedelta(days=1))
    harness.apply()
    assert harness.rows("SELECT reject_id FROM analytics_rejects") == first


def test_ratios_are_null_where_nothing_can_be_divided_by(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row(impressions="0", clicks="0", conversions=0, costMicros="0")])
    harness.apply()
    assert harness.rows("SELECT ctr, cpc, cpa, roas FROM analytics_metrics") == [(None, None, None, None)]


def test_ratios_are_quotients_of_the_columns(harness: NormalizeHarness) -> None:
    harness.land(G, [google_row()])
    harness.apply()
    ((ctr, cpc, cpa, roas),) = harness.rows("SELECT ctr, cpc, cpa, roas FROM analytics_metrics")
    assert (ctr, cpc, cpa, roas) == pytest.approx((12 / 345, 6.789 / 12, 6.789 / 1.5, 120.25 / 6.789))
