"""Asynchronous reports: several polls, a signed link, and the ways they end."""

from typing import Any

import httpx
import pytest

from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.sandbox.pinterest import ReportScript
from adops_pipeline_tests.sandbox.pinterest.conftest import NOW, Clock, Pinterest, days_back

GOOD = {
    "start_date": days_back(180).isoformat(),
    "end_date": days_back(1).isoformat(),
    "granularity": "DAY",
    "level": "CAMPAIGN",
    "columns": ["CAMPAIGN_ID", "SPEND_IN_MICRO_DOLLAR", "TOTAL_CHECKOUT", "TOTAL_INAPP_CHECKOUT"],
}


def poll(pinterest: Pinterest, token: str) -> Any:
    return pinterest.get("/reports", {"token": token}).json()


def finish(pinterest: Pinterest, **changed: Any) -> str:
    """Ask for a report and poll it to its link."""
    token = pinterest.report(**{**GOOD, **changed}).json()["token"]
    states = [poll(pinterest, token) for _ in range(3)]
    assert [s["report_status"] for s in states] == ["IN_PROGRESS", "IN_PROGRESS", "FINISHED"]
    assert states[0]["url"] is None
    url: str = states[2]["url"]
    return url


def download(pinterest: Pinterest, url: str) -> httpx.Response:
    del pinterest.http.headers["authorization"]
    answer = pinterest.http.get(url)
    pinterest.refresh()
    return answer


def test_a_finished_report_holds_the_markets_days_by_campaign(pinterest: Pinterest) -> None:
    content = download(pinterest, finish(pinterest)).json()
    days = pinterest.market.campaign_days(pinterest.account.account_id, days_back(180), days_back(1), NOW)
    expected = {(d.campaign_id, d.date.isoformat()): int(d.spend * 1_000_000) for d in days}
    rows = {(key, r["DATE"]): r.get("SPEND_IN_MICRO_DOLLAR", 0) for key, found in content.items() for r in found}
    assert rows == expected
    assert all(r["CAMPAIGN_ID"] == int(key) for key, found in content.items() for r in found)


def test_metrics_that_are_zero_are_not_in_the_file(pinterest: Pinterest) -> None:
    content = download(pinterest, finish(pinterest)).json()
    rows = [row for found in content.values() for row in found]
    assert any("TOTAL_CHECKOUT" not in row for row in rows)
    assert all(value for row in rows for value in row.values())


def test_status_filters_choose_the_campaigns(pinterest: Pinterest) -> None:
    content = download(pinterest, finish(pinterest, campaign_statuses=["PAUSED", "ARCHIVED"])).json()
    wanted = {c.campaign_id for c in pinterest.campaigns(CampaignStatus.PAUSED, CampaignStatus.REMOVED)}
    assert set(content) <= wanted
    assert content


def test_ad_groups_of_an_ended_campaign_are_found_by_the_campaigns_status(pinterest: Pinterest) -> None:
    columns = ["AD_GROUP_ID", "CAMPAIGN_ID", "SPEND_IN_MICRO_DOLLAR"]
    everything = download(pinterest, finish(pinterest, level="AD_GROUP", columns=columns)).json()
    ended = {c.campaign_id for c in pinterest.campaigns(CampaignStatus.ENDED)}
    expected = {key for key, rows in everything.items() if str(rows[0]["CAMPAIGN_ID"]) in ended}
    filtered = download(
        pinterest, finish(pinterest, level="AD_GROUP", columns=columns, campaign_statuses=["COMPLETED"])
    ).json()
    assert set(filtered) == expected
    assert expected


def test_a_report_shows_what_was_known_when_it_was_asked_for(pinterest: Pinterest, clock: Clock) -> None:
    url = finish(pinterest, start_date=days_back(5).isoformat(), end_date=days_back(0).isoformat())
    before = download(pinterest, url).content
    clock.advance(minutes=4)
    assert download(pinterest, url).content == before


