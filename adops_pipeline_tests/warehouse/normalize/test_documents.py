"""What a platform's API answered, in whatever envelope, becomes the same unified rows as in the pipeline."""

import json
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest.mock import Mock

import duckdb
import pytest

from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize import documents
from adops_pipeline.warehouse.normalize.documents import DocumentError, normalize_documents
from adops_pipeline.warehouse.schema import ddl
from adops_pipeline_tests.warehouse.normalize.wire import google_row, meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
SECOND_DAY = {"segments": {"date": "2026-11-02"}}
GOOGLE = [google_row() | SECOND_DAY, google_row()]
META = [meta_row(), meta_row(campaign_id="1")]
PINTEREST = [pinterest_row(), pinterest_row(CAMPAIGN_ID=99)]


def pretty(value: object) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)


def lines(rows: Sequence[object]) -> str:
    return "\n".join(json.dumps(row) for row in rows)


FORMS = [
    (
        G,
        "search stream",
        pretty([{"results": GOOGLE[:1], "requestId": "a"}, {"results": GOOGLE[1:]}, {"fieldMask": "x"}]),
    ),
    (G, "search object", pretty({"results": GOOGLE, "fieldMask": "campaign.id", "nextPageToken": "t"})),
    (G, "array of rows", json.dumps(GOOGLE)),
    (G, "rows by line", lines(GOOGLE) + "\n\n"),
    (G, "chunks by line", lines([{"results": GOOGLE[:1]}, {"results": GOOGLE[1:]}])),
    (M, "insights page", pretty({"data": META, "paging": {"cursors": {"before": "M", "after": "N"}}})),
    (M, "array of rows", json.dumps(META)),
    (M, "pages by line", lines([{"data": META[:1]}, {"data": META[1:], "paging": {}}])),
    (P, "analytics array", pretty(PINTEREST)),
    (P, "async report", pretty({"626736533506": PINTEREST[:1], "99": PINTEREST[1:]})),
    (P, "rows by line", lines(PINTEREST).replace("\n", "\r\n")),
]


@pytest.mark.parametrize(("platform", "form", "text"), FORMS)
def test_every_envelope_gives_the_same_rows(platform: Platform, form: str, text: str) -> None:
    rows, rejects = normalize_documents(platform, text, account_id="111", currency="EUR")
    assert rejects == [], form
    keys = [(row["campaign_id"], row["date"]) for row in rows]
    expected = {
        G: [("700001", "2026-11-01"), ("700001", "2026-11-02")],
        M: [("1", "2026-11-01"), ("23854404676180548", "2026-11-01")],
        P: [("626736533506", "2026-11-01"), ("99", "2026-11-01")],
    }
    assert keys == expected[platform]
    assert {row["account_id"] for row in rows} == {"111"}


@pytest.mark.parametrize(("platform", "row"), [(G, google_row()), (M, meta_row()), (P, pinterest_row())])
def test_a_single_bare_row_is_a_document(platform: Platform, row: dict[str, object]) -> None:
    rows, rejects = normalize_documents(platform, pretty(row), currency="EUR")
    assert (len(rows), rejects) == (1, [])


def test_columns_are_those_of_analytics_metrics_and_money_is_decimal_text() -> None:
    ((row,), _) = normalize_documents(P, pretty(PINTEREST[:1]), account_id="5", currency="jpy")
    assert list(row) == list(TABLES["analytics_metrics"].column_names)
    assert (row["spend"], row["revenue"], row["currency"]) == ("30.000000", "150.000000", "JPY")
    assert (row["impressions"], row["conversions"], row["ctr"]) == (1200, 3.0, 216 / 1200)
    assert row["platform_metrics"] == {
        "impressions_paid": 1200, "impressions_earned": 300, "clicks_paid": 216, "clicks_earned": 20,
        "outbound_clicks_paid": 100,
    }  # fmt: skip
    json.dumps(row, allow_nan=False)


def test_pretty_printed_numbers_keep_every_digit() -> None:
    text = pretty([google_row()]).replace("120.25", "123456789012.123456")
    ((row,), _) = normalize_documents(G, text)
    assert Decimal(str(row["revenue"])) == Decimal("123456789012.123456")


def test_the_account_is_taken_from_the_row_where_none_is_given() -> None:
    bare = {key: value for key, value in google_row().items() if key != "customer"}
    ((row,), rejects) = normalize_documents(G, json.dumps(bare), currency="EUR")
    assert (row["account_id"], rejects) == ("111", [])
    ((row,), rejects) = normalize_documents(P, json.dumps(pinterest_row()), currency="EUR")
    assert (row["account_id"], rejects) == (None, [])


def test_rows_that_cannot_be_normalized_come_back_with_reason_and_text() -> None:
    text = lines([pinterest_row(), pinterest_row(DATE=None)]) + "\n{broken\n"
    rows, rejects = normalize_documents(P, text, currency="EUR")
    assert len(rows) == 1
    assert [reject["reason"] for reject in rejects] == ["date is missing", "the row is not JSON"]
    assert rejects[1]["raw"] == "{broken"
    assert json.loads(rejects[0]["raw"])["CAMPAIGN_ID"] == "626736533506"


def test_without_a_currency_no_row_is_taken() -> None:
    rows, rejects = normalize_documents(P, pretty(PINTEREST))
    assert rows == []
    assert {reject["reason"] for reject in rejects} == {"currency is unknown"}


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (G, "[]"),
        (G, '[{"fieldMask":"a","requestId":"b"}]'),
        (M, '{"data":[]}'),
        (M, ""),
        (M, " \n"),
        (P, "[]"),
        (P, "{}"),
    ],
)
def test_an_empty_answer_is_no_rows(platform: Platform, text: str) -> None:
    assert normalize_documents(platform, text) == ([], [])


@pytest.mark.parametrize("text", ["<!DOCTYPE html>\n<html>", "campaign,spend\n1,2", '{"data": [{"campaign_id"'])
def test_a_file_that_is_not_json_is_one_clear_error(text: str) -> None:
    with pytest.raises(DocumentError, match="not JSON"):
        normalize_documents(M, text)


@pytest.mark.parametrize(
    ("platform", "text"),
    [
        (G, '[{"error":{"code":401,"message":"Request had invalid authentication credentials."}}]'),
        (M, '{"error":{"message":"expired","code":190}}'),
        (P, '{"code":2,"message":"Authentication failed."}'),
    ],
)
def test_an_error_answer_is_named_as_such(platform: Platform, text: str) -> None:
    with pytest.raises(DocumentError, match="error response"):
        normalize_documents(platform, text)


def test_documents_at_the_same_time_do_not_mix() -> None:
    def campaign(number: int) -> object:
        ((row,), _) = normalize_documents(P, pretty([pinterest_row(CAMPAIGN_ID=number)]), currency="EUR")
        return row["campaign_id"]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(campaign, range(1, 9))) == [str(number) for number in range(1, 9)]


def test_a_database_that_failed_is_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_given: object) -> None:
        raise duckdb.FatalException("the database has been invalidated")

    normalize_documents(P, pretty(PINTEREST), currency="EUR")
    with monkeypatch.context() as patched:
        patched.setattr(documents, "stage", fail)
        with pytest.raises(duckdb.FatalException):
            normalize_documents(P, pretty(PINTEREST), currency="EUR")
    created = Mock(wraps=ddl)
    monkeypatch.setattr(documents, "ddl", created)
    rows, _ = normalize_documents(P, pretty(PINTEREST), currency="EUR")
    assert len(rows) == len(PINTEREST)
    assert created.called
