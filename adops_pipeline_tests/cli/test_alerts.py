"""Promises of `adops alerts` as a person meets them."""

from datetime import UTC, datetime, timedelta

import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.severity import Severity
from adops_pipeline.operations import alerts
from adops_pipeline.wiring import Services
from adops_pipeline_tests.cli.commands import Command

_AT = datetime(2026, 11, 24, 8, tzinfo=UTC)


def _alert(campaign: str, severity: Severity = Severity.WARNING, platform: str = "meta-ads") -> Alert:
    labels = {"platform": platform, "campaign_id": campaign, "campaign_name": f"Rain [{campaign}]"}
    return Alert("overpacing", "pacing", severity, labels, f"EUR {campaign}.00 of EUR 1.00 spent.", _AT)


@pytest.fixture
def firing(services: Services) -> list[Alert]:
    found = [_alert("11"), _alert("12", Severity.CRITICAL), _alert("13", platform="pinterest")]
    services.alerting.set_firing(found, ("pacing",))
    return found


def test_alerts_are_listed_most_severe_first_with_what_they_are_about(adops: Command, firing: list[Alert]) -> None:
    said = adops("alerts", "list").words
    assert said.index("Rain [12] (meta-ads)") < said.index("Rain [11] (meta-ads)")
    assert "3 firing" in said
    document = adops("alerts", "list", "--json").document
    assert {one["fingerprint"] for one in document} == {alert.fingerprint for alert in firing}


@pytest.mark.usefixtures("firing")
def test_resolved_alerts_are_listed_only_with_all(adops: Command, services: Services) -> None:
    services.alerting.set_firing([_alert("11")], ("pacing",))
    assert len(adops("alerts", "list", "--json").document) == 1
    states = [one["status"] for one in adops("alerts", "list", "--all", "--json").document]
    assert sorted(states) == ["firing", "resolved", "resolved"]
    assert "1 firing, 2 resolved" in adops("alerts", "list", "--all").words


def test_without_alerts_the_next_command_is_named(adops: Command) -> None:
    assert "adops alerts evaluate" in adops("alerts", "list").out
    assert "There is no silence" in adops("alerts", "silences").out
    assert "There is no receiver" in adops("alerts", "preview").out


@pytest.mark.usefixtures("firing")
def test_a_silence_mutes_what_it_matches_until_it_is_over_or_ended(adops: Command, services: Services) -> None:
    arguments = ("platform=meta-ads", 'campaign_name=~"Rain.*"', "--for", "1d12h", "--comment", "client informed")
    said = adops("alerts", "silence", *arguments, "--by", "Ada")
    assert "mutes 2 alerts that fire now" in said.out
    with services.store.reading() as con:
        (kept,) = alerts.every_silence(con)
    assert kept.ends_at - kept.starts_at == timedelta(hours=36)
    (listed,) = adops("alerts", "silences", "--json").document
    assert (listed["author"], listed["comment"], listed["state"]) == ("Ada", "client informed", "active")
    adops("alerts", "unsilence", kept.id[:7])
    assert adops("alerts", "silences", "--json").document == []
    assert "no silence" in adops("alerts", "unsilence", kept.id[:7], code=2).err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("platform", "--for", "4h", "--comment", "x"), "is not a matcher"),
        (("platform=~.*", "--for", "4h", "--comment", "x"), "does not match everything"),
        (("plattform=meta-ads", "--for", "4h", "--comment", "x"), "label 'plattform'; did you mean platform?"),
        (("alertname=overpaceing", "--for", "4h", "--comment", "x"), "did you mean overpacing?"),
        (("platform=~[", "--for", "4h", "--comment", "x"), "not a regular expression"),
        (("platform=meta-ads", "--for", "4 weeks", "--comment", "x"), "not a duration such as 30m, 4h"),
        (("platform=meta-ads", "--for", "0h", "--comment", "x"), "not a duration such as 30m, 4h"),
        (("platform=meta-ads", "--for", "4h", "--comment", " "), "comment: must give a reason"),
    ],
)
def test_a_silence_that_makes_no_sense_ends_with_code_2(adops: Command, arguments: tuple[str, ...], words: str) -> None:
    assert words in adops("alerts", "silence", *arguments, code=2).err
    assert adops("alerts", "silences", "--all", "--json").document == []


def test_an_acknowledgement_is_kept_with_its_name(adops: Command, services: Services, firing: list[Alert]) -> None:
    adops("alerts", "ack", firing[0].fingerprint[:6], firing[1].fingerprint, "--by", "Ada")
    with services.store.reading() as con:
        known = {record.fingerprint: record.acknowledgement for record in alerts.firing(con)}
    assert [known[alert.fingerprint] is not None for alert in firing] == [True, True, False]
    assert "acknowledged by Ada" in adops("alerts", "list").words
    assert "no firing alert" in adops("alerts", "ack", "ffffffff", code=2).err


@pytest.mark.usefixtures("firing")
def test_the_preview_says_who_would_get_what_and_why_not(adops: Command) -> None:
    assert "0 of 3 alerts reach at least one receiver" in adops("alerts", "preview").words
    arguments = ("--channel", "slack", "--target-ref", "TEAM_HOOK", "--platforms", "meta-ads")
    adops("notify", "add", "Social", *arguments, "--min-severity", "warning")
    adops("alerts", "silence", "severity=critical", "--for", "4h", "--comment", "known")
    rows = adops("alerts", "preview", "--json").document
    told = {(row["severity"], row["summary"][:6]): (row["receiver"], row["outcome"]) for row in rows}
    assert told == {
        ("critical", "EUR 12"): ("Social", "silenced"),
        ("warning", "EUR 11"): ("Social", "deliver"),
        ("warning", "EUR 13"): ("Social", "filtered"),
    }
    said = adops("alerts", "preview").words
    assert "1 of 3 alerts reach at least one receiver" in said
    assert "Rain [11] (meta-ads)" in said
