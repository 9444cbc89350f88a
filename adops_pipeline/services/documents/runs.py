"""JSON document of a run's summary."""

import dataclasses
from collections.abc import Mapping
from datetime import date
from typing import Any

from adops_pipeline.services.run_outcome import RunOutcome


def summary_document(outcome: RunOutcome, exit_code: int) -> dict[str, Any]:
    """The summary of a run; amounts are decimal strings in the currency of their row."""
    seconds = outcome.journal.seconds
    return {
        "as_of": outcome.as_of.isoformat(),
        "succeeded": outcome.succeeded,
        "exit_code": exit_code,
        "error": outcome.error,
        "stopped_by": outcome.stopped_by,
        "seconds": round(outcome.seconds, 2),
        "snapshot": outcome.snapshot,
        "notes": outcome.notes,
        "platforms": [
            {
                **dataclasses.asdict(row),
                "spend": str(row.spend),
                "revenue": str(row.revenue),
                "seconds": seconds.get(row.platform, 0.0),
            }
            for row in outcome.rows
        ],
        "headlines": {
            headline.concept: {"sentence": headline.sentence, "figures": [_json_row(row) for row in headline.figures]}
            for headline in outcome.headlines
        },
        "alerts": None if outcome.alerts is None else dataclasses.asdict(outcome.alerts),
        "not_recorded": outcome.unrecorded,
        "rejects": outcome.journal.rejects,
        "failed_accounts": [
            {"platform": f.platform, "account_id": f.account_id, "reason": f.reason} for f in outcome.journal.failures
        ],
        "failed_checks": [dataclasses.asdict(check) for check in outcome.failed_checks],
    }


def _json_row(row: Mapping[str, object]) -> dict[str, object]:
    """The row with dates as ISO text."""
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
