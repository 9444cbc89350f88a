"""Keys of rows against the platforms' own lists: which divide a day, and which do not."""

import json
from pathlib import Path

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.keys import METRICS, PARTS, aliases, all_known, plain, snake

SPECS = Path(__file__).resolve().parents[3].parent / "shared" / "platforms" / "specs"
G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST


def google_fields(resource: str) -> list[str]:
    spec = json.loads((SPECS / "google_ads_v26_fields.json").read_bytes())
    return [field["json"] for field in spec["resources"][resource]["fields"].values()]


def meta_breakdowns() -> list[str]:
    enums = {one["name"]: one["values"] for one in json.loads((SPECS / "meta" / "enum_types.json").read_bytes())}
    return list(enums["adaccountinsights_breakdowns_enum_param"])


def meta_fields() -> list[str]:
    return [field["name"] for field in json.loads((SPECS / "meta" / "AdsInsights.json").read_bytes())["fields"]]


def pinterest_columns() -> list[str]:
    lists = json.loads((SPECS / "pinterest_reporting_columns.json").read_bytes())
    versions = [value for name, value in lists.items() if name != "license"]
    return sorted({column for version in versions for columns in version.values() for column in columns})


def test_every_segment_of_google_but_those_of_the_day_is_a_part() -> None:
    segments = google_fields("segments")
    days = {"date", "week", "month", "quarter", "year", "dayOfWeek", "monthOfYear"}
    taken = {name for name in segments if all_known(G, ["campaign", "segments"], [name], ["clicks"])}
    assert taken == days
    assert {name for name in segments if plain(name) not in PARTS[G]} == days | {"campaign"}


def test_every_breakdown_of_meta_is_a_part_and_no_field_of_a_campaign_is() -> None:
    assert [name for name in meta_breakdowns() if plain(name) not in PARTS[M]] == []
    finer = {
        "ad_id", "ad_name", "creative_media_type", "place_page_name", "product_group_retailer_id",
        "product_retailer_id",
    }  # fmt: skip
    assert {name for name in meta_fields() if not all_known(M, [name], None, None)} == finer


def test_columns_of_pinterest_divide_a_day_by_ads_products_and_targeting_alone() -> None:
    aside = {name for name in pinterest_columns() if not all_known(P, [name], None, None)}
    assert aside - {"SPEND_IN_DOLLAR", "SPEND_ORDER_LINE_ID"} == {
        name
        for name in pinterest_columns()
        if name.startswith(("AD_ID", "AD_NAME", "AD_STATUS", "PIN_", "PRODUCT_", "PROMO_", "STANDARD_AD_FEED"))
    }


def test_metrics_have_the_names_of_the_platforms_lists_and_their_aliases_have_not() -> None:
    lists = {G: google_fields("metrics"), M: meta_fields(), P: pinterest_columns()}
    for platform, names in lists.items():
        for metric, read in METRICS[platform].items():
            assert set(read) <= set(names)
            wrong = set(aliases(platform, metric)) - {plain(name) for name in read}
            assert wrong & {plain(name) for name in names} == set()


@pytest.mark.parametrize(
    ("platform", "keys"),
    [(G, ["campaign", "campaign"]), (M, ["spend", "spend"]), (M, ["Spend"]), (P, ["spend_in_micro_dollar"]),
     (G, ["adGroupAd"]), (G, ["ad_group"]), (M, ["of_my_own"]), (P, ["HOUR"])],
)  # fmt: skip
def test_what_is_unknown_or_stands_twice_is_looked_at(platform: Platform, keys: list[str]) -> None:
    assert not all_known(platform, keys, None, None)


def test_names_of_google_in_the_spelling_of_its_clients() -> None:
    assert [snake(name) for name in ("costMicros", "id", "conversionsValue")] == [
        "cost_micros", "id", "conversions_value",
    ]  # fmt: skip
