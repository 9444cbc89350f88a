"""What a proposal says of itself: its title, what it claims, and what it counts for caps."""

from dataclasses import asdict, replace
from decimal import Decimal

from adops_pipeline.domain.proposals.objects import object_document
from adops_pipeline.domain.vocabulary import CampaignStatus
from adops_pipeline.operations.proposals import Proposal
from adops_pipeline_tests.operations.conftest import NOW
from adops_pipeline_tests.operations.proposals.samples import BEFORE, new_proposal


def proposal(**changed: object) -> Proposal:
    return Proposal(**asdict(new_proposal(NOW, **changed)))  # type: ignore[arg-type]


def test_a_title_names_the_object_and_what_changes() -> None:
    assert proposal().title == "change campaign Brand (meta-ads): daily budget: EUR 50.00 → EUR 60.00"
    made = proposal(before=None, object_kind="ad_group")
    assert made.title == "create ad group Brand (meta-ads): status: active; daily budget: EUR 60.00"


def test_it_claims_what_it_changes_of_its_campaign_or_else_of_its_object() -> None:
    claim = proposal().claim()
    assert (claim.object_id, claim.entity, claim.per_day) == ("900", "meta-ads:900", Decimal(10))
    assert claim.values == {"daily_budget": "60"}
    paused = object_document(replace(BEFORE, status=CampaignStatus.PAUSED))
    assert proposal(intended=paused).claim().values == {"status": "paused"}
    assert proposal(campaign_id=None, object_id="77").entity == "meta-ads:77"
    assert proposal(campaign_id=None, object_id=None).entity is None


def test_for_caps_it_counts_in_the_reporting_currency_where_a_rate_is_known() -> None:
    step = proposal().step(Decimal("1.5"))
    assert (step.object_id, step.entity, step.per_day, step.currency) == ("900", "meta-ads:900", Decimal(15), "EUR")
    assert step.amounts == {"daily_budget": (Decimal(50), Decimal(60))}
    assert proposal().step(None).per_day is None
    assert proposal(money_per_day=Decimal(0)).step(None).per_day == 0
