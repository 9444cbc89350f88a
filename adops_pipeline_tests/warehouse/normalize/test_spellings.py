"""Rows in other spellings, of other names, with ids in other forms, and parts of a day by any key."""

import json
from collections.abc import Mapping

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.documents import normalize_documents
from adops_pipeline_tests.warehouse.normalize.wire import JsonRow, google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
ROWS = {G: google_row, M: meta_row, P: pinterest_row}

READ = ("account_id", "campaign_id", "campaign_name", "date", "currency", "impressions", "clicks", "spend",
        "conversions", "revenue")  # fmt: skip

CLIENT_ROW: JsonRow = {
    "customer": {"resource_name": "customers/111", "id": 111, "currency_code": "EUR"},
    "campaign": {"resource_name": "customers/111/campaigns/700001", "id": 700001, "name": "Brand", "status": 2},
    "segments": {"date": "2026-11-01", "device": 0, "click_type": "UNSPECIFIED", "activity_rating": None},
    "metrics": {
        "clicks": 12, "impressions": 345, "cost_micros": 6789000, "conversions": 1.5, "conversions_value": 120.25,
    },
}  # fmt: skip


def normalized(platform: Platform, *rows: object) -> tuple[list[tuple[object, ...]], list[str]]:
    """What is read of rows, and the reasons of those put aside."""
    found, rejects = normalize_documents(platform, json.dumps(list(rows)), currency="EUR")
    return [tuple(row[name] for name in READ) for row in found], [reject["reason"] for reject in rejects]


def without(row: Mapping[str, object], *names: str) -> JsonRow:
    return {name: value for name, value in row.items() if name not in names}


def flat(row: Mapping[str, Mapping[str, object]], mark: str) -> JsonRow:
    return {f"{owner}{mark}{name}": value for owner, inner in row.items() for name, value in inner.items()}


@pytest.mark.parametrize(
    ("spelling", "row"),
    [
        ("the official client's", CLIENT_ROW),
        ("without metrics as an object", without(CLIENT_ROW, "metrics") | CLIENT_ROW["metrics"]),
        ("names with points", flat(CLIENT_ROW, ".")),
        ("names with underscores", flat(CLIENT_ROW, "_")),
        ("bare metrics and date", flat(without(CLIENT_ROW, "metrics", "segments"), "_")
            | CLIENT_ROW["metrics"] | {"date": "2026-11-01"}),
        ("mixed", google_row() | {"metrics": google_row()["metrics"] | {"costMicros": None, "cost_micros": "6789000"}}),
    ],
)  # fmt: skip
def test_every_spelling_of_google_says_the_same(spelling: str, row: JsonRow) -> None:
    usual = ("111", "700001", "Brand", "2026-11-01", "EUR", 345, 12, "6.789000", 1.5, "120.250000")
    assert normalized(G, google_row()) == ([usual], [])
    assert normalized(G, row) == ([usual], []), spelling


def test_spend_of_pinterest_in_units_is_read_and_micros_go_before() -> None:
    row = pinterest_row(SPEND_IN_DOLLAR=12.345678)
    assert normalized(P, row)[0][0][READ.index("spend")] == "30.000000"
    assert normalized(P, without(row, "SPEND_IN_MICRO_DOLLAR"))[0][0][READ.index("spend")] == "12.345678"


@pytest.mark.parametrize(
    ("platform", "row", "reason"),
    [
        (G, google_row() | {"metrics": {"cost": 6.7, "impressions": 5}},
         "cost is no name of the platform's reports, which have metrics.costMicros"),
        (M, without(meta_row(Spend="5"), "spend"), "Spend is no name of the platform's reports, which have spend"),
        (M, without(meta_row(purchases=3), "actions", "action_values"),
         "purchases is no name of the platform's reports, which have actions"),
        (P, without(pinterest_row(SPEND=3), "SPEND_IN_MICRO_DOLLAR"),
         "SPEND is no name of the platform's reports, which have SPEND_IN_MICRO_DOLLAR"),
        (P, {"CAMPAIGN_ID": "1", "DATE": "2026-11-01"},
         "the row has no metric that is read: PAID_IMPRESSION, CLICKTHROUGH_1, SPEND_IN_MICRO_DOLLAR"),
        (G, google_row() | {"metrics": {}},
         "the row has no metric that is read: metrics.impressions, metrics.clicks, metrics.costMicros"),
        (M, {"campaign_id": "1", "date_start": "2026-11-01", "date_stop": "2026-11-01", "reach": "4"},
         "the row has no metric that is read: impressions, inline_link_clicks, spend"),
        (M, json.loads(json.dumps(meta_row())) | {"adset_name": "x"},
         "the row is of ad group x, not of the whole campaign"),
        (G, google_row() | {"adGroup": {"resourceName": "customers/111/adGroups/5"}},
         "the row is of ad group 5, not of the whole campaign"),
    ],
)  # fmt: skip
def test_a_metric_under_another_name_is_named_and_never_zero(platform: Platform, row: JsonRow, reason: str) -> None:
    assert normalized(platform, row) == ([], [reason])


