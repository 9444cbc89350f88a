"""Many experiments on one metric and terms at once: arrays in, one array a field out. What may be compared at all is
decided in comparison.py.
"""

from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from adops_pipeline.domain.experiments.arrays import Bools, Floats
from adops_pipeline.domain.experiments.metrics import Metric
from adops_pipeline.domain.experiments.outcomes import (
    Counts,
    Outcomes,
    outcomes_of_counts,
    outcomes_of_pairs,
    outcomes_of_ratios,
    too_large_for_exact,
)
from adops_pipeline.domain.experiments.pairs import DayPairs
from adops_pipeline.domain.experiments.proportions import needs_exact
from adops_pipeline.domain.experiments.ratios import Arms
from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import Comparison, Dependence, Unit
from adops_pipeline.domain.experiments.srm import two_arm_srm_p
from adops_pipeline.domain.experiments.terms import Terms

Words = NDArray[np.str_]
"""Empty where a ``Comparison`` has None."""
_WORD = "<U32"
_SAMPLE_PROBLEMS: list[Reason] = ["not-finite", "negative-input", "zero-trials", "successes-exceed-trials"]


class RatioArm(NamedTuple):
    """One variant of many ratio experiments: the fields of ``RatioSums``, shape (n,) each."""

    units: Floats
    sum_num: Floats
    sum_den: Floats
    log_variance: Floats
    smallest: Floats


class Comparisons(NamedTuple):
    """Many comparisons on one metric and terms: the fields of ``Comparison`` by name; NaN and "" stand for None."""

    numbers: Mapping[str, Floats]
    words: Mapping[str, Words]

    def rows(self, metric: Metric) -> list[Comparison]:
        """One ``Comparison`` each, in the arrays' order."""
        names = (*self.numbers, *self.words)
        columns = [[x if isfinite(x) else None for x in part.tolist()] for part in self.numbers.values()]
        columns += [[word or None for word in part.tolist()] for part in self.words.values()]
        return [Comparison(metric.name, **dict(zip(names, row, strict=True))) for row in zip(*columns, strict=True)]


def compare_counts(
    metric: Metric,
    counts: Counts,
    terms: Terms,
    exposures: tuple[Floats, Floats] | None = None,
    *,
    with_probability: bool = True,
) -> Comparisons:
    """Proportions. The probability is the column that costs most; without it, it is NaN."""
    reasons, is_exact = _count_reasons(counts, terms)
    methods = _words(is_exact, "exact", otherwise="z")
    invalid_sample = np.isin(reasons, _SAMPLE_PROBLEMS)
    methods[invalid_sample] = terms.method
    usable = reasons == ""
    picked = Counts(*(part[usable] for part in counts))
    outcomes = outcomes_of_counts(picked, is_exact[usable], terms.alpha, with_probability=with_probability)
    with np.errstate(all="ignore"):
        values = [np.where(invalid_sample, np.nan, s / t) for s, t in (counts[:2], counts[2:])]
    split = _split_p(*(exposures or (counts.trials_a, counts.trials_b)), terms)
    found = _judged(metric, terms, methods, reasons, outcomes, values, split)
    with np.errstate(all="ignore"):
        return _with_basis(found, terms, "trial", counts.trials_a + counts.trials_b)


def compare_ratios(
    metric: Metric,
    a: RatioArm,
    b: RatioArm,
    terms: Terms,
    exposures: tuple[Floats, Floats] | None = None,
    pairs: DayPairs | None = None,
) -> Comparisons:
    """Ratios of sums; with ``pairs`` the units are days, which both arms share, else independent units."""
    reasons = np.full(a.units.shape, "", dtype=_WORD)
    with np.errstate(all="ignore"):
        varies = a.log_variance + b.log_variance > 0 if pairs is None else pairs.errors[:, 0] > 0
        reasons[~varies] = "no-variation"
        if pairs is not None:
            reasons[np.isinf(pairs.errors[:, 0])] = "one-unit-holds-all"
    for problems in (_shortages, _faults):
        for arm in (b, a):
            _mark(reasons, problems(arm))
    usable = reasons == ""
    method: Literal["log-delta", "fieller"] = "fieller" if terms.method == "fieller" else "log-delta"
    with np.errstate(all="ignore"):
        values = [np.where(arm.sum_den > 0, metric.scale * arm.sum_num / arm.sum_den, np.nan) for arm in (a, b)]
        parts = (part[usable] for arm in (a, b) for part in (arm.sum_num / arm.sum_den, arm.log_variance, arm.units))
        arms = Arms(*parts)
        if pairs is None:
            outcomes = outcomes_of_ratios(arms, method, terms.alpha, metric.scale)
        else:
            outcomes = _outcomes_of_pairs(arms, pairs.row(usable), method, terms, metric)
    methods = np.full(a.units.shape, method, dtype=_WORD)
    split = _split_p(*(exposures or (a.units, b.units)), terms) if pairs is None else pairs.split_p
    found = _judged(metric, terms, methods, reasons, outcomes, values, split)
    if pairs is None:
        return _with_basis(found, terms, "unit", a.units + b.units)
    return _with_basis(found, terms, "day", pairs.fitted.effective_days)


