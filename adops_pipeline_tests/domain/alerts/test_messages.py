"""Notifications in words."""

from dataclasses import replace

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.engine import Notification, Policy
from adops_pipeline.domain.alerts.messages import message_of
from adops_pipeline.domain.messages import MessageItem
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import PLAIN, TEAM, alert, cast, play


def last(*evaluations: list[Alert], policy: Policy = PLAIN) -> Notification:
    told, _ = play({600 * n: alerts for n, alerts in enumerate(evaluations)}, 600 * len(evaluations), policy)
    return told[-1]


def test_the_title_counts_and_names_the_group() -> None:
    message = message_of(last(cast("a b c"), cast("b D c")))
    assert message.title == "[3 firing, 1 resolved] overpacing"
    assert message_of(last(cast("a"), policy=Policy((TEAM,)))).title == "[1 firing] overpacing · meta-ads"


def test_lines_are_most_severe_first_then_new_before_known_and_resolved_last() -> None:
    message = message_of(last(cast("a b e"), cast("b D f e")))
    assert [item.text.split(" spent")[0] for item in message.items[:2]] == ["Critical · New · D", "Warning · New · F"]
    assert all(item.text.startswith("Warning · Still") for item in message.items[2:4])
    assert message.items[4].text.startswith("Resolved 2026-03-02 09:10 UTC · A")
    assert message.status == "critical"
    assert message.summary == "4 alerts firing (1 critical, 3 warning; 2 new), 1 resolved."


def test_a_single_alert_speaks_for_itself_and_links_to_its_page() -> None:
    one = replace(alert("A", campaign_name="Sömmer"), link="/pacing?campaign_id=1&name=Sömmer sale")
    message = message_of(last([one]), "http://127.0.0.1:8000/")
    assert message.summary == one.summary
    assert message.link == "http://127.0.0.1:8000/pacing?campaign_id=1&name=S%C3%B6mmer%20sale"
    assert message.items[0] == MessageItem(f"Warning · New · Sömmer: {one.summary}", message.link)
    assert {field.name: field.value for field in message.fields} == {
        "Platform": "meta-ads", "Account id": "act_1", "Campaign": "Sömmer", "Why now": "New alerts",
        "Since": "2026-03-02 09:00 UTC",
    }  # fmt: skip


def test_all_resolved_is_good_news() -> None:
    message = message_of(last(cast("A b"), []))
    assert message.status == "resolved"
    assert message.summary == "2 alerts resolved."
    assert message.link is None


def test_a_message_about_firing_alerts_has_their_severity() -> None:
    assert message_of(last([alert("A", Severity.INFO)])).status == "info"
