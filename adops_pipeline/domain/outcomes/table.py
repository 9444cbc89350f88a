"""The table of outcomes: which changes are due, and the rows of those that were measured or wait. Frames in and out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import polars as pl

from adops_pipeline.domain.outcomes.changes import Change, overlapping
from adops_pipeline.domain.outcomes.measure import Measurement, MetricOutcome, period_of
from adops_pipeline.domain.outcomes.verdicts import Judged, overlaps, pending, primary_metric, queued
from adops_pipeline.domain.outcomes.windows import POST_DAYS
from adops_pipeline.domain.tables.outcomes import ACTION_OUTCOMES

SCHEMA = ACTION_OUTCOMES.polars_schema(without=("campaign_name", "partitions", "run_id", "measured_at"))
MOST_MEASURED = 100
"""Changes that one run measures; the others wait for the next runs, and are said to."""
Forecasts = Mapping[str, Mapping[str, tuple[float, float]]]
"""By id of the change and metric: the campaign's own forecast of a day, and its error on the log scale."""


@dataclass(frozen=True, slots=True)
class Due:
    """Changes by what is to be done with them.

    They are measured, refused because of others, left until they are mature, or left for the next runs.
    """

    to_measure: tuple[Change, ...]
    overlapping: tuple[tuple[Change, tuple[Change, ...]], ...]
    waiting: tuple[tuple[Change, date], ...]
    """With the day through which the account's rows must be complete."""
    queued: tuple[Change, ...] = ()
    """Mature, but more than one run measures; in the order in which the next runs measure them."""

    @property
    def changes(self) -> tuple[Change, ...]:
        """All of them."""
        left = (*(one for one, _ in self.overlapping), *(one for one, _ in self.waiting))
        return (*self.to_measure, *left, *self.queued)


def due_changes(
    changes: Sequence[Change],
    measured: Collection[str],
    last_days: Mapping[tuple[str, str], date],
    mature_after: Mapping[str, int],
    since: date,
    listed: Collection[str] = (),
) -> Due:
    """What to do with the changes from ``since`` on; those in ``measured`` (ids) keep what was found.

    Those in ``listed`` wait since an earlier run and are measured however old they have become meanwhile.

    ``last_days`` are the accounts' last complete days, ``mature_after`` the platforms' days until results are known.
    """
    near = overlapping(changes, POST_DAYS)
    ready, refused, waiting = [], [], []
    for change in changes:
        last = last_days.get((change.platform, change.account_id))
        is_listed = change.changed_on >= since or change.id in listed
        if change.id in measured or not is_listed or last is None:
            continue
        mature = period_of(change).post_end + timedelta(days=mature_after.get(change.platform, 0))
        if change.id in near:
            refused.append((change, tuple(near[change.id])))
        elif last < mature:
            waiting.append((change, mature))
        else:
            ready.append(change)
    ready = _in_turns(ready)
    return Due(tuple(ready[:MOST_MEASURED]), tuple(refused), tuple(waiting), tuple(ready[MOST_MEASURED:]))


def _in_turns(changes: Sequence[Change]) -> list[Change]:
    """Of each source the oldest first, the sources in turns: neither can keep the other from being measured."""
    order = sorted(changes, key=lambda one: (one.changed_on, one.id))
    place: dict[str, int] = {}
    turns = []
    for change in order:
        place[change.source] = place.get(change.source, -1) + 1
        turns.append((place[change.source], change.source != "proposal", change))
    return [change for *_, change in sorted(turns, key=lambda one: one[:2])]


def outcome_rows(due: Due, measurement: Measurement | None, forecasts: Forecasts) -> pl.DataFrame:
    """Rows of the changes that are due: one per metric, or one where nothing was measured; without a panel none is."""
    rows: list[dict[str, object]] = []
    for change in due.to_measure if measurement is not None else ():
        assert measurement is not None
        days = measurement.pre_days(change)
        rows += [_row(change, one, days) for one in measurement.measure(change, forecasts.get(change.id, {}))]
    for change, others in due.overlapping:
        rows.append(_unmeasured(change, overlaps([(other.action, other.changed_on) for other in others])))
    for change, mature in due.waiting:
        rows.append(_unmeasured(change, pending(mature)))
    for place, change in enumerate(due.queued, start=1):
        rows.append(_unmeasured(change, queued(place, MOST_MEASURED)))
    return pl.DataFrame(rows, schema=SCHEMA, orient="row")


def _unmeasured(change: Change, judged: Judged) -> dict[str, object]:
    return _row(change, MetricOutcome(primary_metric(change.action), None, None, None, judged), 0)


def _row(change: Change, outcome: MetricOutcome, pre_days: int) -> dict[str, object]:
    period, estimate, judged = period_of(change, pre_days), outcome.estimate, outcome.judged
    found: dict[str, object] = {
        "change_id": change.id,
        "proposal_id": change.proposal_id,
        "source": change.source,
        "metric": outcome.metric,
        "is_primary": outcome.metric == primary_metric(change.action),
        "platform": change.platform,
        "account_id": change.account_id,
        "campaign_id": change.campaign_id,
        "agent_id": change.agent_id,
        "action": change.action,
        "condition": change.circumstance,
        "applied_at": change.applied_at,
        "changed_on": change.changed_on,
        "pre_start": period.pre_start if pre_days else None,
        "pre_end": period.pre_end if pre_days else None,
        "post_start": period.post_start,
        "post_end": period.post_end,
        "before": outcome.before,
        "after": outcome.after,
        "before_after_ratio": outcome.before_after_ratio,
        "controls": 0 if estimate is None else estimate.controls,
        "probability_better": judged.probability_better,
        "verdict": judged.verdict,
        "reason": judged.reason,
    }
    if estimate is not None:
        found |= {
            "expected": estimate.expected,
            "effect_ratio": estimate.ratio,
            "effect_low": estimate.low,
            "effect_high": estimate.high,
            "effect_error": estimate.error,
            "forecast_ratio": estimate.forecast_ratio,
            "pretrend_p": estimate.pretrend_p,
            "method": estimate.method,
        }
    return {name: found.get(name) for name in SCHEMA}
