"""The calculators behind ``adops ab-test``: totals or a table of units in, one ``Comparison`` out.

They never raise for what people type in: what cannot be compared comes back with its reason.
"""

from dataclasses import replace

from adops_pipeline.domain.experiments.comparison import Case, compare_all, refused_method
from adops_pipeline.domain.experiments.metrics import find_metric
from adops_pipeline.domain.experiments.results import Comparison, MethodChoice, without_result
from adops_pipeline.domain.experiments.samples import Proportion
from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD
from adops_pipeline.domain.experiments.terms import Terms
from adops_pipeline.domain.experiments.units import TwoVariants, UnitsTable, read_units

_HALF = 0.5
"""A's share of units that chance assigns, where no other one was promised."""


def compare_proportions(
    metric: str,
    successes_a: float,
    trials_a: float,
    successes_b: float,
    trials_b: float,
    alpha: float = 0.05,
    method: MethodChoice = "auto",
    *,
    expected_split: float | None = None,
    srm_threshold: float = SRM_THRESHOLD,
    is_randomised: bool = False,
) -> Comparison:
    """Two proportions (ctr: clicks out of impressions, cvr: conversions out of clicks).

    The caller declares the trials to be independent of each other, as people are; impressions of the same days are not,
    and belong into ``compare_units`` by day. ``z`` is the pooled two-proportion z test, ``exact`` Fisher's, ``auto``
    takes z unless an expected count is below 5.
    Intervals are Newcombe's. The split of the trials is checked where a share of A was planned, ``expected_split``, and
    the trials are traffic: clicks are not, because a better variant has more of them.
    """
    terms = Terms(alpha, method, expected_split, srm_threshold, is_randomised)
    known = find_metric(metric)
    if known is None:
        return without_result(metric, method, "unknown-metric")
    if terms.problem is None and known.denominator == "clicks":
        terms = replace(terms, expected_split=None, is_randomised=is_randomised or expected_split is not None)
    a, b = Proportion(successes_a, trials_a), Proportion(successes_b, trials_b)
    return compare_all([Case(known, a, b, terms)])[0]


def compare_units(
    metric: str,
    units: UnitsTable,
    alpha: float = 0.05,
    method: MethodChoice = "auto",
    *,
    expected_split: float | None = None,
    srm_threshold: float = SRM_THRESHOLD,
    is_randomised: bool = False,
    is_split_checked: bool = True,
) -> Comparison:
    """Any metric from one row per variant and unit: columns variant, unit, numerator, denominator.

    The first variant seen is A. Units that are dates are days: variants are paired by day, and the days' correlation is
    estimated; other units are declared to be independent.
    ``log-delta`` tests log(B / A) with the units' own variance (jackknife) and t quantiles, ``fieller`` tests B - A and
    gives Fieller's relative interval; ``auto`` is log-delta. ``z`` and ``exact`` add the units up and are refused for
    metrics that are no proportion. A promised split, ``expected_split``, is checked on the number of declared units,
    and of days on the impressions where they are the denominator. Without a promise nothing is checked, unless chance
    decided about declared units (``is_randomised``): they are expected to be split in halves.
    ``is_split_checked=False`` leaves the check out.
    """
    terms = Terms(alpha, method, expected_split, srm_threshold, is_randomised)
    known = find_metric(metric)
    if known is None:
        return without_result(metric, method, "unknown-metric")
    refusal = terms.problem or refused_method(known, method)
    if refusal is not None:
        return without_result(known.name, method, refusal)
    variants = read_units(units, known, expected_split if known.denominator == "impressions" else None)
    if not isinstance(variants, TwoVariants):
        return without_result(known.name, method, variants)
    if not is_split_checked:
        terms = replace(terms, expected_split=None)
    elif is_randomised and expected_split is None and not variants.is_daily:
        terms = replace(terms, expected_split=_HALF)
    if variants.is_daily and known.denominator != "impressions":
        terms = replace(terms, expected_split=None, is_randomised=is_randomised or expected_split is not None)
    arms = variants.a, variants.b
    counted = variants.a.units, variants.b.units
    if method not in ("z", "exact"):
        return compare_all([Case(known, *arms, terms, counted, variants.pairs)])[0]
    a, b = (Proportion(arm.sum_num, arm.sum_den) for arm in arms)
    return compare_all([Case(known, a, b, terms, None if variants.is_daily else counted)])[0]
