"""A silence asks only for what an alert can have."""

from datetime import UTC, datetime

import polars as pl
import pytest

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.alerts.labels import SOURCES, unknown_part
from adops_pipeline.domain.alerts.matchers import Matcher, parse_matcher
from adops_pipeline.domain.alerts.rules import anomalies, benchmarks, data_quality, experiments, pacing
from adops_pipeline.domain.alerts.rules.data_quality import FailedCheck, FailedSensor
from adops_pipeline.domain.failures import ALL_ACCOUNTS, AccountFailure
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.vocabulary import Platform

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("matcher", "reason"),
    [
        ("plattform=meta-ads", "no alert has a label 'plattform'; did you mean platform?"),
        ("campaignName=Sale", "no alert has a label 'campaignName'; did you mean campaign_name?"),
        ("xyz!~a", "no alert has a label 'xyz'; labels are alertname, severity, source, platform, account_id"),
        ("platform=meta", "no alert has platform 'meta'; did you mean meta-ads?"),
        ("platform!=google_ads", "no alert has platform 'google_ads'; did you mean google-ads?"),
        ("severity=fatal", "no alert has severity 'fatal'; known are info, warning, critical"),
        ("severity=warn", "no alert has severity 'warn'; did you mean warning?"),
        ("alertname=overpaceing", "no alert has alertname 'overpaceing'; did you mean overpacing?"),
        ("source=pace", "no alert has source 'pace'"),
    ],
)
def test_what_no_alert_has_is_named_with_the_nearest_known_word(matcher: str, reason: str) -> None:
    assert (unknown_part(parse_matcher(matcher)) or "").startswith(reason)


@pytest.mark.parametrize(
    "matcher",
    [
        "platform=meta-ads", "severity!=critical", "alertname=no-delivery", "source=sensors", "sensor=executions",
        'alertname=~"over.*"', "campaign_name=anything", 'platform=""', "test_id=7", "asset=campaigns",
    ],
)  # fmt: skip
def test_what_an_alert_may_have_is_asked_for(matcher: str) -> None:
    assert unknown_part(parse_matcher(matcher)) is None


def test_what_a_known_alert_has_is_known() -> None:
    alert = Alert("own-name", "own", Severity.INFO, {"own_label": "1"}, "Said.", NOW)
    for matcher in ("own_label=2", "alertname=own-name", "source=own"):
        assert unknown_part(parse_matcher(matcher)) is not None
        assert unknown_part(parse_matcher(matcher), [alert]) is None


def test_the_alerts_of_the_rules_have_these_names_labels_and_sources() -> None:
    failures = [AccountFailure(Platform.META_ADS, account, "gone", False) for account in ("17", ALL_ACCOUNTS)]
    account = {"platform": "meta-ads", "account_id": "17", "name": "Rain"}
    stale = pl.DataFrame([{**account, "synced_at": datetime(2026, 11, 1, tzinfo=UTC)}])
    rejects = pl.DataFrame([{**account, "rejected": 50, "received": 100, "reason": "no id"}])
    alerts = [
        *data_quality.sync_alerts(failures, NOW),
        *data_quality.stale_account_alerts(stale, NOW),
        *data_quality.reject_alerts(rejects, NOW),
        *data_quality.check_alerts([FailedCheck("campaigns", "keys", "twice")], NOW),
        *data_quality.sensor_alerts([FailedSensor("executions", "stopped")], NOW),
    ]
    assert len(alerts) == 6
    for alert in alerts:
        own = {"alertname": alert.name, "severity": alert.severity.value, "source": alert.source, **alert.labels}
        assert [unknown_part(Matcher(label, "=", value)) for label, value in own.items()] == [None] * len(own)
    tables = {pacing.SOURCE, anomalies.SOURCE, benchmarks.SOURCE, experiments.SOURCE}
    assert tables | {alert.source for alert in alerts} == set(SOURCES)
