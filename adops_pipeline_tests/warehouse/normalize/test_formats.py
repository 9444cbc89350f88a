"""What a file holds is recognised: packed answers are read, everything else is named with what to give instead."""

import gzip
import io
import json
import zipfile

import pytest
import zstandard

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize.documents import normalize_documents
from adops_pipeline.warehouse.normalize.envelopes import document_rows
from adops_pipeline.warehouse.normalize.formats import DocumentError, texts_of
from adops_pipeline_tests.warehouse.normalize.wire import meta_row, pinterest_row

G, M, P = Platform.GOOGLE_ADS, Platform.META_ADS, Platform.PINTEREST
MOST = 1 << 20
TEXT = json.dumps({"data": [meta_row(campaign_name="Übergrößen")]}, ensure_ascii=False)
UTF8 = TEXT.encode()


def named(value: object) -> str:
    """The id of a parameter: packed bytes differ from process to process."""
    return value if isinstance(value, str) else "file"


def zipped(**files: bytes) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return held.getvalue()


@pytest.mark.parametrize(
    ("form", "data"),
    [
        ("plain", UTF8),
        ("byte order mark", b"\xef\xbb\xbf" + UTF8),
        ("UTF-16", TEXT.encode("utf-16")),
        ("UTF-16 without a mark", TEXT.encode("utf-16-le")),
        ("UTF-16, big end first", TEXT.encode("utf-16-be")),
        ("UTF-32", TEXT.encode("utf-32")),
        ("gzip", gzip.compress(UTF8, mtime=0)),
        ("gzip in two parts", gzip.compress(UTF8[:50], mtime=0) + gzip.compress(UTF8[50:], mtime=0)),
        ("zip", zipped(answer=UTF8)),
        ("zip of a Mac", zipped(answer=UTF8, **{"__MACOSX/._answer": b"\x00\x05"})),
        ("zstandard", zstandard.compress(UTF8)),
        ("UTF-16 in gzip", gzip.compress(TEXT.encode("utf-16"), mtime=0)),
    ],
    ids=named,
)
def test_answers_are_read_in_every_wrapping(form: str, data: bytes) -> None:
    assert texts_of(M, data, MOST) == [TEXT], form


def test_every_file_of_an_archive_is_an_answer() -> None:
    rows = [json.dumps([pinterest_row(CAMPAIGN_ID=id_)], indent=2).encode() for id_ in ("1", "2")]
    found, rejects = normalize_documents(P, texts_of(P, zipped(a=rows[0], b=rows[1]), MOST), currency="EUR")
    assert ([row["campaign_id"] for row in found], rejects) == (["1", "2"], [])


EXPORT = (
    'Campaign report\n"November 1, 2026 - November 3, 2026"\nCampaign,Cost,Impr.\nBrand,"1,234.56","12,345"\nX,1,2\n'
)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (EXPORT.encode(), "a table (CSV)"),
        (EXPORT.encode("utf-16"), "a table (CSV, UTF-16)"),
        (b"\xef\xbb\xbf" + EXPORT.replace(",", ";").encode(), "a table (CSV)"),
        (EXPORT.replace("Brand", "Größe").encode("cp1252"), "a table (CSV)"),
        (gzip.compress(EXPORT.replace(",", "\t").encode("utf-16"), mtime=0), "a table (CSV, UTF-16)"),
        (zipped(export=EXPORT.encode()), "a table (CSV)"),
        (zipped(**{"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<workbook/>"}), "an Excel workbook (xlsx)"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(99), "an Excel workbook (xls)"),
        (b"%PDF-1.7", "a PDF document"),
        (b"PAR1\x15\x04", "a Parquet file"),
        (b"\n<!DOCTYPE html><html>", "a page (HTML or XML)"),
    ],
    ids=named,
)
def test_what_is_no_answer_is_named_with_what_to_give_instead(data: bytes, what: str) -> None:
    with pytest.raises(DocumentError) as refused:
        texts_of(G, data, MOST)
    assert str(refused.value).startswith(f"the file is not JSON but {what}")
    assert str(refused.value).endswith("; give the JSON of a search or searchStream response")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (gzip.compress(UTF8, mtime=0)[:-20], "cannot be unpacked: it ends before"),
        (gzip.compress(UTF8, mtime=0)[:12] + b"\xff" * 40, "cannot be unpacked"),
        (zipped(a=UTF8)[:-9], "cannot be unpacked"),
        (zstandard.compress(UTF8)[:-9] + b"\x00" * 9, "cannot be unpacked"),
        (zipped(), "the zip archive is empty"),
        (b'{"data": "\xe9"}', "is not UTF-8 text: invalid continuation byte at byte 10"),
    ],
    ids=named,
)
def test_what_is_damaged_is_one_clear_error(data: bytes, reason: str) -> None:
    with pytest.raises(DocumentError, match=reason):
        texts_of(M, data, MOST)


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress, lambda data: zipped(a=data, b=data)])
def test_what_a_packed_file_may_hold_is_bounded(pack: object) -> None:
    assert callable(pack)
    bomb = pack(bytes(3 * MOST))
    assert len(bomb) < 20_000
    with pytest.raises(
        DocumentError, match=r"more than 2 MB unpacked; unpack it, or raise the setting limits\.answer_mb"
    ):
        texts_of(M, bomb, 2 * MOST)


def test_no_number_is_named_with_its_row_and_field_within_a_list_too() -> None:
    rows = [meta_row(campaign_id=str(number)) for number in range(1, 4)]
    rows[0]["campaign_name"] = 'NaN: "Infinity"'
    text = json.dumps({"data": [rows[0], rows[1] | {"spend": float("nan")}, rows[2] | {"impressions": float("-inf")}]})
    found, rejects = normalize_documents(M, text)
    assert [(row["campaign_id"], row["campaign_name"]) for row in found] == [
        ("1", 'NaN: "Infinity"'),
        ("3", "Prospecting"),
    ]
    assert [reject["reason"] for reject in rejects] == [
        "impressions is not a number: -Infinity; the rest of the row is stored",
        "spend is not a number: NaN",
    ]


def test_rows_by_line_keep_what_is_no_number_as_it_came() -> None:
    good, bad = json.dumps(meta_row()), json.dumps(meta_row(spend=float("nan")))
    assert document_rows(M, f"{good}\n{bad}\n") == [good.encode(), bad.encode()]


@pytest.mark.parametrize("text", [f"{json.dumps(meta_row())}\n" * 2, "quota used up, try later"])
def test_rows_by_line_and_other_texts_are_not_taken_for_tables(text: str) -> None:
    assert texts_of(M, text.encode(), MOST) == [text]
