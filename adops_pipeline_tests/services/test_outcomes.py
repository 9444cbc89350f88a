"""Changes of the emulated platforms' logs and applied proposals, measured over a whole warehouse."""

import json
from datetime import date
from pathlib import Path

import pytest

from adops_pipeline.warehouse.queries.analytics import show
from adops_pipeline.wiring import Services
from adops_pipeline_tests.integration.two_runs import FIRST, first_run, services_of
from adops_pipeline_tests.templates import copy_into

PROPOSAL = """
INSERT INTO proposals BY NAME
SELECT '{id}' AS id, 'trader' AS agent_id, 'meta_update_campaign' AS tool, platform, account_id, id AS campaign_id,
    'campaign' AS object_kind, external_id AS object_id, '{{}}' AS arguments,
    '{before}' AS before, '{after}' AS intended,
    '{after}' AS after, 'EUR' AS currency, '{{}}' AS pacing, 'r' AS reason, '[]' AS evidence, 'applied' AS status,
    'x' AS proposed_by, TIMESTAMP '{on} 08:00' AS proposed_at, TIMESTAMP '{on} 20:00' AS expires_at,
    TIMESTAMP '{on} 09:00' AS applied_at
FROM campaigns WHERE id = '{campaign}'
"""
UNCHANGED = """
SELECT campaigns.id FROM campaigns JOIN analytics_metrics AS days
    ON days.platform = campaigns.platform AND days.campaign_id = campaigns.external_id
WHERE shared_budget_id IS NULL AND external_id NOT IN (SELECT campaign_id FROM campaign_changes)
GROUP BY campaigns.id HAVING count(*) > 70 ORDER BY sum(conversions) DESC LIMIT 3
"""
ENDED = "DELETE FROM analytics_metrics WHERE platform || ':' || campaign_id = $campaign AND date >= '2026-09-26'"
STOPPED = """
UPDATE analytics_metrics SET spend = 0, conversions = 0, revenue = 0
WHERE platform || ':' || campaign_id = $campaign AND date >= '2026-10-01'
"""


CHANGED, OLDEST_LISTED, TOO_OLD = "2026-10-01", "2026-08-27", "2026-08-26"
"""The day of the measured changes, the 75th before the run, and the day before that."""


def _status(value: str) -> str:
    return json.dumps({"status": value})


@pytest.fixture
def measured(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Services:
    services = services_of(copy_into(first_run(tmp_path_factory), tmp_path), FIRST)
    before, after = json.dumps({"daily_budget": "10"}), json.dumps({"daily_budget": "15"})
    with services.warehouse.writing() as con:
        (raised,), (paused,), (ended,) = con.execute(UNCHANGED).fetchall()
        con.execute(PROPOSAL.format(id="p1", before=before, after=after, campaign=raised, on=CHANGED))
        active, stopped = _status("active"), _status("paused")
        con.execute(PROPOSAL.format(id="p2", before=active, after=stopped, campaign=paused, on=CHANGED))
        con.execute(PROPOSAL.format(id="p3", before=before, after=after, campaign=raised, on=OLDEST_LISTED))
        con.execute(PROPOSAL.format(id="p4", before=before, after=after, campaign=paused, on=TOO_OLD))
        con.execute(PROPOSAL.format(id="p5", before=before, after=after, campaign=ended, on="2026-09-11"))
        con.execute(STOPPED, {"campaign": paused})
        con.execute(ENDED, {"campaign": ended})
    services.outcomes.measure("run-1")
    return services


def test_a_proposal_is_measured_and_stays_as_found_while_the_log_is_read_too(measured: Services) -> None:
    mine = "SELECT * FROM action_outcomes WHERE proposal_id = 'p1' ORDER BY metric"
    with measured.warehouse.reading() as con:
        found = con.execute(mine).pl()
        (logged,) = con.execute("SELECT count(*) FROM action_outcomes WHERE source = 'platform-log'").fetchone() or ()
        shown = show(con, "newest_outcomes")
    assert found["metric"].to_list() == ["conversions", "cpa", "revenue", "roas", "spend"]
    assert set(found["action"]) == {"raise_budget"}
    assert set(found["source"]) == {"proposal"}
    assert found["post_end"].unique().to_list() == [date(2026, 10, 15)]
    one = found.filter(metric="conversions").row(0, named=True)
    assert one["verdict"] in ("unclear", "helped", "hurt")
    assert one["is_primary"]
    assert one["effect_low"] < one["effect_ratio"] < one["effect_high"]
    assert one["controls"] >= 3
    assert one["forecast_ratio"] is not None
    assert one["before_after_ratio"] == pytest.approx(one["after"] / one["before"] - 1)
    assert (one["run_id"], one["partitions"]) == ("run-1", "2026-09-01,2026-10-01")
    assert one["expected"] == pytest.approx(one["after"] / (1 + one["effect_ratio"]))
    assert logged > 0
    assert len(shown.rows) == 20
    measured.outcomes.measure("run-2")
    with measured.warehouse.reading() as con:
        assert con.execute(mine).pl().equals(found)


def test_changes_of_the_last_75_days_are_listed_and_measured_although_the_campaign_ended_since(
    measured: Services,
) -> None:
    query = "SELECT proposal_id, before FROM action_outcomes WHERE source = 'proposal' AND is_primary ORDER BY ALL"
    with measured.warehouse.reading() as con:
        found = dict(con.execute(query).fetchall())
    assert list(found) == ["p1", "p2", "p3", "p5"]
    assert found["p5"] > 0


def test_a_pause_is_measured_by_what_its_account_pays_with_the_campaign_and_without_it(measured: Services) -> None:
    with measured.warehouse.reading() as con:
        (found,) = (
            con.execute("SELECT * FROM action_outcomes WHERE proposal_id = 'p2' AND is_primary").pl().rows(named=True)
        )
        query = """
            SELECT sum(spend)::DOUBLE / sum(conversions)::DOUBLE FROM analytics_metrics
            WHERE platform = $platform AND account_id = $account AND date BETWEEN '2026-10-02' AND '2026-10-15'
        """
        known = {"platform": found["platform"], "account": found["account_id"]}
        (cpa,) = con.execute(query, known).fetchone() or (None,)
    assert (found["action"], found["metric"], found["method"]) == ("pause", "cpa", "account")
    assert found["after"] == pytest.approx(cpa)
    assert found["controls"] >= 3
    assert found["expected"] == pytest.approx(found["after"] / (1 + found["effect_ratio"]))
    assert found["verdict"] in ("helped", "unclear", "hurt")
