"""What Dagster says of events that it could not store is left out on the terminal; everything else is there."""

import sys

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
