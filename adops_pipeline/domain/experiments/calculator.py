"""The calculators behind ``adops ab-test``: totals or a table of units in, one ``Comparison`` out.

They never raise for what people type in: what cannot be compared comes back with its reason.
"""

from adops_pipeline.domain.experiments.comparison import Case, compare_all, refused_method
from adops_pipeline.domain.experiments.metrics import find_metric
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, without_result
from adops_pipeline.domain.experiments.samples import Proportion
from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD
from adops_pipeline.domain.experiments.terms import Terms
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
    a, b = Proportion(successes_a, trials_a), Proportion(successes_b, trials_b)
    return compare_all([Case(known, a, b, terms)])[0]


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
    if not isinstance(variants, TwoVariants):
        return without_result(known.name, method, variants)
    counted = variants.a.units, variants.b.units
    if method not in ("z", "exact"):
        return compare_all([Case(known, variants.a, variants.b, terms, counted)])[0]
    a, b = (Proportion(arm.sum_num, arm.sum_den) for arm in variants)
    return compare_all([Case(known, a, b, terms, counted)])[0]
