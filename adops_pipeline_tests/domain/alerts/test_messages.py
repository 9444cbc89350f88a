"""Notifications in words."""

from dataclasses import replace

from adops_pipeline.domain.alerts.alert import Alert, Severity
from adops_pipeline.domain.alerts.engine import Notification, Policy
from adops_pipeline.domain.alerts.messages import content_of
from adops_pipeline_tests.domain.alerts.scenes import PLAIN, TEAM, alert, cast, play


def last(*evaluations: list[Alert], policy: Policy = PLAIN) -> Notification:
    told, _ = play({600 * n: alerts for n, alerts in enumerate(evaluations)}, 600 * len(evaluations), policy)
    return told[-1]


def test_the_title_counts_and_names_the_group() -> None:
    content = content_of(last(cast("a b c"), cast("b D c")))
    assert content.title == "[3 firing, 1 resolved] overpacing"
    assert content_of(last(cast("a"), policy=Policy((TEAM,)))).title == "[1 firing] overpacing · meta-ads"


def test_lines_are_gravest_first_then_new_before_known_and_resolved_last() -> None:
    content = content_of(last(cast("a b e"), cast("b D f e")))
    assert [text.split(" spent")[0] for text, _ in content.items[:2]] == ["Critical · New · D", "Warning · New · F"]
    assert all(text.startswith("Warning · Still") for text, _ in content.items[2:4])
    assert content.items[4][0].startswith("Resolved 2026-03-02 09:10 UTC · A")
    assert content.severity == "critical"
    assert content.summary == "4 alerts firing (1 critical, 3 warning; 2 new), 1 resolved."


def test_a_single_alert_speaks_for_itself_and_links_to_its_page() -> None:
    one = replace(alert("A", campaign_name="Sömmer"), link="/pacing?campaign_id=1&name=Sömmer sale")
    content = content_of(last([one]), "http://127.0.0.1:8000/")
    assert content.summary == one.summary
    assert content.link == "http://127.0.0.1:8000/pacing?campaign_id=1&name=S%C3%B6mmer%20sale"
    assert content.items[0] == (f"Warning · New · Sömmer: {one.summary}", content.link)
    assert dict(content.fields) == {
        "Platform": "meta-ads", "Account id": "act_1", "Campaign": "Sömmer", "Why now": "New alerts",
        "Since": "2026-03-02 09:00 UTC",
    }  # fmt: skip


def test_all_resolved_is_good_news() -> None:
    content = content_of(last(cast("A b"), []))
    assert content.severity == "resolved"
    assert content.summary == "2 alerts resolved."
    assert content.link is None


def test_severities_are_the_words_of_messages() -> None:
    assert content_of(last([alert("A", Severity.INFO)])).severity == "info"
