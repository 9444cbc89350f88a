"""Rows of every platform with some of their fields changed, and what became of them."""

from collections.abc import Mapping, Sequence

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline_tests.warehouse.normalize.conftest import NormalizeHarness
from adops_pipeline_tests.warehouse.normalize.wire import JsonRow, google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST


ROWS = {G: google_row, M: meta_row, P: pinterest_row}


WIRE_NAMES = {
    G: {
        "impressions": "impressions", "clicks": "clicks", "spend": "costMicros", "conversions": "conversions",
        "revenue": "conversionsValue",
    },
    M: {"impressions": "impressions", "clicks": "inline_link_clicks", "spend": "spend"},
    P: {
        "impressions": "PAID_IMPRESSION", "clicks": "CLICKTHROUGH_1", "spend": "SPEND_IN_MICRO_DOLLAR",
        "conversions": "TOTAL_CHECKOUT", "revenue": "TOTAL_CHECKOUT_VALUE_IN_MICRO_DOLLAR",
    },
}  # fmt: skip


def reasons(harness: NormalizeHarness) -> list[str]:
    return [str(reason) for (reason,) in harness.rows("SELECT reason FROM analytics_rejects ORDER BY reason")]


def metric(harness: NormalizeHarness, name: str) -> object:
    ((value,),) = harness.rows(f"SELECT {name} FROM analytics_metrics")
    return value


def variants(platform: Platform, changes: Sequence[Mapping[str, object]]) -> list[JsonRow]:
    """A row for each change of the platform's usual row, each of a campaign of its own: 1, 2, 3…"""
    rows: list[JsonRow] = []
    for number, change in enumerate(changes, 1):
        row = ROWS[platform](**change)
        if platform is G:
            row["campaign"] = row["campaign"] | {"id": str(number)}
        else:
            row["campaign_id" if platform is M else "CAMPAIGN_ID"] = str(number)
        rows.append(row)
    return rows


def stored(harness: NormalizeHarness, unified: Sequence[str]) -> list[object]:
    """The value of a column for campaign 1, 2, 3…: ``unified`` names each campaign's column."""
    found = harness.con.execute("SELECT * FROM analytics_metrics ORDER BY CAST(campaign_id AS BIGINT)").pl().to_dicts()
    assert [row["campaign_id"] for row in found] == [str(number) for number in range(1, len(unified) + 1)]
    return [row[name] for row, name in zip(found, unified, strict=True)]
