"""What Dagster says of events that it could not store is left out on the terminal; everything else is there."""

import sys
from collections.abc import Iterator

import pytest

from adops_pipeline.cli.quiet_stderr import without_complaints


def test_only_the_complaints_are_left_out(capsys: pytest.CaptureFixture[str]) -> None:
    with without_complaints():
        sys.stderr.write("Exception while writing logger call to event log: disk full\n(Background: x)\n")
        sys.stderr.write("Exception while storing event batch: disk full\n")
        sys.stderr.write("Falling back to storing multiple single-event storage requests...\n")
        sys.stderr.write("steps: 1/36\n")
        print("note", file=sys.stderr, flush=True)
        assert sys.stderr.isatty() is False
    sys.stderr.write("Exception while storing event batch: afterwards\n")
    assert capsys.readouterr().err == "steps: 1/36\nnote\nException while storing event batch: afterwards\n"


class _Unlucky:
    def __del__(self) -> None:
        raise OSError("not of a generator")


def _reports_its_failure() -> Iterator[int]:
    try:
        yield 1
    finally:
        raise OSError("disk full")


def test_what_a_generator_raises_when_it_is_closed_is_left_out_and_other_such_errors_are_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda given: told.append(str(given.exc_value)))
    with without_complaints():
        next(_reports_its_failure())
        _Unlucky()
    assert told == ["not of a generator"]
    next(_reports_its_failure())
    assert told == ["not of a generator", "disk full"]
