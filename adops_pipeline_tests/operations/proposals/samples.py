"""Proposals for tests: a campaign's daily budget of EUR 50 that is to be raised."""

from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from adops_pipeline.domain.ad_objects import AdObject
from adops_pipeline.domain.proposals.objects import object_document
from adops_pipeline.domain.vocabulary import CampaignStatus, Platform
from adops_pipeline.operations.proposals import NewProposal

BEFORE = AdObject(
    Platform.META_ADS, "111", "campaign", "900", "Brand", CampaignStatus.ACTIVE, "EUR", "900", Decimal(50)
)  # fmt: skip


def new_proposal(at: datetime, budget: str = "60", **changed: object) -> NewProposal:
    """The daily budget of the campaign becomes ``budget``."""
    intended = replace(BEFORE, daily_budget=Decimal(budget))
    more = Decimal(budget) - Decimal(50)
    new = NewProposal(
        tool="meta_update_campaign", platform="meta-ads", account_id="111", campaign_id="meta-ads:900",
        object_kind="campaign", object_id="900", arguments={"account_id": "111", "campaign_id": "900", "b": budget},
        before=object_document(BEFORE), intended=object_document(intended), currency="EUR", money_per_day=more,
        money_per_month=more * 30, pacing={}, reason="spends all of it", evidence=({"kind": "note"},),
        proposed_by="kim", proposed_at=at, expires_at=at + timedelta(hours=24),
    )  # fmt: skip
    return replace(new, **changed)  # type: ignore[arg-type]
