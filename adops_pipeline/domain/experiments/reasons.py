"""Why a comparison gives no result, or an incomplete one: the vocabulary and a sentence for each word."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, get_args

Reason = Literal[
    "alpha-out-of-range",
    "counts-too-large",
    "different-currency",
    "different-kinds",
    "fractional-successes",
    "interval-unbounded",
    "method-does-not-fit",
    "metric-is-not-a-proportion",
    "missing-columns",
    "missing-value",
    "needs-two-variants",
    "negative-input",
    "no-delivery",
    "no-variation",
    "not-finite",
    "one-unit-holds-all",
    "out-of-range",
    "sample-ratio-mismatch",
    "split-out-of-range",
    "successes-exceed-trials",
    "too-few-units",
    "unequal-windows",
    "unknown-method",
    "unknown-metric",
    "z-test-needs-a-proportion",
    "zero-baseline",
    "zero-denominator",
    "zero-numerator",
    "zero-successes",
    "zero-trials",
]

EXPLANATIONS: Mapping[Reason, str] = MappingProxyType(
    {
        "alpha-out-of-range": "alpha must lie between 0 and 1, both excluded.",
        "counts-too-large": "The exact test is for small counts; use the z test.",
        "different-currency": "The variants are measured in different currencies; their money cannot be compared.",
        "different-kinds": "One variant is given as a proportion and the other as units, or neither fits the metric.",
        "fractional-successes": "The counts are too small for the z test, and the exact test needs whole counts.",
        "interval-unbounded": "A's value is not clearly above zero, so Fieller's relative interval has no finite ends.",
        "method-does-not-fit": "This method is made for the other kind of data: z and exact for proportions, "
        "log-delta and fieller for units.",
        "metric-is-not-a-proportion": "This metric is a ratio of two sums, not successes out of trials; "
        "give its units (one row per variant and day or user) instead of two totals.",
        "missing-columns": "The units need the columns variant, unit, numerator and denominator.",
        "missing-value": "A row of the units lacks one of its four values, or holds no number where one belongs.",
        "needs-two-variants": "A comparison needs exactly two variants.",
        "negative-input": "Counts and amounts cannot be negative.",
        "no-delivery": "The ad groups of a variant have delivered nothing since the test began; check their ids.",
        "no-variation": "The units do not vary, so the size of chance differences is unknown.",
        "not-finite": "An input is not a finite number.",
        "one-unit-holds-all": "A single unit holds a variant's whole numerator or denominator.",
        "out-of-range": "The numbers are too large, too small or too far apart to be computed with.",
        "sample-ratio-mismatch": "Traffic was not split as planned: something other than chance decides who sees "
        "which variant.",
        "split-out-of-range": "The expected split is A's share of the traffic, between 0 and 1, both excluded.",
        "successes-exceed-trials": "More successes than trials: this is no proportion; compare units instead.",
        "too-few-units": "Each variant needs at least two units.",
        "unequal-windows": "The variants ran on different days; compare the days on which both ran.",
        "unknown-method": "The method must be one of auto, z, exact, log-delta and fieller.",
        "unknown-metric": "The metric must be one of ctr, cvr, cpc, cpa, cpm and roas.",
        "z-test-needs-a-proportion": "The plain z test treats each trial as a yes or a no. This metric's numerator is "
        "an amount of money with its own variance, which two totals do not show: a z test would invent certainty. "
        "Use method log-delta or fieller on units.",
        "zero-baseline": "A has no successes, so a relative effect does not exist; the absolute one does.",
        "zero-denominator": "A variant's denominator is zero, so its value does not exist yet.",
        "zero-numerator": "A variant's numerator is zero, so a relative effect does not exist yet.",
        "zero-successes": "Neither variant has a success yet.",
        "zero-trials": "A variant has no trials yet.",
    }
)

CURABLE: frozenset[Reason] = frozenset(
    {
        "fractional-successes",
        "interval-unbounded",
        "no-delivery",
        "no-variation",
        "one-unit-holds-all",
        "too-few-units",
        "unequal-windows",
        "zero-baseline",
        "zero-denominator",
        "zero-numerator",
        "zero-successes",
        "zero-trials",
    }
)
"""Reasons that more data may remove. Every other one stays until a person changes the test."""

if set(EXPLANATIONS) != set(get_args(Reason)):  # a new reason without its sentence must not reach a user
    raise RuntimeError("every reason needs exactly one explanation")
