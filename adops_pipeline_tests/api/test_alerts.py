"""Alerts and silences over the API: lists equal the store, acknowledgements say who and why, previews give reasons."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.severity import Severity
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.templates import copy_into

PATH = "/api/alerts"


def fire(services: Services, number: int = 7) -> list[Alert]:
    """Let ``number`` alerts fire: severities, platforms and campaigns differ."""
    severities, platforms = list(Severity), ("google-ads", "meta-ads")
    alerts = [
        Alert(
            name=f"rule-{n % 2}",
            source="trial",
            severity=severities[n % 3],
            labels={"platform": platforms[n % 2], "account_id": str(n % 2), "campaign_id": str(n)},
            summary=f"campaign {n}",
            starts_at=services.clock(),
            details={"ratio": n / 4},
        )
        for n in range(number)
    ]
    services.alerting.set_firing(alerts, ["trial"])
    return alerts


async def listed(client: httpx.AsyncClient, **params: Any) -> list[dict[str, Any]]:
    """The alerts of the trial on all pages of three."""
    found: list[dict[str, Any]] = []
    asked = {"limit": 3, "source": "trial", **params}
    while True:
        page = (await client.get(PATH, params=asked)).json()
        found += page["items"]
        if page["nextCursor"] is None:
            assert page["total"] == len(found)
            return found
        asked["cursor"] = page["nextCursor"]


async def test_the_pages_are_the_stores_alerts_most_severe_first(client: httpx.AsyncClient, services: Services) -> None:
    fire(services)
    services.alerting.set_firing([], ["nothing"])
    expected = [r for r in services.alerting.known() if r.alert.source == "trial"]
    found = await listed(client)
    assert [row["fingerprint"] for row in found] == [r.fingerprint for r in expected]
    assert [row["severity"] for row in found] == ["critical"] * 2 + ["warning"] * 2 + ["info"] * 3
    for row, record in zip(found, expected, strict=True):
        assert row["labels"] == dict(record.alert.labels)
        assert row["details"] == dict(record.alert.details)
        assert row == (await client.get(f"{PATH}/{row['fingerprint']}")).json()


CONDITIONS: dict[str, Callable[[Alert], bool]] = {
    "severity=critical&severity=info": lambda a: a.severity is not Severity.WARNING,
    "platform=meta-ads": lambda a: a.label("platform") == "meta-ads",
    "accountId=0&name=rule-0": lambda a: a.name == "rule-0",
    "campaignId=4&campaignId=5": lambda a: a.label("campaign_id") in {"4", "5"},
    "projectId=none": lambda a: False,
    "status=resolved": lambda a: False,
    "status=firing": lambda a: True,
    "acknowledged=true": lambda a: a.label("campaign_id") == "1",
    "silenced=false": lambda a: a.label("campaign_id") != "2",
}


@pytest.mark.parametrize("asked", CONDITIONS)
async def test_a_filter_leaves_the_alerts_that_meet_it(
    client: httpx.AsyncClient, services: Services, asked: str
) -> None:
    alerts = fire(services)
    await client.post(f"{PATH}/{alerts[1].fingerprint}/acknowledge")
    await client.post(f"{PATH}/silences", json={"matchers": ["campaign_id=2"], "comment": "x", "durationSeconds": 60})
    found = (await client.get(f"{PATH}?source=trial&{asked}")).json()["items"]
    assert {row["fingerprint"] for row in found} == {a.fingerprint for a in alerts if CONDITIONS[asked](a)}


async def test_an_acknowledged_alert_says_who_and_why_until_it_is_taken_back(
    client: httpx.AsyncClient, services: Services
) -> None:
    (alert,) = fire(services, 1)
    path = f"{PATH}/{alert.fingerprint}"
    known = (await client.post(f"{path}/acknowledge", json={"note": " budget lowered "})).json()["acknowledgement"]
    assert (known["by"], known["note"]) == ("local", "budget lowered")
    assert services.alerting.find(alert.fingerprint).acknowledgement is not None
    assert (await client.delete(f"{path}/acknowledge")).json()["acknowledgement"] is None
    assert (await client.get(path)).json()["acknowledgement"] is None


async def test_what_does_not_fire_cannot_be_acknowledged(client: httpx.AsyncClient) -> None:
    for response in (
        await client.post(f"{PATH}/nope/acknowledge"),
        await client.delete(f"{PATH}/nope/acknowledge"),
        await client.get(f"{PATH}/nope"),
        await client.get(f"{PATH}/nope/preview"),
    ):
        assert (response.status_code, response.json()["code"]) == (404, "not-found")


async def test_a_preview_says_who_is_notified_and_why(published: Any, tmp_path: Any) -> None:
    told = {"slack_webhook_url": "https://hooks.slack.com/services/T000/B000/never-asked", "min_severity": "warning"}
    services = services_over(copy_into(published, tmp_path), notifications=told)
    alerts = fire(services, 3)
    outcomes = {Severity.INFO: "filtered", Severity.WARNING: "acknowledged", Severity.CRITICAL: "silenced"}
    by_severity = {alert.severity: alert.fingerprint for alert in alerts}
    async with client_of(services) as client:
        await client.post(f"{PATH}/{by_severity[Severity.WARNING]}/acknowledge")
        body = {"matchers": ["source=trial", "severity=critical"], "comment": "sale", "durationSeconds": 60}
        await client.post(f"{PATH}/silences", json=body)
        for severity, outcome in outcomes.items():
            (row,) = (await client.get(f"{PATH}/{by_severity[severity]}/preview")).json()
            assert (row["receiver"], row["outcome"]) == ("slack", outcome), row["reason"]
        page = (await client.get(f"{PATH}/preview", params={"outcome": "filtered", "receiver": "slack"})).json()
        assert page["hasReceivers"]
        assert by_severity[Severity.INFO] in {row["fingerprint"] for row in page["items"]}
        assert {row["outcome"] for row in page["items"]} == {"filtered"}
    services.snapshots.close()
    services.store.close()


async def test_pages_of_the_preview_are_the_whole_preview(client: httpx.AsyncClient, services: Services) -> None:
    fire(services)
    asked: dict[str, Any] = {"limit": 2}
    seen: list[str] = []
    while True:
        page = (await client.get(f"{PATH}/preview", params=asked)).json()
        seen += [row["fingerprint"] for row in page["items"]]
        if page["nextCursor"] is None:
            break
        asked["cursor"] = page["nextCursor"]
    assert seen == [row.fingerprint for row in services.alerting.preview().rows]
    assert not page["hasReceivers"]


async def test_a_silence_is_created_read_listed_and_ended(client: httpx.AsyncClient, services: Services) -> None:
    fire(services)
    body = {"matchers": ["source=trial", 'campaign_id=~"[12]"'], "comment": "sale", "durationSeconds": 3600}
    created = await client.post(f"{PATH}/silences", json=body)
    assert created.status_code == 201
    silence = created.json()
    assert (silence["state"], silence["author"], silence.pop("mutedNow")) == ("active", "local", 2)
    assert (await client.get(created.headers["location"])).json() == silence
    assert (await client.get(f"{PATH}/silences")).json()["items"] == [silence]
    (muted, other) = [row for row in await listed(client) if row["silencedBy"] == [silence["id"]]]
    assert {muted["labels"]["campaign_id"], other["labels"]["campaign_id"]} == {"1", "2"}
    later = services.clock() + timedelta(hours=1)
    coming = {"matchers": ["source=trial"], "comment": "x", "startsAt": later.isoformat(),
              "endsAt": (later + timedelta(days=1)).isoformat()}  # fmt: skip
    pending = (await client.post(f"{PATH}/silences", json=coming)).json()
    assert (pending["state"], pending["mutedNow"]) == ("pending", 0)
    assert (await client.delete(f"{PATH}/silences/{pending['id']}")).json()["state"] == "expired"
    assert (await client.get(f"{PATH}/silences/{pending['id']}")).status_code == 404


NOT_SILENCES = [
    ({"matchers": ["platform"], "durationSeconds": 60}, "comment"),
    ({"matchers": ["platform"], "comment": "x", "durationSeconds": 60}, "silence"),
    ({"matchers": ['platform=~".*"'], "comment": "x", "durationSeconds": 60}, "does not match everything"),
    ({"matchers": ["campain_id=1"], "comment": "x", "durationSeconds": 60}, "did you mean campaign_id?"),
    ({"matchers": ["a=b"], "comment": "x"}, "either endsAt or durationSeconds"),
    ({"matchers": ["a=b"], "comment": "x", "durationSeconds": 60, "endsAt": "2027-01-01T00:00:00Z"}, "either endsAt"),
    ({"matchers": ["a=b"], "comment": " ", "durationSeconds": 60}, "comment"),
    ({"matchers": ["a=b"], "comment": "x", "endsAt": "2020-01-01T00:00:00Z"}, "past"),
    ({"matchers": ["a=b"], "comment": "x", "endsAt": "9999-12-31T23:59:59-14:00"}, "years"),
    ({"matchers": ["a=b"], "comment": "x", "endsAt": "2099-01-01T00:00:00Z"}, "longer than 366 days"),
    ({"matchers": ["a=b"], "comment": "x", "startsAt": "9999-12-31T00:00:00Z", "durationSeconds": 31000000}, "within"),
    ({"matchers": ["a=b"], "comment": "x", "duration": 60}, "did you mean durationSeconds?"),
]


@pytest.mark.parametrize(("body", "said"), NOT_SILENCES)
async def test_a_wrong_silence_is_refused_with_what_is_wrong(
    client: httpx.AsyncClient, services: Services, body: dict[str, Any], said: str
) -> None:
    response = await client.post(f"{PATH}/silences", json=body)
    assert response.status_code == 422
    assert said in response.json()["detail"]
    assert not services.silences.every(with_ended=True)
