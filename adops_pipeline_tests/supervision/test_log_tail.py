"""The log of a part: the last lines of this start, and no growth without an end."""

from datetime import UTC, datetime
from pathlib import Path

from adops_pipeline.supervision.log_tail import LogTail

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def test_only_lines_of_this_start_are_shown_and_the_newest_of_them(tmp_path: Path) -> None:
    path = tmp_path / "part.log"
    LogTail.begin(path, NOON).add("of the start before")
    log = LogTail.begin(path, NOON)
    for number in range(30):
        log.add(f"line {number}")
    assert log.lines() == [f"line {number}" for number in range(22, 30)]
    assert path.read_text().count("--- started 2026-11-23 12:00:00 UTC ---") == 2


def test_a_log_beyond_its_cap_is_kept_once(tmp_path: Path) -> None:
    path, former = tmp_path / "part.log", tmp_path / "part.log.1"
    path.write_text("small")
    LogTail.begin(path, NOON, cap_bytes=10)
    assert path.read_text().startswith("small")
    for text in ("the first long log", "the second long log"):
        path.write_text(text)
        LogTail.begin(path, NOON, cap_bytes=10)
    assert path.read_text().startswith("---")
    assert former.read_text() == "the second long log"