def test_a_link_is_good_for_five_minutes_and_a_new_one_is_had_by_polling(pinterest: Pinterest, clock: Clock) -> None:
    token = pinterest.report(**GOOD).json()["token"]
    url = [poll(pinterest, token) for _ in range(3)][-1]["url"]
    clock.advance(minutes=5, seconds=1)
    expired = download(pinterest, url)
    assert expired.status_code == 403
    assert "Request has expired" in expired.text
    assert download(pinterest, poll(pinterest, token)["url"]).status_code == 200


def test_a_link_with_a_changed_signature_is_refused(pinterest: Pinterest) -> None:
    assert download(pinterest, finish(pinterest)[:-1] + "x").status_code == 403


def test_a_link_with_a_bearer_token_is_refused(pinterest: Pinterest) -> None:
    answer = pinterest.http.get(finish(pinterest))
    assert (answer.status_code, "Only one auth mechanism allowed" in answer.text) == (400, True)


def test_a_report_expires_after_an_hour(pinterest: Pinterest, clock: Clock) -> None:
    token = pinterest.report(**GOOD).json()["token"]
    for _ in range(3):
        poll(pinterest, token)
    clock.advance(hours=1, seconds=1)
    assert poll(pinterest, token) == {"report_status": "EXPIRED", "url": None, "size": None}


def test_a_report_of_another_account_does_not_exist(pinterest: Pinterest) -> None:
    token = pinterest.report(**GOOD).json()["token"]
    other = pinterest.http.get("/v5/ad_accounts/549761220488/reports", params={"token": token}).json()
    assert other["report_status"] == "DOES_NOT_EXIST"


def test_reports_end_as_the_script_says(make_pinterest: Any) -> None:
    api = make_pinterest(ReportScript(polls_in_progress=0, outcomes=("FAILED", "CANCELLED")))
    ends = [poll(api, api.report(**GOOD).json()["token"])["report_status"] for _ in range(3)]
    assert ends == ["FAILED", "CANCELLED", "FINISHED"]


@pytest.mark.parametrize(
    "changed",
    [
        {"start_date": days_back(915).isoformat(), "end_date": days_back(900).isoformat()},
        {"start_date": days_back(200).isoformat(), "end_date": days_back(13).isoformat()},
        {"start_date": "2026-1-1"},
        {"columns": ["SPEND"]},
        {"columns": []},
        {"columns": "SPEND_IN_MICRO_DOLLAR"},
        {"level": "KEYWORD"},
        {"granularity": "HOUR"},
        {"report_format": "CSV"},
        {"campaign_statuses": ["ENABLED"]},
        {
            "campaign_statuses": [
                "RUNNING", "PAUSED", "NOT_STARTED", "COMPLETED", "ADVERTISER_DISABLED", "ARCHIVED", "DRAFT",
            ]
        },
        {"campaign_ids": [str(n) for n in range(1, 502)]},
        {"campaign_ids": ["x"]},
        {"view_window_days": 3},
    ],
    ids=str,
)  # fmt: skip
def test_what_pinterest_does_not_report_is_a_400(pinterest: Pinterest, changed: dict[str, Any]) -> None:
    answer = pinterest.report(**{**GOOD, **changed})
    assert (answer.status_code, answer.json()["code"]) == (400, 400)
    assert answer.json()["message"].startswith("Invalid ad account ads analytics parameters.")


def test_a_body_that_is_no_json_is_a_400(pinterest: Pinterest) -> None:
    path = f"/v5/ad_accounts/{pinterest.account.account_id}/reports"
    assert pinterest.http.post(path, content=b"start_date=2026-01-01").status_code == 400


def test_nine_hundred_and_fourteen_days_back_are_still_reported(pinterest: Pinterest) -> None:
    changed = {"start_date": days_back(914).isoformat(), "end_date": days_back(914 - 186).isoformat()}
    assert pinterest.report(**{**GOOD, **changed}).json()["report_status"] == "IN_PROGRESS"
