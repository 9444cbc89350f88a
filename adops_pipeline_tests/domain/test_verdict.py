"""The scale of severity: by days of usual spend at stake and by certainty, the same for every analysis."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.verdict import SeverityRules, Stake, Verdict, known_severity, severity_of


@pytest.mark.parametrize(
    ("money", "certainty", "expected"),
    [
        (300.0, 0.9, "critical"),
        (299.99, 0.9, "warning"),
        (300.0, 0.89, "warning"),
        (100.0, 0.8, "warning"),
        (99.99, 1.0, "info"),
        (100.0, 0.79, "info"),
        (0.0, 1.0, "info"),
    ],
)
def test_severity_grows_with_the_days_of_spend_at_stake_and_with_certainty(
    money: float, certainty: float, expected: str
) -> None:
    assert severity_of(Stake(money, 100.0, "EUR", certainty)).value == expected


def test_less_than_the_least_money_of_its_currency_is_info_however_many_days_it_makes() -> None:
    rules = SeverityRules(least_money={"EUR": 50.0})
    assert severity_of(Stake(49.99, 1.0, "EUR", 1.0), rules) is Severity.INFO
    assert severity_of(Stake(50.0, 1.0, "EUR", 1.0), rules) is Severity.CRITICAL
    assert severity_of(Stake(49.99, 1.0, "USD", 1.0), rules) is Severity.CRITICAL
    assert severity_of(Stake(0.03, 0.01, "USD", 1.0), rules) is Severity.CRITICAL


@given(
    money=st.floats(0, 1e9), per_day=st.floats(0.01, 1e6), certainty=st.floats(0, 1), factor=st.floats(1, 1000),
    more=st.floats(0, 1),
)  # fmt: skip
def test_more_money_or_certainty_is_never_milder_and_the_currency_s_size_does_not_matter(
    money: float, per_day: float, certainty: float, factor: float, more: float
) -> None:
    severity = severity_of(Stake(money, per_day, "EUR", certainty))
    assert severity_of(Stake(money * factor, per_day, "EUR", certainty)).rank >= severity.rank
    surer = min(certainty + more, 1.0)
    assert severity_of(Stake(money, per_day, "EUR", surer)).rank >= severity.rank


@pytest.mark.parametrize(("money", "per_day", "days"), [(5.0, 0.0, inf), (0.0, 0.0, 0.0), (inf, 1.0, 0.0), (nan, 1, 0)])
def test_a_stake_counts_in_days_even_where_no_spend_is_usual(money: float, per_day: float, days: float) -> None:
    assert Stake(money, per_day, "EUR", 1.0).days == days


@pytest.mark.parametrize(
    ("rules", "message"),
    [
        ({"warning_days": 0}, "warning_days"),
        ({"warning_days": 4}, "warning_days"),
        ({"critical_certainty": 1.1}, "critical_certainty"),
        ({"warning_certainty": 0.95}, "warning_certainty"),
        ({"least_days_elapsed": 0}, "least_days_elapsed"),
        ({"least_money": {"EUR": -1}}, "least_money of EUR"),
        ({"least_money": {"EUR": nan}}, "least_money of EUR"),
    ],
)
def test_thresholds_that_make_no_sense_are_rejected_by_name(rules: dict[str, float], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        SeverityRules(**rules)  # type: ignore[arg-type]


def test_a_verdict_is_at_least_as_severe_as_its_own_severity_and_none_is_nothing_to_act_on() -> None:
    warning = Verdict("overpacing", Severity.WARNING, "")
    assert [warning.is_at_least(least) for least in Severity] == [True, True, False]
    assert not Verdict("on-track", None, "").is_at_least(Severity.INFO)
    assert (known_severity("warning"), known_severity(None)) == (Severity.WARNING, None)
