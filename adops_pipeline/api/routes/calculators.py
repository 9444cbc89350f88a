"""Calculators that plan an A/B test: figures in, figures out; nothing is read or stored."""

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import ApiQuery
from adops_pipeline.services.ab_tests import plan_test

router = APIRouter(prefix="/api/calculators", tags=["ab-tests"])


class SampleSizeQuery(ApiQuery):
    """What a test of a proportion is to show."""

    baseline: float = Field(gt=0, lt=1, description="Expected value of arm A: clicks per impression for ctr, say.")
    lift: float = Field(gt=-1, le=100, description="Smallest relative change of B that is to be shown: 0.1 is +10 %.")
    alpha: float = Field(0.05, gt=0, lt=1, description="Two-sided level.")
    power: float = Field(0.8, gt=0, lt=1, description="Probability of showing such a change.")
    per_day: float | None = Field(None, gt=0, description="Trials per arm and day, for the days that it takes.")


class SampleSize(ApiModel):
    """Size of a test that is judged once, at its end. Watched every day, it takes longer."""

    per_arm: int = Field(description="Trials per arm: impressions for ctr, clicks for cvr.")
    days: int | None = Field(description="Days that they take; null without `perDay`.")


@router.get("/sample-size", operation_id="plan_sample_size", summary="Plan a test's size", responses=responses(422))
def plan_sample_size(query: Annotated[SampleSizeQuery, Query()]) -> SampleSize:
    """Trials per arm that a test of a proportion needs, with independent trials (Fleiss, without correction)."""
    planned = plan_test(query.baseline, query.lift, query.alpha, query.power, query.per_day)
    return SampleSize(per_arm=planned.per_arm, days=planned.days)
