"""Documents that mislead: keys that stand twice, parts of a campaign, errors beside rows, rows beyond every bound."""

import json

import pytest

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.documents import DocumentError, normalize_documents

META = {
    "account_id": "1", "account_currency": "USD", "campaign_id": "7", "campaign_name": "x",
    "date_start": "2026-11-01", "date_stop": "2026-11-01", "impressions": "10", "spend": "14.35",
}  # fmt: skip
GOOGLE = {
    "customer": {"id": "1", "currencyCode": "EUR"},
    "campaign": {"id": "7", "name": "x"},
    "segments": {"date": "2026-11-01"},
    "metrics": {"costMicros": "6789000", "impressions": "5"},
}


def test_money_is_never_taken_from_another_object_with_the_same_key() -> None:
    shadowed = {"budget": {"spend": 999.5}, **META, "spend": "1e2"}
    rows, _ = normalize_documents(Platform.META_ADS, json.dumps(shadowed))
    assert rows[0]["spend"] == "100.000000"
    metrics = {"costMicros": 6789000.5, "conversionsValue": 120.2512345}
    row = {"x": {"costMicros": 1.0, "conversionsValue": 5.5}, **GOOGLE, "metrics": metrics}
    rows, _ = normalize_documents(Platform.GOOGLE_ADS, json.dumps(row))
    assert (rows[0]["spend"], rows[0]["revenue"]) == ("6.789001", "120.251235")


@pytest.mark.parametrize(
    ("platform", "row"),
    [
        (Platform.GOOGLE_ADS, {**GOOGLE, "adGroup": {"id": "3"}}),
        (Platform.META_ADS, {**META, "adset_id": "3"}),
        (Platform.PINTEREST, {"CAMPAIGN_ID": "7", "AD_GROUP_ID": "3", "DATE": "2026-11-01"}),
    ],
)
def test_a_part_of_a_campaign_is_not_taken_for_the_whole(platform: Platform, row: dict[str, object]) -> None:
    rows, rejects = normalize_documents(platform, json.dumps(row), account_id="1", currency="EUR")
    assert rows == []
    assert "the row is of ad group 3, not of the whole campaign" in rejects[0]["reason"]


def test_an_error_beside_good_rows_is_put_aside_and_the_rows_are_kept() -> None:
    error = {"error": {"message": "Please reduce the amount of data", "code": 1}}
    for text in (
        json.dumps({"data": [META], **error}),
        json.dumps([{"data": [META]}, error]),
        "\n".join((json.dumps({"data": [META]}), json.dumps(error))),
    ):
        rows, rejects = normalize_documents(Platform.META_ADS, text)
        assert [row["spend"] for row in rows] == ["14.350000"]
        assert "reduce the amount of data" in rejects[0]["raw"]


def test_a_document_that_is_only_an_error_says_so() -> None:
    with pytest.raises(DocumentError, match="error response"):
        normalize_documents(Platform.META_ADS, '{"error":{"message":"no","code":190}}')


def test_a_row_longer_than_the_reader_takes_is_a_reject_and_loses_no_other() -> None:
    long = {**META, "campaign_id": "8", "campaign_name": "n" * 17_000_000}
    rows, rejects = normalize_documents(Platform.META_ADS, json.dumps([META, long]))
    assert [row["campaign_id"] for row in rows] == ["7"]
    assert rejects == [{"reason": "the row is longer than 16 MB", "raw": json.dumps(long)[:1000]}]


@pytest.mark.parametrize("as_lines", [True, False])
def test_half_a_character_in_a_name_costs_no_row(as_lines: bool) -> None:
    named = [
        {**META, "campaign_id": str(number), "campaign_name": name} for number, name in enumerate(["x", "y \ud83d"])
    ]
    text = "\n".join(map(json.dumps, named)) if as_lines else json.dumps({"data": named}, indent=1)
    rows, rejects = normalize_documents(Platform.META_ADS, text)
    assert [(row["campaign_name"], row["spend"]) for row in rows] == [("x", "14.350000"), ("y \ufffd", "14.350000")]
    assert rejects == []


def test_endless_nesting_is_refused_in_words() -> None:
    with pytest.raises(DocumentError, match="nested too deeply"):
        normalize_documents(Platform.META_ADS, "[" * 3000 + "]" * 3000)


def test_a_line_that_is_nested_too_deeply_costs_no_other() -> None:
    deep = json.dumps({**META, "campaign_id": "8"})[:-1] + ', "x": ' + "[" * 20_000 + "]" * 20_000 + "}"
    rows, rejects = normalize_documents(Platform.META_ADS, f"{json.dumps(META)}\n{deep}\n")
    assert ([row["campaign_id"] for row in rows], rejects) == (["7", "8"], [])


@pytest.mark.parametrize("owner", ["segments", "metrics"])
def test_a_key_that_stands_twice_in_an_object_rejects_its_row_alone(owner: str) -> None:
    twice = json.dumps(GOOGLE).replace(f'"{owner}": {{', f'"{owner}": {{"date": "2026-11-02", "date": "x", ')
    rows, rejects = normalize_documents(Platform.GOOGLE_ADS, "\n".join((twice, json.dumps(GOOGLE), twice)))
    assert [row["spend"] for row in rows] == ["6.789000"]
    assert {reject["reason"].split(";")[0] for reject in rejects} == {"the same key stands twice"}


def test_a_row_that_is_a_long_text_of_emoji_is_a_reject() -> None:
    rows, rejects = normalize_documents(Platform.META_ADS, json.dumps([META, "\N{ROCKET}" * 50], ensure_ascii=False))
    assert [row["campaign_id"] for row in rows] == ["7"]
    assert [reject["reason"] for reject in rejects] == ["the row is not a JSON object"]
