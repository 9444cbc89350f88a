"""The calculators behind ``adops ab-test``: totals or a table of units in, one ``Comparison`` out.

They never raise for what people type in: what cannot be compared comes back with its reason.
"""

from adops_pipeline.domain.experiments.comparison import Terms, compare, refused_method
from adops_pipeline.domain.experiments.metrics import find_metric
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, NoResult, without_result
from adops_pipeline.domain.experiments.samples import Proportion, RatioStatistic
from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD
from adops_pipeline.domain.experiments.units import TwoVariants, UnitsTable, read_units


def compare_proportions(
    metric: str,
    successes_a: float,
    trials_a: float,
    successes_b: float,
    trials_b: float,
    alpha: float = 0.05,
    method: MethodChoice = "auto",
    *,
    expected_split: float | None = 0.5,
    srm_threshold: float = SRM_THRESHOLD,
) -> Comparison:
    """Two proportions (ctr: clicks out of impressions, cvr: conversions out of clicks).

    ``z`` is the pooled two-proportion z test, ``exact`` Fisher's, ``auto`` takes z unless an expected count is below 5.
    Intervals are Newcombe's. The split of the trials is checked against ``expected_split``, A's planned share; None
    switches the check off, right where trials are delivered by an auction rather than dealt out.
    """
    terms = Terms(alpha, method, expected_split, srm_threshold)
    known = find_metric(metric)
    if known is None:
        return without_result(metric, method, "unknown-metric")
    return compare(known, Proportion(successes_a, trials_a), Proportion(successes_b, trials_b), terms)


def compare_units(
    metric: str,
    units: UnitsTable,
    alpha: float = 0.05,
    method: MethodChoice = "auto",
    *,
    expected_split: float | None = 0.5,
    srm_threshold: float = SRM_THRESHOLD,
) -> Comparison:
    """Any metric from one row per variant and unit: columns variant, unit, numerator, denominator.

    The first variant seen is A.
    ``log-delta`` tests log(B / A) with the units' own variance (jackknife) and t quantiles, ``fieller`` tests B - A and
    gives Fieller's relative interval; ``auto`` is log-delta. ``z`` and ``exact`` add the units up and are refused for
    metrics that are no proportion. The split of the number of units is checked against ``expected_split``.
    """
    terms = Terms(alpha, method, expected_split, srm_threshold)
    known = find_metric(metric)
    if known is None:
        return without_result(metric, method, "unknown-metric")
    refusal = terms.problem or refused_method(known, method)
    if refusal is not None:
        return without_result(known.name, method, refusal)
    variants = read_units(units, known)
    if isinstance(variants, NoResult):
        return without_result(known.name, method, variants.reason)
    samples = _totals(variants) if method in ("z", "exact") else _statistics(variants)
    if isinstance(samples, NoResult):
        return without_result(known.name, method, samples.reason)
    counted = float(variants.a.numerators.size), float(variants.b.numerators.size)
    return compare(known, samples[0], samples[1], terms, exposures=counted)


def _totals(variants: TwoVariants) -> tuple[Proportion, Proportion]:
    a, b = (Proportion(float(arm.numerators.sum()), float(arm.denominators.sum())) for arm in variants)
    return a, b


def _statistics(variants: TwoVariants) -> tuple[RatioStatistic, RatioStatistic] | NoResult:
    a, b = variants.a.statistic(), variants.b.statistic()
    if isinstance(a, NoResult):
        return a
    return b if isinstance(b, NoResult) else (a, b)
