"""Stored documents: what earlier releases wrote is read, what is written is read back, and damage is named."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.state import (
    Acknowledgement,
    AlertRecord,
    GroupRecord,
    LastNotified,
    alert_document,
    alert_record,
    group_document,
    group_record,
)
from adops_pipeline.domain.documents import from_document, to_document
from adops_pipeline.domain.executions import StageProgress, StepProgress, read_stage, stage_document
from adops_pipeline.domain.messages import Message, MessageField, MessageItem, stored_message
from adops_pipeline.domain.severity import Severity

AT = datetime(2026, 11, 24, 6, 30, 0, 250_000, tzinfo=UTC)
ALERT = Alert(
    "overpacing", "pacing", Severity.WARNING,
    {"platform": "meta-ads", "campaign_id": "A", "campaign_name": 'Über "Sale"'},
    "A spent EUR 120.00 of EUR 100.00", AT,
    {"ratio": 1.2, "days": 3, "is_shared": False, "target": None, "currency": "EUR"}, "/pacing?campaign=A",
)  # fmt: skip
RECORD = AlertRecord(
    ALERT, AT, AT + timedelta(minutes=5), AT + timedelta(hours=1), None, Acknowledgement("jo", AT, Severity.WARNING)
)
GROUP = GroupRecord(
    "team", "warning", (("alertname", "overpacing"), ("platform", "meta-ads")), AT, 4,
    {RECORD.fingerprint: LastNotified(Severity.WARNING, AT)},
)  # fmt: skip
MESSAGE = Message(
    "Brand over pace", Severity.CRITICAL, "Sum", "k1", AT, (MessageField("Pacing", "131 %"),),
    (MessageItem("x", "https://a.example/1"), MessageItem("y")), "Foot", "https://a.example/",
)  # fmt: skip
RESOLVED = Message("Over", Severity.INFO, "", "k2", AT, is_resolved=True)
STAGE = StageProgress(
    "pull", "Pull", {"a": StepProgress(AT, "failed", AT + timedelta(seconds=2), "quota"), "b": StepProgress()}
)

STORED = json.loads(Path(__file__).with_name("stored_documents.json").read_text())
"""Rows as the first release stored them."""


def test_documents_of_earlier_releases_are_read() -> None:
    assert alert_record(STORED["alert"]) == RECORD
    assert group_record(STORED["group"]) == GROUP
    assert stored_message(STORED["message"]) == MESSAGE
    assert stored_message(STORED["resolved_message"]) == RESOLVED
    assert read_stage(STORED["stage"]) == STAGE


def test_what_is_written_as_json_is_read_back() -> None:
    assert alert_record(json.loads(json.dumps(alert_document(RECORD)))) == RECORD
    assert group_record(json.loads(json.dumps(group_document(GROUP)))) == GROUP
    for message in (MESSAGE, RESOLVED):
        assert stored_message(json.loads(json.dumps(to_document(message)))) == message
    assert read_stage(json.loads(json.dumps(stage_document(STAGE)))) == STAGE


def test_rows_keep_the_keys_that_other_readers_use() -> None:
    assert alert_document(RECORD)["fingerprint"] == RECORD.fingerprint
    assert group_document(GROUP)["id"] == "team/warning/{alertname='overpacing', platform='meta-ads'}"
    stored, written = STORED["stage"], stage_document(STAGE)
    assert [written[name] for name in ("status", "seconds", "error")] == ["failed", None, "quota"]
    assert written.keys() == stored.keys()
    assert datetime.fromisoformat(written["started_at"]) == datetime.fromisoformat(stored["started_at"])


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"severity": "grave"}, "severity"),
        ({"starts_at": "yesterday"}, "starts_at"),
        ({"starts_at": "2026-11-24T06:30:00"}, "time zone"),
        ({"labels": {"campaign_id": 7}}, "labels"),
        ({"name": ""}, "an alert needs a name"),
    ],
)
def test_a_damaged_document_is_refused_with_the_place(change: dict[str, object], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        from_document(Alert, to_document(ALERT) | change)
