"""Recognises what a file holds before it is read as a platform's answer: packed answers are unpacked, within a bound;
workbooks, tables and pages are named, with what to give instead.

Nothing of a file is written to disk or executed.
"""

import csv
import io
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO

import zstandard

from adops_pipeline.domain.vocabulary import Platform

_PORTION = 1 << 20
_ANSWERS = {
    Platform.GOOGLE_ADS: "the JSON of a search or searchStream response",
    Platform.META_ADS: "the JSON of an insights response with time_increment=1",
    Platform.PINTEREST: "the JSON of an analytics response, or of a report with report_format JSON",
}
_FOREIGN = (
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (xls)"),
    (b"%PDF", "a PDF document"),
    (b"PAR1", "a Parquet file"),
    (b"SQLite format 3\x00", "an SQLite database"),
    (b"7z\xbc\xaf", "a 7z archive"),
    (b"Rar!", "a RAR archive"),
    (b"BZh", "a bzip2 file"),
    (b"\xfd7zXZ", "an xz file"),
    (b"\x89PNG", "a picture"),
)
_BYTE_ORDER_MARKS = (
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_UNPACKING = (zlib.error, EOFError, OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError, zstandard.ZstdError)
_FEWEST_TABLE_LINES = 2
_COUNTED_LINES = 50


class DocumentError(ValueError):
    """The document is not a platform's response for a daily report; the message says what it is."""


def texts_of(platform: Platform, data: bytes, most_bytes: int) -> list[str]:
    """The texts in a file: its own, or those of the files that are packed in it (gzip, zip, zstandard).

    ``most_bytes`` bounds what is unpacked. Raises `DocumentError` where the file is of another format, cannot be
    unpacked or is larger than that.
    """
    try:
        return [_text(platform, plain) for plain in _unpacked(platform, data, most_bytes)]
    except _UNPACKING as error:
        raise DocumentError(
            f"the file cannot be unpacked: {error}; it is damaged, or protected by a password"
        ) from None


def _unpacked(platform: Platform, data: bytes, most_bytes: int) -> Iterator[bytes]:
    if data.startswith(b"\x1f\x8b"):
        yield _gunzipped(data, most_bytes)
    elif data.startswith(b"\x28\xb5\x2f\xfd"):
        yield _bounded(zstandard.ZstdDecompressor().stream_reader(data), most_bytes)
    elif data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        yield from _members(platform, data, most_bytes)
    else:
        yield data


def _gunzipped(data: bytes, most_bytes: int) -> bytes:
    """The text of gzip, of which one file may hold several in a row."""
    found = bytearray()
    while data.startswith(b"\x1f\x8b"):
        unpack = zlib.decompressobj(zlib.MAX_WBITS | 16)
        found += unpack.decompress(data, most_bytes + 1 - len(found))
        _bound(len(found), most_bytes)
        if not unpack.eof:
            raise EOFError("it ends before its packed text does")
        data = unpack.unused_data
    return bytes(found)


def _members(platform: Platform, data: bytes, most_bytes: int) -> Iterator[bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/") and "__MACOSX" not in name]
        if any(name.startswith("xl/") for name in names):
            raise _instead(platform, "an Excel workbook (xlsx)")
        if not names:
            raise DocumentError("the zip archive is empty")
        left = most_bytes
        for name in names:
            with archive.open(name) as member:
                found = _bounded(member, left)
            left -= len(found)
            yield found


def _bounded(stream: IO[bytes] | zstandard.ZstdDecompressionReader, most_bytes: int) -> bytes:
    found = bytearray()
    while portion := stream.read(_PORTION):
        found += portion
        _bound(len(found), most_bytes)
    return bytes(found)


def _bound(size: int, most_bytes: int) -> None:
    if size > most_bytes:
        raise DocumentError(
            f"the file holds more than {most_bytes >> 20} MB unpacked; unpack it, or raise the setting limits.answer_mb"
        )


def _text(platform: Platform, data: bytes) -> str:
    """The text of a file that is JSON by its looks."""
    for beginning, what in _FOREIGN:
        if data.startswith(beginning):
            raise _instead(platform, what)
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if data.startswith(mark)), None) or _wide(data)
    try:
        text = data.decode(encoding or "utf-8-sig").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        if _is_table(data.decode("latin-1")):
            raise _instead(platform, "a table (CSV)") from None
        raise DocumentError(
            f"the file is not {(encoding or 'utf-8').upper()} text: {error.reason} at byte {error.start}"
        ) from None
    begins = text[:1000].lstrip().lower()
    if begins.startswith(("<!doctype html", "<html", "<head", "<?xml")):
        raise _instead(platform, "a page (HTML or XML)")
    if not begins.startswith(("{", "[")) and _is_table(text):
        raise _instead(
            platform, f"a table (CSV{', UTF-16' if encoding == 'utf-16' else ''}), as the web interface exports"
        )
    return text


def _wide(data: bytes) -> str | None:
    """The encoding of JSON in UTF-16 without a byte order mark: its first character is one of ASCII."""
    if len(data) > 1 and data[0] in b"{[ \n" and data[1] == 0:
        return "utf-16-le"
    if len(data) > 1 and data[0] == 0 and data[1] in b"{[ \n":
        return "utf-16-be"
    return None


def _is_table(text: str) -> bool:
    """Whether most lines have the same delimiter, if not the first ones: exports begin with a title and a period."""
    lines = [line for line in text[:100_000].splitlines() if line.strip()][:_COUNTED_LINES]
    if len(lines) < _FEWEST_TABLE_LINES:
        return False
    return any(sum(mark in line for line in lines) * 2 > len(lines) and _cells(lines[-1], mark) for mark in ",;\t")


def _cells(line: str, mark: str) -> bool:
    try:
        return len(next(csv.reader([line], delimiter=mark), [])) > 1
    except csv.Error:
        return False


def _instead(platform: Platform, what: str) -> DocumentError:
    return DocumentError(f"the file is not JSON but {what}; give {_ANSWERS[platform]}")
