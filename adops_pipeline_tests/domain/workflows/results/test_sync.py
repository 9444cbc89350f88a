"""What a sync says at its end."""

from typing import Any

import polars as pl

from adops_pipeline.domain.failures import AccountFailure
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.domain.workflows.parameters import SyncParameters
from adops_pipeline.domain.workflows.results import WorkflowResult, review_sync
from adops_pipeline_tests.domain.workflows.results.frames import END

_PULL = {
    "platform": "google-ads", "account_id": "1", "report": "campaign_daily", "range_end": END, "rows": 600,
    "state": "applied", "error": None,
}  # fmt: skip


def _told(
    pulls: list[dict[str, Any]],
    rejects: list[dict[str, Any]] | None = None,
    failures: tuple[AccountFailure, ...] = (),
    **raw: Any,
) -> WorkflowResult:
    aside = [{"platform": "google-ads", "account_id": "1", "report": "campaign_daily", **row} for row in rejects or []]
    return review_sync(pl.DataFrame(pulls), pl.DataFrame(aside), failures, SyncParameters.model_validate(raw))


def test_a_clean_sync_says_how_much_came_from_where() -> None:
    result = _told(
        [_PULL, {**_PULL, "report": "campaigns", "rows": 66}, {**_PULL, "platform": "pinterest", "rows": 1000}]
    )
    assert result.summary == "Pulled 1,666 rows of 2 accounts on 2 platforms; nothing failed."
    assert [str(check) for check in result.checked] == ["2 accounts through 2026-11-23", "3 pulls"]
    assert result.done == ("1,666 rows landed in 3 files.",)
    assert result.tables[0].rows == (("google-ads", 1, 2, 666), ("pinterest", 1, 1, 1000))
    assert result.found == ()


def test_failures_are_told_each_once_and_lost_access_is_critical() -> None:
    lost = AccountFailure(Platform.META_ADS, "2", "the token has expired.", is_auth=True)
    result = _told([_PULL], None, (AccountFailure(Platform.GOOGLE_ADS, "3", "quota used up"), lost, lost))
    assert result.summary == "Pulled 600 rows of 1 account on 1 platform; 2 accounts failed."
    assert [(f.kind, f.severity, str(f.subject), f.sentence) for f in result.found] == [
        (
            "account-sync-failed", "critical", "2 (meta-ads)",
            "Account 2 could not be synced: the token has expired. Renew its credentials.",
        ),
        (
            "account-sync-failed", "warning", "3 (google-ads)",
            "Account 3 could not be synced: quota used up. The next sync tries again.",
        ),
    ]  # fmt: skip


def test_a_platform_that_failed_as_a_whole_comes_first() -> None:
    result = _told(
        [],
        None,
        (AccountFailure(Platform.META_ADS, "2", "x", is_auth=True), AccountFailure(Platform.PINTEREST, "*", "down")),
    )
    assert result.found[0].sentence == "pinterest could not be synced: down. The next sync tries again."
    assert str(result.found[0].subject) == "pinterest"


def test_damaged_files_and_rejected_rows_are_named_by_reason() -> None:
    damaged = {**_PULL, "state": "damaged", "error": "checksum differs"}
    result = _told([_PULL, damaged], [{"reason": "no date"}, {"reason": "no date"}, {"reason": "negative spend"}])
    assert result.summary.endswith("; 3 rows rejected.")
    assert [f.sentence for f in result.found] == [
        "A file of campaign_daily is damaged: checksum differs; what the day had before stays.",
        "1 row rejected: negative spend.",
        "2 rows rejected: no date.",
    ]


def test_rejected_rows_are_as_severe_as_in_the_alert_about_them() -> None:
    few, many = [{"reason": "no date"}] * 9, [{"reason": "no date"}] * 10
    assert [f.severity for f in _told([_PULL], few).found] == ["info"]
    assert [(f.kind, f.severity) for f in _told([_PULL], many).found] == [("rows-rejected", "warning")]
    assert [f.severity for f in _told([{**_PULL, "rows": 1001}], many).found] == ["info"]


def test_only_the_platforms_asked_for_count() -> None:
    result = _told([_PULL, {**_PULL, "platform": "pinterest"}], [{"reason": "x"}], (), platforms=["pinterest"])
    assert result.summary == "Pulled 600 rows of 1 account on 1 platform; nothing failed."


def test_nothing_to_pull_gives_a_clear_result() -> None:
    assert _told([]).summary == "Nothing was pulled: no account has days that may still change."
