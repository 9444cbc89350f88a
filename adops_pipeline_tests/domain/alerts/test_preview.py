"""Who would get what."""

from dataclasses import replace
from datetime import time

from adops_pipeline.domain.alerts.engine import Policy, flush
from adops_pipeline.domain.alerts.evaluation import acknowledge, evaluate
from adops_pipeline.domain.alerts.matchers import Matcher
from adops_pipeline.domain.alerts.preview import preview
from adops_pipeline.domain.alerts.quiet_hours import QuietHours
from adops_pipeline.domain.alerts.routing import Subscription
from adops_pipeline.domain.alerts.silences import Silence
from adops_pipeline.domain.alerts.state import AlertState
from adops_pipeline.domain.severity import Severity
from adops_pipeline_tests.domain.alerts.scenes import HOUR, PLAIN, TEAM, alert, at, cast

QUIET = Subscription("quiet", "Quiet", quiet_hours=QuietHours("UTC", time(9), time(10)))
GRAVE = Subscription("grave", "Grave", min_severity=Severity.CRITICAL)


def test_every_alert_and_receiver_has_a_row_with_its_reason_and_instant() -> None:
    failure = replace(alert("", name="account-sync-failed", account_id="act_9"), source="sync")
    muted, silenced = alert("B", account_id="act_9"), alert("C")
    silence = Silence("s", (Matcher("campaign_id", "=", "C"),), at(0), at(HOUR), "jo", "launch")
    rows = preview([alert("A"), muted, silenced, failure], Policy((TEAM, QUIET, GRAVE)), [silence], at(0))
    found = {(row.fingerprint, row.receiver): (row.outcome, row.reason, row.at) for row in rows}
    assert len(rows) == 12
    named = (("A", alert("A")), ("B", muted), ("C", silenced))
    team = {name: found[one.fingerprint, "Team"] for name, one in named}
    assert team["A"] == ("deliver", "route warning", at(30))
    assert team["B"] == ("inhibited", "account-not-synced: account-sync-failed explains it", None)
    assert team["C"] == ("silenced", "silenced by jo: launch", at(HOUR))
    assert found[alert("A").fingerprint, "Quiet"] == ("quiet", "quiet hours of Quiet", at(HOUR))
    assert found[alert("A").fingerprint, "Grave"] == ("filtered", "below severity critical", None)


def test_what_is_promised_is_what_is_sent() -> None:
    rows = preview(cast("a b"), PLAIN, (), at(0))
    state = evaluate(cast("a b"), AlertState(), at(0)).state
    promised = {row.at for row in rows}
    assert promised == {at(30)}
    assert [len(n.alerts) for n in flush(state, PLAIN, (), at(30)).notifications] == [2]


def test_what_was_notified_or_acknowledged_says_so() -> None:
    state = flush(evaluate(cast("a b"), AlertState(), at(0)).state, PLAIN, (), at(30)).state
    state = acknowledge(state, alert("B").fingerprint, "jo", at(60))
    rows = {row.fingerprint: row for row in preview(cast("a b"), PLAIN, (), at(120), state)}
    notified, known = rows[alert("A").fingerprint], rows[alert("B").fingerprint]
    assert (notified.outcome, notified.at) == ("notified", at(30 + 4 * HOUR))
    assert (known.outcome, known.reason, known.at) == ("acknowledged", "acknowledged by jo", None)


def test_an_alert_that_nobody_gets_is_shown_all_the_same() -> None:
    rows = preview(cast("a"), Policy(()), (), at(0))
    assert [(row.outcome, row.reason) for row in rows] == [("unrouted", "no active receiver")]
