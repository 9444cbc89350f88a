"""A/B tests: define, list, read, evaluate at once, stop. The pipeline's next run evaluates what is defined here."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import date, datetime
from typing import Annotated, Any
from uuid import uuid4

from fastapi import APIRouter, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, JsonValue
from pydantic.alias_generators import to_camel

from adops_pipeline.api.access import ROLE_KEY, ActorDep
from adops_pipeline.api.deps import ServicesDep
from adops_pipeline.api.models import ApiModel
from adops_pipeline.api.problems import responses
from adops_pipeline.api.requests import PageQuery, Words
from adops_pipeline.domain.experiments.metrics import MetricName
from adops_pipeline.domain.experiments.results import Winner
from adops_pipeline.domain.experiments.words import Stopping, TestStatus
from adops_pipeline.domain.tables import TABLES
from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.services.ab_tests import KnownTest, Origin
from adops_pipeline.services.documents.models import row_model
from adops_pipeline.settings.experiments import AbTestSettings, VariantSettings

router = APIRouter(prefix="/api/ab-tests", tags=["ab-tests"])
_LISTING = "ab-tests"
_FIGURES = [column for column in TABLES["ab_test_results"].columns if column.name != "created_at"]
Figures = row_model(TABLES["ab_test_results"], _FIGURES, "AbTestFigures")
TestId = Annotated[str, Path(max_length=200, description="Id of the test.")]


_EXAMPLE: dict[str, JsonValue] = {
    "id": "spring-creatives",
    "name": "Spring creatives",
    "platform": "google-ads",
    "campaignId": "12034400001",
    "metric": "ctr",
    "startedOn": "2026-03-02",
    "variantA": {"name": "Photo", "adGroupIds": ["140001"]},
    "variantB": {"name": "Video", "adGroupIds": ["140002"]},
}


class VariantRequest(VariantSettings):
    """One arm of a test."""

    model_config = ConfigDict(alias_generator=to_camel)

    ad_group_ids: tuple[Annotated[str, Field(min_length=1, max_length=200)], ...] = Field(
        min_length=1, max_length=500, description="Ids of its ad groups (Meta: ad sets).", examples=[["140001"]]
    )


class AbTestRequest(AbTestSettings):
    """A test as it is agreed before it begins: what the settings take, in camelCase."""

    model_config = ConfigDict(alias_generator=to_camel, json_schema_extra={"examples": [_EXAMPLE]})

    id: str = Field(
        default_factory=lambda: uuid4().hex,
        pattern=r"^[A-Za-z0-9_.-]{1,100}$",
        description="Id of the test; one is made where it is not given.",
        examples=["spring-creatives"],
    )
    variant_a: VariantRequest = Field(description="The control.")
    variant_b: VariantRequest = Field(description="The challenger.")


class AbTestQuery(PageQuery):
    """Which tests."""

    status: list[TestStatus] = Field([], max_length=4, description="Only these; tests not yet evaluated are running.")
    platform: list[Platform] = Field([], max_length=10, description="Only these platforms.")
    campaign_id: Words = Field([], description="Only these campaigns, by the platform's id.")
    origin: list[Origin] = Field([], max_length=2, description="Only tests of the settings, or those defined here.")

    def wants(self, test: KnownTest) -> bool:
        """Whether the test meets every condition."""
        own = test.definition
        return (
            (not self.status or _status(test) in self.status)
            and (not self.platform or own.platform in self.platform)
            and (not self.campaign_id or own.campaign_id in self.campaign_id)
            and (not self.origin or test.origin in self.origin)
        )


class AbTestOut(ApiModel):
    """A test and where it stands in the published data."""

    id: str
    name: str
    platform: Platform
    campaign_id: str
    metric: MetricName
    origin: Origin = Field(description="Declared in the settings (or the simulated market), or defined over the API.")
    variant_a: dict[str, JsonValue] = Field(description="Name and adGroupIds.")
    variant_b: dict[str, JsonValue] = Field(description="Name and adGroupIds.")
    started_on: date = Field(description="First day that counts, in the account's time zone.")
    min_days: int
    max_days: int
    stopping: Stopping
    family: str | None
    status: TestStatus = Field(description="running until it is decided, stopped or out of days.")
    winner: Winner | None
    reason: str | None = Field(description="Reason for the status; null before the first evaluation.")
    explanation: str | None
    evaluated_at: date | None = Field(description="Day of the newest evaluation.")
    completed_at: date | None = Field(description="Day of the deciding or last evaluation.")
    created_by: str | None
    created_at: datetime | None
    stopped_at: datetime | None = Field(description="When it was stopped; the next run evaluates it a last time.")
    figures: Figures | None = Field(  # type: ignore[valid-type]  # a model made from the registry's columns
        description="The newest evaluation that is published; of a decided test, the one that decided it."
    )


class AbTestPage(ApiModel):
    """Tests by id."""

    items: list[AbTestOut]
    next_cursor: str | None
    total: int = Field(ge=0, description="Tests on all pages.")


class AbTestEvaluation(ApiModel):
    """Where a test stands on the published data now. Nothing was stored."""

    test_id: str
    status: TestStatus
    winner: Winner | None
    reason: str
    explanation: str
    figures: Figures | None = Field(  # type: ignore[valid-type]  # a model made from the registry's columns
        description="The evaluation; null before a complete day, and for a test that is decided, which stays so."
    )


class AbTestDay(ApiModel):
    """A test by the data through one day."""

    day: date = Field(description="Last day of the data.")
    days: int = Field(description="Days of data.", ge=0)
    value_a: float | None = Field(description="The metric of arm A.")
    value_b: float | None = Field(description="The metric of arm B.")
    lift: float | None = Field(description="B over A, less one.")
    low: float | None = Field(description="Lower end of the lift's always-valid interval; null in the first week.")
    high: float | None = Field(description="Upper end of it.")
    always_valid_p: float | None = Field(description="P that holds however often the test is looked at.")


class AbTestDays(ApiModel):
    """A test day by day, by the published data."""

    test_id: str
    alpha: float = Field(description="The intervals hold at every look at once with probability 1 - alpha.")
    items: list[AbTestDay]


@router.get("", operation_id="list_ab_tests", summary="List A/B tests", responses=responses(422, 503))
def list_ab_tests(services: ServicesDep, query: Annotated[AbTestQuery, Query()]) -> AbTestPage:
    """Every declared test, with its standing in the published data."""
    wanted = [test for test in services.ab_tests.every() if query.wants(test)]
    shown, following = query.page(_LISTING, wanted, lambda test: (test.id,))
    return AbTestPage(items=[_out(test) for test in shown], next_cursor=following, total=len(wanted))


@router.post(
    "", status_code=201, operation_id="define_ab_test", summary="Define an A/B test", responses=responses(409, 422, 503)
)
def define_ab_test(
    body: AbTestRequest, services: ServicesDep, actor: ActorDep, request: Request, response: Response
) -> AbTestOut:
    """Define a test. Every run from the next one on evaluates it, as it does those of the settings.

    What is agreed here cannot be changed later: a test with other rules is another test.
    """
    test = services.ab_tests.define(AbTestSettings.model_validate(body.model_dump()), actor.name)
    response.headers["Location"] = str(request.app.url_path_for("get_ab_test", test_id=test.id))
    return _out(test)


@router.get(
    "/{test_id}",
    name="get_ab_test",
    operation_id="get_ab_test",
    summary="Read an A/B test",
    responses=responses(404, 503),
)
def get_ab_test(test_id: TestId, services: ServicesDep) -> AbTestOut:
    """One test."""
    return _out(services.ab_tests.get(test_id))


@router.get(
    "/{test_id}/days",
    operation_id="get_ab_test_days",
    summary="Read an A/B test day by day",
    responses=responses(404, 503),
)
def get_ab_test_days(test_id: TestId, services: ServicesDep) -> AbTestDays:
    """What the published data say about a test through each of its days, up to its decision.

    The intervals may be watched: where one leaves 0 out, the always-valid p is at most alpha. They are made from the
    figures as known now; what an evaluation said on its day is in the table ab_test_results.
    """
    found = services.ab_tests.day_by_day(test_id)
    alpha = services.ab_tests.get(test_id).definition.alpha
    return AbTestDays(test_id=test_id, alpha=alpha, items=[AbTestDay.model_validate(asdict(day)) for day in found])


@router.post(
    "/{test_id}/evaluate",
    operation_id="evaluate_ab_test",
    summary="Evaluate an A/B test now",
    responses=responses(404, 503),
    openapi_extra={ROLE_KEY: "reader"},
)
def evaluate_ab_test(test_id: TestId, services: ServicesDep) -> AbTestEvaluation:
    """Evaluate a test on the published data, by the rules of the pipeline. Nothing is stored."""
    found = services.ab_tests.evaluate(test_id)
    return AbTestEvaluation(
        test_id=test_id,
        status=found.test["status"],
        winner=found.test["winner"],
        reason=found.test["reason"],
        explanation=found.test["explanation"],
        figures=_figures(found.result),
    )


@router.post(
    "/{test_id}/stop", operation_id="stop_ab_test", summary="Stop an A/B test", responses=responses(404, 409, 503)
)
def stop_ab_test(test_id: TestId, services: ServicesDep, actor: ActorDep) -> AbTestOut:
    """End a test early. The next run evaluates it up to today for the last time; it is inconclusive unless decided."""
    return _out(services.ab_tests.stop(test_id, actor.name))


def _figures(result: Mapping[str, Any] | None) -> BaseModel | None:
    return None if result is None else Figures(**{to_camel(name): value for name, value in result.items()})


def _status(test: KnownTest) -> TestStatus:
    status: TestStatus = "running" if test.standing is None else test.standing["status"]
    return status


def _out(test: KnownTest) -> AbTestOut:
    own, standing = test.definition, test.standing or {}
    arms: dict[str, dict[str, Any]] = {
        name: {"name": arm.name, "adGroupIds": list(arm.ad_group_ids)}
        for name, arm in (("variant_a", own.variant_a), ("variant_b", own.variant_b))
    }
    return AbTestOut.model_validate(
        {
            "id": own.id, "name": own.name, "platform": own.platform, "campaign_id": own.campaign_id,
            "metric": own.metric, "origin": test.origin, "started_on": own.started_on, "min_days": own.min_days,
            "max_days": own.max_days, "stopping": own.stopping, "family": own.family, "status": _status(test),
            "created_by": test.created_by, "created_at": test.created_at, "stopped_at": test.stopped_at,
            "figures": _figures(test.figures),
        }
        | arms
        | {name: standing.get(name) for name in ("winner", "reason", "explanation", "evaluated_at", "completed_at")}
    )  # fmt: skip
