"""Many experiments on one metric and terms at once: arrays in, one frame out, the same numbers as one by one.

The frame's columns are the fields of ``Comparison`` (without the metric), null where a field is None there.
"""

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import ArrayLike, NDArray

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.comparison import Terms, refused_method
from adops_pipeline.domain.experiments.metrics import Metric
from adops_pipeline.domain.experiments.outcomes import (
    Counts,
    Outcomes,
    outcomes_of_counts,
    outcomes_of_ratios,
    too_large_for_exact,
)
from adops_pipeline.domain.experiments.proportions import needs_exact
from adops_pipeline.domain.experiments.ratios import Arms
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.srm import two_arm_srm_p
from adops_pipeline.domain.experiments.unit_summaries import ArmColumns

Words = NDArray[np.str_]
"""Empty where there is nothing to say; null in the frame."""

_WORD = "<U32"


def compare_many_counts(
    metric: Metric,
    successes_a: ArrayLike,
    trials_a: ArrayLike,
    successes_b: ArrayLike,
    trials_b: ArrayLike,
    terms: Terms,
    *,
    with_probability: bool = True,
) -> pl.DataFrame:
    """Proportions, shape (n,) each. The probability is the dearest column; without it, it is null.

    Raises ValueError where the metric or the terms do not fit proportions.
    """
    if metric.kind != "proportion" or terms.method in ("log-delta", "fieller"):
        raise ValueError(f"{metric.name} by method {terms.method} cannot be compared from successes and trials")
    _check(terms)
    counts = Counts(*_same_length(successes_a, trials_a, successes_b, trials_b))
    reasons, is_exact = _count_reasons(counts, terms)
    methods = np.where(is_exact, "exact", "z").astype(_WORD)
    invalid_sample = np.isin(reasons, _SAMPLE_PROBLEMS)
    methods[invalid_sample] = terms.method
    usable = reasons == ""
    picked = Counts(*(part[usable] for part in counts))
    outcomes = outcomes_of_counts(picked, is_exact[usable], terms.alpha, with_probability=with_probability)
    known = ~invalid_sample
    with np.errstate(all="ignore"):
        values = [np.where(known, s / t, np.nan) for s, t in (counts[:2], counts[2:])]
    split = _split_p(counts.trials_a, counts.trials_b, terms)
    return _frame(metric, terms, methods, reasons, usable, outcomes, values, split)


def compare_many_ratios(metric: Metric, a: ArmColumns, b: ArmColumns, terms: Terms) -> pl.DataFrame:
    """Ratios of sums. Raises ValueError where the terms do not fit ratios."""
    refusal = refused_method(metric, terms.method)
    if refusal is not None or terms.method in ("z", "exact"):
        raise ValueError(f"{metric.name} by method {terms.method} cannot be compared from units")
    _check(terms)
    columns = _same_length(*a, *b)
    a, b = ArmColumns(*columns[:5]), ArmColumns(*columns[5:])
    reasons = np.full(a.units.shape, "", dtype=_WORD)
    with np.errstate(all="ignore"):
        reasons[~(a.log_variance + b.log_variance > 0)] = "no-variation"
    for arm in (b, a):
        _mark(reasons, _arm_problems(arm))
    usable = reasons == ""
    method: Literal["log-delta", "fieller"] = "fieller" if terms.method == "fieller" else "log-delta"
    with np.errstate(all="ignore"):
        values = [np.where(arm.sum_den > 0, metric.scale * arm.sum_num / arm.sum_den, np.nan) for arm in (a, b)]
        parts = (part[usable] for arm in (a, b) for part in (arm.sum_num / arm.sum_den, arm.log_variance, arm.units))
        outcomes = outcomes_of_ratios(Arms(*parts), method, terms.alpha, metric.scale)
    methods = np.full(a.units.shape, method, dtype=_WORD)
    split = _split_p(a.units, b.units, terms)
    return _frame(metric, terms, methods, reasons, usable, outcomes, values, split)


_SAMPLE_PROBLEMS: list[Reason] = ["not-finite", "negative-input", "zero-trials", "successes-exceed-trials"]


def _count_reasons(counts: Counts, terms: Terms) -> tuple[Words, Bools]:
    """Why an experiment has no result (empty where it has one), and which are tested exactly."""
    reasons = np.full(counts.trials_a.shape, "", dtype=_WORD)
    with np.errstate(all="ignore"):
        is_exact = needs_exact(*counts) if terms.method == "auto" else np.full(reasons.shape, terms.method == "exact")
        fractional = np.any([part != np.floor(part) for part in counts], axis=0)
        reasons[is_exact & too_large_for_exact(counts)] = "counts-too-large"
        reasons[is_exact & fractional] = "fractional-successes"
        full = (counts.successes_a == counts.trials_a) & (counts.successes_b == counts.trials_b)
        reasons[full] = "no-variation"
        reasons[counts.successes_a + counts.successes_b == 0] = "zero-successes"
    for successes, trials in (counts[2:], counts[:2]):
        finite = np.isfinite(successes) & np.isfinite(trials)
        _mark(
            reasons,
            [
                ("successes-exceed-trials", successes > trials),
                ("zero-trials", trials == 0),
                ("negative-input", (successes < 0) | (trials < 0)),
                ("not-finite", ~finite),
            ],
        )
    return reasons, is_exact


