"""How severe a changed ratio is: by a week's money, and by how sure the change is among all that were compared."""

from datetime import date
from typing import Any

import polars as pl
import pytest
from scipy import stats

from adops_pipeline.domain.benchmarks.verdict import stored_verdict, with_verdicts
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import DEFAULT_SEVERITY


def row(**changed: Any) -> dict[str, Any]:
    """A CPA that doubled, for a campaign that spends EUR 100 a day."""
    return {
        "metric": "cpa", "status": "worse", "baseline_value": 10.0, "current_value": 20.0, "z_score": 6.0,
        "daily_spend": 100.0, "account_currency": "EUR", "period": "week", **changed,
    }  # fmt: skip


def judged(*rows: dict[str, Any]) -> list[dict[str, Any]]:
    return with_verdicts(pl.DataFrame(list(rows), infer_schema_length=None), DEFAULT_SEVERITY, 0.1).to_dicts()


@pytest.mark.parametrize(
    ("changed", "money", "severity"),
    [
        ({}, 350.0, "critical"),
        ({"current_value": 17.4}, 700 * (1 - 10 / 17.4), "warning"),
        ({"current_value": 11.6}, 700 * (1 - 10 / 11.6), "info"),
        ({"current_value": None}, 700.0, "critical"),
        ({"metric": "roas", "baseline_value": 4.0, "current_value": 0.0}, 700.0, "critical"),
        ({"metric": "roas", "baseline_value": 4.0, "current_value": 2.0}, 350.0, "critical"),
        # A click's price and the rate of clicks are half of the story.
        ({"metric": "cpc"}, 175.0, "warning"),
        ({"metric": "ctr", "baseline_value": 0.02, "current_value": 0.01}, 175.0, "warning"),
        ({"status": "better"}, None, "info"),
        ({"status": "normal"}, None, None),
        ({"status": "insufficient-data", "z_score": None, "current_value": None}, None, None),
        ({"daily_spend": float("inf")}, None, "info"),
    ],
)
def test_a_weeks_spend_that_brings_nothing_any_more_is_at_stake(
    changed: dict[str, Any], money: float | None, severity: str | None
) -> None:
    found = judged(row(**changed))[0]
    assert found["money_at_stake"] == (None if money is None else pytest.approx(money))
    assert found["severity"] == severity


def test_certainty_is_among_all_ratios_compared_as_benjamini_and_hochberg_have_it() -> None:
    scores = [6.0, 2.6, 2.2, 0.3, -1.0]
    rows = [row(z_score=z, status="worse" if z > 2 else "normal") for z in scores]
    found = judged(*rows, row(z_score=9.0, status="insufficient-data"))
    expected = stats.false_discovery_control([2 * stats.norm.sf(abs(z)) for z in scores], method="bh")
    assert [one["q_value"] for one in found[:-1]] == pytest.approx(expected.tolist())
    assert found[-1]["q_value"] is None, "what was not compared is not in the family"


def test_each_period_is_a_family_of_its_own() -> None:
    month = [row(z_score=0.1, status="normal", period="month") for _ in range(50)]
    found = judged(row(z_score=2.6), *month, row(z_score=2.6, period="month"))
    assert found[0]["q_value"] == pytest.approx(2 * stats.norm.sf(2.6))
    assert found[-1]["q_value"] == pytest.approx(51 * 2 * stats.norm.sf(2.6))


def test_a_change_that_is_lost_among_many_comparisons_is_normal() -> None:
    clear = row(z_score=2.5)
    assert judged(clear)[0]["severity"] == "critical"
    for word in ("worse", "better"):
        lost = judged(row(z_score=2.5, status=word), *(row(z_score=0.1, status="normal") for _ in range(200)))[0]
        assert (lost["status"], lost["severity"], lost["money_at_stake"]) == ("normal", None, None)


def test_the_verdict_of_a_row_names_both_periods() -> None:
    stored = {
        **row(), "period": "week", "period_end": date(2026, 3, 15), "change_pct": 100.0, "currency": "EUR",
        "severity": "critical", "money_at_stake": 350.0, "peer_median": None, "current_low": None, "current_high": None,
    }  # fmt: skip
    verdict = stored_verdict(stored)
    assert (verdict.kind, verdict.severity, verdict.money_at_stake) == ("benchmark-worse", Severity.CRITICAL, 350.0)
    assert verdict.sentence == (
        "CPA EUR 20.00 from 2026-03-09 to 2026-03-15 against EUR 10.00 from 2026-02-09 to 2026-03-08 (+100 %, worse)."
    )


@pytest.mark.parametrize(
    ("metric", "bound", "words"),
    [
        ("cpa", {"current_low": 190.0}, "CPA of at least EUR 190.00 (97.5 % certain: hardly any conversions)"),
        ("roas", {"current_high": 0.5}, "ROAS of at most 0.50 (97.5 % certain: hardly any conversions)"),
        ("ctr", {"current_high": 0.001}, "CTR of at most 0.10% (97.5 % certain: hardly any clicks)"),
    ],
)
def test_the_verdict_of_a_ratio_that_has_stopped_says_what_its_count_allows(
    metric: str, bound: dict[str, float], words: str
) -> None:
    stored = {
        **row(metric=metric, current_value=None), "period_end": date(2026, 3, 15), "change_pct": None,
        "currency": "EUR", "severity": "critical", "money_at_stake": 700.0, "peer_median": None,
        "current_low": None, "current_high": None, **bound,
    }  # fmt: skip
    assert stored_verdict(stored).sentence.startswith(f"{words} from 2026-03-09 to 2026-03-15, against ")
