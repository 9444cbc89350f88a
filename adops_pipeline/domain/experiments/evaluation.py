"""Declared tests against what was measured: every day one evaluation, until a decision that then stands. Pure.

One entry point, ``evaluate_tests``: definitions, ad groups' days and earlier evaluations in, two tables out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

import polars as pl

from adops_pipeline.domain.experiments.decisions import (
    ExperimentInput,
    before_data,
    evaluate_all,
    is_waiting,
    stopped,
    withheld,
)
from adops_pipeline.domain.experiments.definitions import TestDefinition, check_together
from adops_pipeline.domain.experiments.history import Earlier, History
from adops_pipeline.domain.experiments.measurement import arm_days, judged_window, measure
from adops_pipeline.domain.experiments.multiplicity import adjusted_p_values
from adops_pipeline.domain.experiments.results import Comparison
from adops_pipeline.domain.experiments.standings import RESULTS, TESTS, Standing, declared_row, result_row


@dataclass(frozen=True, slots=True)
class Evaluated:
    """``tests``: all that are declared, and earlier ones that were decided. ``results``: today's evaluations."""

    tests: pl.DataFrame
    results: pl.DataFrame


NO_EARLIER = Earlier(pl.DataFrame(schema=TESTS), pl.DataFrame(schema=RESULTS))


def evaluate_tests(
    definitions: Sequence[TestDefinition],
    daily: pl.DataFrame,
    as_of: pl.DataFrame,
    mature_after_days: Mapping[str, int],
    earlier: Earlier = NO_EARLIER,
) -> Evaluated:
    """Where every test stands at the last complete day of its accounts.

    ``daily`` has platform, account_id, ad_group_id, date, currency, impressions, clicks, spend, revenue, conversions;
    ``as_of`` platform, account_id, as_of; ``mature_after_days`` the age, by platform, at which a day's conversions are
    known (1: on the next day). ``earlier`` are the two tables as they stand: a decision made under the same agreement
    is kept, whatever later data say, and gets no further evaluation. Rows do not depend on the order of the input.
    Raises DefinitionError for definitions that do not go together.
    """
    check_together(definitions)
    ordered = sorted(definitions, key=lambda test: test.id)
    history = earlier.read()
    open_tests = [test for test in ordered if history.decision(test) is None]
    looks = _looks(open_tests, daily, as_of, mature_after_days, history)
    judged = _judged_in_families(ordered, looks, history)
    return _tables(ordered, {name: _as_stopped(look) for name, look in judged.items()}, history)


def _looks(
    tests: Sequence[TestDefinition],
    daily: pl.DataFrame,
    as_of: pl.DataFrame,
    mature_after_days: Mapping[str, int],
    history: History,
) -> dict[str, Standing]:
    """Where each test stands today, by its id; all are measured and compared together."""
    days = arm_days(tests, daily, as_of)
    today = {test.id: _judged_day(test, day) for test in tests if (day := days.as_of[test.id]) is not None}
    windows = {test.id: judged_window(test, today[test.id], mature_after_days) for test in tests if test.id in today}
    due = [(test, window) for test in tests if (window := windows.get(test.id)) is not None]
    measured = [
        _with_looks(test, one, today[test.id], history) for (test, _), one in zip(due, measure(due, days), strict=True)
    ]
    results = evaluate_all([(one, test.rules) for (test, _), one in zip(due, measured, strict=True)])
    looks = {
        test.id: Standing(test, today[test.id], window, one, result, is_look=one.is_look and not is_waiting(result))
        for (test, window), one, result in zip(due, measured, results, strict=True)
    }
    for test in tests:
        if test.id not in looks:
            waiting = before_data(test.metric, test.rules)
            looks[test.id] = Standing(test, today.get(test.id), None, None, waiting, is_look=False)
    return looks


def _judged_day(test: TestDefinition, as_of: date) -> date:
    """The day through which a test is judged: the last complete one, or the one on which it was stopped."""
    return as_of if test.stopped_on is None else min(as_of, test.stopped_on)


def _as_stopped(look: Standing) -> Standing:
    return look if look.test.stopped_on is None else replace(look, result=stopped(look.result))


def _with_looks(test: TestDefinition, measured: ExperimentInput, today: date, history: History) -> ExperimentInput:
    """A planned look is due from its day on until it is spent: days without a run only shift it."""
    if test.stopping != "group-sequential":
        return measured
    spent = history.spent_looks(test, today, measured.days)
    newest = spent[-1] if spent else 0
    is_due = any(newest < planned <= measured.days for planned in test.planned_looks)
    return replace(measured, earlier_looks=spent, is_look=is_due)


def _judged_in_families(
    tests: Sequence[TestDefinition], looks: Mapping[str, Standing], history: History
) -> dict[str, Standing]:
    """Take back what a test shows alone but not among its family; decided members count with the p they had then."""
    families: dict[str, list[TestDefinition]] = {}
    for test in tests:
        if test.family is not None:
            families.setdefault(test.family, []).append(test)
    judged = dict(looks)
    for members in families.values():
        p_values = [_deciding_p(test, looks.get(test.id), history) for test in members]
        adjusted = adjusted_p_values([1.0 if p is None else p for p in p_values], members[0].correction)
        for test, p, own in zip(members, adjusted, p_values, strict=True):
            look = looks.get(test.id)
            if look is not None:
                judged[test.id] = _in_family(look, None if own is None else p)
    return judged


def _in_family(look: Standing, adjusted_p: float | None) -> Standing:
    result = look.result
    is_shown = adjusted_p is not None and adjusted_p <= look.test.alpha
    if result.status == "completed" and not is_shown and look.test_input is not None:
        result = withheld(result, look.test_input, look.test.rules)
    return replace(look, result=result, adjusted_p=adjusted_p)


def _deciding_p(test: TestDefinition, look: Standing | None, history: History) -> float | None:
    """The p that the stopping rule goes by; None where the test was not judged."""
    is_anytime = test.stopping == "always-valid"
    if look is not None:
        comparison: Comparison = look.result.comparison
        usable = look.is_look and look.result.status != "invalid"
        return (comparison.always_valid_p if is_anytime else comparison.p_value) if usable else None
    row = history.decisive_result(test)
    if row is None or row["status"] == "invalid":
        return None
    p: float | None = row["always_valid_p" if is_anytime else "p_value"]
    return p


def _tables(tests: Sequence[TestDefinition], looks: Mapping[str, Standing], history: History) -> Evaluated:
    declared = {test.id for test in tests}
    rows = [declared_row(test, looks.get(test.id), history.decision(test)) for test in tests]
    rows += [dict(row) for name, row in history.tests.items() if name not in declared and row["status"] != "running"]
    results = [result_row(look) for look in looks.values() if look.evaluated_at is not None]
    return Evaluated(
        pl.DataFrame([{name: row[name] for name in TESTS} for row in rows], schema=TESTS).sort("id"),
        pl.DataFrame(results, schema=RESULTS).sort("test_id", "evaluated_at"),
    )


__all__ = ["NO_EARLIER", "Earlier", "Evaluated", "evaluate_tests"]
