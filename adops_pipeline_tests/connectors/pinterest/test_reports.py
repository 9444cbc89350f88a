"""How daily reports are cut and asked for."""

from datetime import date, timedelta

import pytest

from adops_pipeline.connectors.pinterest import reports
from adops_pipeline.connectors.splitting import Part
from adops_pipeline.domain.vocabulary import DateRange, Report

TODAY = date(2026, 11, 23)


def test_an_asynchronous_report_spans_at_most_186_days_and_all_days_are_covered() -> None:
    dates = DateRange(TODAY - timedelta(days=900), TODAY)
    asked = [reports.async_request(reports.KINDS[Report.CAMPAIGN_DAILY], part) for part in reports.async_parts(dates)]
    parts = [DateRange(date.fromisoformat(str(a["start_date"])), date.fromisoformat(str(a["end_date"]))) for a in asked]
    assert [day for part in parts for day in part] == list(dates)
    assert max(part.days for part in parts) == 186


@pytest.mark.parametrize("report", list(reports.KINDS))
def test_a_request_names_six_statuses_and_those_are_all_that_deliver(report: Report) -> None:
    kind = reports.KINDS[report]
    body = reports.async_request(kind, Part(DateRange(TODAY, TODAY)))
    for name in kind.status_filters:
        statuses = body[name]
        assert isinstance(statuses, list)
        assert len(statuses) == 6
        assert not {"DRAFT", "DELETED_DRAFT"} & set(statuses)


def test_a_sync_query_repeats_ids_and_joins_columns() -> None:
    kind = reports.KINDS[Report.CAMPAIGN_DAILY]
    ids = [str(n) for n in range(1, 452)]
    parts = reports.sync_parts(ids, DateRange(TODAY - timedelta(days=89), TODAY))
    asked = [reports.sync_request(kind, part) for part in parts]
    sent = [[value for name, value in params if name == "campaign_ids"] for params in asked]
    assert [len(part) for part in sent] == [200, 200, 51]
    assert [i for part in sent for i in part] == ids
    assert all([name for name, _ in params].count("columns") == 1 for params in asked)


def test_a_query_of_the_longest_ids_stays_under_eight_kilobytes() -> None:
    kind = reports.KINDS[Report.AD_GROUP_DAILY]
    (part,) = reports.sync_parts(["9" * 18] * reports.IDS_PER_REQUEST, DateRange(TODAY, TODAY))
    params = reports.sync_request(kind, part)
    assert len("&".join(f"{name}={value}" for name, value in params)) < 8 * 1024


def test_no_ids_no_queries() -> None:
    assert reports.sync_parts([], DateRange(TODAY, TODAY)) == []


def test_reach_keeps_a_day_in_hand_for_midnight() -> None:
    assert reports.is_within_sync_reach(DateRange(TODAY - timedelta(days=89), TODAY), TODAY)
    assert not reports.is_within_sync_reach(DateRange(TODAY - timedelta(days=90), TODAY), TODAY)
    assert reports.earliest_day(TODAY) == TODAY - timedelta(days=913)