def _arm_problems(arm: ArmColumns) -> list[tuple[Reason, Bools]]:
    """Problems of one variant, the gravest last, as ``RatioStatistic.problem`` ranks them."""
    return [
        ("one-unit-holds-all", ~np.isfinite(arm.log_variance)),
        ("too-few-units", arm.units < 2),
        ("zero-numerator", arm.sum_num == 0),
        ("zero-denominator", arm.sum_den == 0),
        ("negative-input", arm.smallest < 0),
        ("not-finite", ~(np.isfinite(arm.sum_num) & np.isfinite(arm.sum_den))),
    ]


def _mark(reasons: Words, problems: list[tuple[Reason, Bools]]) -> None:
    for reason, where in problems:
        reasons[where] = reason


def _split_p(counts_a: Floats, counts_b: Floats, terms: Terms) -> Floats:
    p = np.full(counts_a.shape, np.nan)
    if terms.expected_split is None:
        return p
    rows = np.isfinite(counts_a) & np.isfinite(counts_b) & (counts_a >= 0) & (counts_b >= 0)
    rows &= counts_a + counts_b > 0
    with np.errstate(all="ignore"):
        p[rows] = two_arm_srm_p(counts_a[rows], counts_b[rows], np.full(int(rows.sum()), terms.expected_split))
    return p


def _frame(
    metric: Metric,
    terms: Terms,
    methods: Words,
    reasons: Words,
    usable: Bools,
    outcomes: Outcomes,
    values: list[Floats],
    split_p: Floats,
) -> pl.DataFrame:
    full = {name: np.full(usable.shape, np.nan) for name in Outcomes._fields}
    for name, part in outcomes._asdict().items():
        full[name][usable] = part
    full["value_a"], full["value_b"] = values
    higher = full.pop("probability_b_higher")
    full["probability_b_beats_a"] = higher if metric.is_higher_better else 1.0 - higher
    tested = usable & np.all([np.isfinite(full[name]) for name in ("value_a", "value_b", "p_value", "z")], axis=0)
    reasons[usable & ~tested] = "out-of-range"
    no_interval = tested & ~np.isfinite(full["ci_high"])
    reasons[no_interval] = np.where(full["value_a"][no_interval] == 0, "zero-baseline", "interval-unbounded")
    for name in set(full) - {"value_a", "value_b"}:
        full[name][~tested] = np.nan
    significant = tested & (full["p_value"] <= terms.alpha)
    verdicts = np.where(tested, np.where(significant, "significant", "not-significant"), "no-result").astype(_WORD)
    winners = _winners(metric, full["value_a"], full["value_b"], significant)
    mismatch = split_p < terms.srm_threshold
    verdicts[mismatch], reasons[mismatch], winners[mismatch] = "invalid", "sample-ratio-mismatch", ""
    columns = [_number(name, part) for name, part in {**full, "srm_p": split_p}.items()]
    words = {"method": methods, "winner": winners, "verdict": verdicts, "reason": reasons}
    frame = pl.DataFrame([*columns, *(pl.Series(name, part.tolist(), dtype=pl.String) for name, part in words.items())])
    return frame.with_columns(pl.col(list(words)).replace("", None))


def _winners(metric: Metric, value_a: Floats, value_b: Floats, significant: Bools) -> Words:
    b_is_better = (value_b > value_a) == metric.is_higher_better
    winners = np.where(b_is_better, "B", "A").astype(_WORD)
    winners[~significant | (value_a == value_b)] = ""
    return winners


def _number(name: str, part: Floats) -> pl.Series:
    return pl.Series(name, np.where(np.isfinite(part), part, np.nan), nan_to_null=True)


def _same_length(*columns: ArrayLike) -> list[Floats]:
    arrays = [np.atleast_1d(np.asarray(part, dtype=np.float64)) for part in columns]
    if len({part.shape for part in arrays}) != 1 or arrays[0].ndim != 1:
        raise ValueError(f"every column needs the same length, got {[part.shape for part in arrays]}")
    return arrays


def _check(terms: Terms) -> None:
    if terms.problem is not None:
        raise ValueError(f"the terms cannot be used: {terms.problem}")