def _outcomes_of_pairs(
    arms: Arms, pairs: DayPairs, method: Literal["log-delta", "fieller"], terms: Terms, metric: Metric
) -> Outcomes:
    paired = arms._replace(
        log_variance_a=pairs.variance_a, log_variance_b=pairs.variance_b, covariance=pairs.covariance
    )
    return outcomes_of_pairs(paired, pairs.fitted, method, terms.alpha, metric.scale)


def _with_basis(found: Comparisons, terms: Terms, unit: Unit, size: Floats) -> Comparisons:
    """Names what varies by chance, where something was tested."""
    dependence: Dependence = "paired-days" if unit == "day" else "declared-independent"
    assignment = "randomised" if terms.is_randomised or terms.expected_split is not None else "observational"
    tested = np.isfinite(found.numbers["p_value"])
    words = {
        name: _words(tested, word)
        for name, word in (("unit", unit), ("dependence", dependence), ("assignment", assignment))
    }
    sizes = np.where(tested, size, np.nan)
    return Comparisons({**found.numbers, "effective_sample_size": sizes}, {**found.words, **words})


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
        finite_sample = np.isfinite(successes) & np.isfinite(trials)
        _mark(
            reasons,
            [
                ("successes-exceed-trials", successes > trials),
                ("zero-trials", trials == 0),
                ("negative-input", (successes < 0) | (trials < 0)),
                ("not-finite", ~finite_sample),
            ],
        )
    return reasons, is_exact


def _shortages(arm: RatioArm) -> list[tuple[Reason, Bools]]:
    """What one variant lacks so far, the one that counts most last."""
    return [
        ("one-unit-holds-all", ~np.isfinite(arm.log_variance)),
        ("too-few-units", arm.units < 2),
        ("zero-numerator", arm.sum_num == 0),
        ("zero-denominator", arm.sum_den == 0),
    ]


def _faults(arm: RatioArm) -> list[tuple[Reason, Bools]]:
    """What is wrong with one variant's numbers, the one that counts most last."""
    return [
        ("out-of-range", ~(np.isfinite(arm.sum_num) & np.isfinite(arm.sum_den))),
        ("negative-input", arm.smallest < 0),
        ("not-finite", np.isnan(arm.smallest)),
    ]


def _mark(reasons: Words, problems: list[tuple[Reason, Bools]]) -> None:
    for reason, where in problems:
        reasons[where] = reason


def _split_p(counts_a: Floats, counts_b: Floats, terms: Terms) -> Floats:
    p = np.full(counts_a.shape, np.nan)
    if terms.expected_split is None:
        return p
    with np.errstate(all="ignore"):
        rows = np.isfinite(counts_a + counts_b) & (counts_a >= 0) & (counts_b >= 0) & (counts_a + counts_b > 0)
        p[rows] = two_arm_srm_p(counts_a[rows], counts_b[rows], np.full(int(rows.sum()), terms.expected_split))
    return p


def _judged(
    metric: Metric,
    terms: Terms,
    methods: Words,
    reasons: Words,
    outcomes: Outcomes,
    values: Sequence[Floats],
    split_p: Floats,
) -> Comparisons:
    """Verdicts, winners and reasons. ``outcomes`` are those of the experiments without a reason so far."""
    usable = reasons == ""
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
    verdicts = _words(tested, "not-significant", otherwise="no-result")
    verdicts[significant] = "significant"
    winners = _winners(metric, full["value_a"], full["value_b"], significant)
    mismatch = split_p < terms.srm_threshold
    verdicts[mismatch], reasons[mismatch], winners[mismatch] = "invalid", "sample-ratio-mismatch", ""
    words = {"method": methods, "winner": winners, "verdict": verdicts, "reason": reasons}
    return Comparisons({**full, "srm_p": split_p}, words)


def _winners(metric: Metric, value_a: Floats, value_b: Floats, significant: Bools) -> Words:
    b_is_better = (value_b > value_a) == metric.is_higher_better
    has_winner = significant & (value_a != value_b)
    winners = _words(has_winner, "A")
    winners[has_winner & b_is_better] = "B"
    return winners


def _words(where: Bools, word: str, otherwise: str = "") -> Words:
    """``word`` at the marked places; filled in, since an array made by ``np.where`` has to be copied to this width."""
    words = np.full(where.shape, otherwise, dtype=_WORD)
    words[where] = word
    return words