def test_metrics_that_are_null_are_zero() -> None:
    row = {"CAMPAIGN_ID": "1", "DATE": "2026-11-01", "SPEND_IN_MICRO_DOLLAR": None}
    ((found,), reasons) = normalized(P, row)
    assert (found[READ.index("spend")], reasons) == ("0.000000", [])


def test_a_key_that_stands_twice_is_never_chosen_from() -> None:
    text = json.dumps(meta_row()).replace('"spend"', '"spend": "99", "spend"')
    rows, rejects = normalize_documents(M, text)
    assert (rows, [reject["reason"] for reject in rejects]) == ([], ["the same key stands twice"])


PARTS: dict[Platform, list[tuple[JsonRow, str]]] = {
    G: [
        ({"segments": {"date": "2026-11-01", "conversionLagBucket": "LESS_THAN_ONE_DAY"}}, "conversionLagBucket"),
        ({"segments": {"date": "2026-11-01", "of_next_year": "x"}}, "of_next_year"),
        ({"segments": {"date": "2026-11-01", "hour": 0}}, "hour"),
        ({"keywordView": {"resourceName": "customers/111/keywordViews/1~2"}}, "keywordView"),
        ({"segments.device": "MOBILE"}, "segments.device"),
        ({"ad_network_type": "SEARCH"}, "ad_network_type"),
    ],
    M: [({"frequency_value": "2"}, "frequency_value"), ({"ad_id": "5"}, "ad_id")],
    P: [({"HOUR": 13}, "HOUR"), ({"PIN_PROMOTION_ID": "6"}, "PIN_PROMOTION_ID")],
}


@pytest.mark.parametrize("platform", list(Platform))
def test_a_part_by_any_key_of_the_platform_is_named(platform: Platform) -> None:
    rows, reasons = normalized(platform, *(ROWS[platform]() | part for part, _ in PARTS[platform]))
    named = sorted(f"the row is a part of the campaign's day (by {name})" for _, name in PARTS[platform])
    assert (rows, reasons) == ([], named)


def test_rows_of_one_day_that_differ_by_an_unknown_key_are_parts_and_others_are_not() -> None:
    parts = [meta_row(spend="1.00", split="a", tag="x"), meta_row(spend="2.00", split="b", tag="x")]
    reason = "the row is a part of the campaign's day (by split)"
    other = meta_row(campaign_id="5", split="c")
    rows, reasons = normalized(M, *parts, other)
    assert ([row[1] for row in rows], reasons) == (["5"], [reason, reason])
    rows, reasons = normalized(M, meta_row(spend="1.00"), meta_row(spend="2.00", split="b"))
    assert (rows, reasons) == ([], [reason, reason])
    rows, reasons = normalized(M, meta_row(spend="1.00", tag="x"), meta_row(spend="2.00", tag="x"))
    assert ([row[7] for row in rows], len(reasons)) == (["2.000000"], 1)


@pytest.mark.parametrize("platform", list(Platform))
def test_what_is_unknown_and_stands_alone_costs_no_row(platform: Platform) -> None:
    rows, reasons = normalized(platform, ROWS[platform]() | {"label": "x", "note": {"a": 1}, "rank": 3})
    assert (len(rows), reasons) == (1, [])


IDS = {
    "700": "700", '"700"': "700", "700.0": "700", '" 700 "': "700", '"700.00"': "700", "1e3": "1000",
    '"626736533506262675"': "626736533506262675", "626736533506262675": "626736533506262675",
    "true": None, '"1e3"': None, '"abc"': None, "1.5": None, "-7": None, '""': None, '"  "': None, "{}": None,
    "[7]": None, "626736533506262675.0": None, '"626736533506262675.0"': None,
}  # fmt: skip


def test_an_id_is_digits_or_its_row_is_put_aside() -> None:
    rows = [json.dumps(pinterest_row(CAMPAIGN_ID="<id>", DATE=f"2026-11-{day:02}")) for day in range(1, len(IDS) + 1)]
    text = "\n".join(row.replace('"<id>"', id_) for row, id_ in zip(rows, IDS, strict=True))
    found, rejects = normalize_documents(P, text, currency="EUR")
    read = {str(row["date"]): row["campaign_id"] for row in found}
    assert [read.get(f"2026-11-{day:02}") for day in range(1, len(IDS) + 1)] == list(IDS.values())
    assert all(reject["reason"].startswith("campaign id is ") for reject in rejects)
    assert len(found) + len(rejects) == len(IDS)


def test_an_account_that_is_no_id_is_named() -> None:
    assert normalized(M, meta_row(account_id="mine")) == ([], ["account id is not digits: mine"])
