"""Proposed changes on the ad platforms, and what is needed to find out what a crash has left behind."""

from sqlalchemy import Index

from adops_pipeline.domain.tables import operations as registry
from adops_pipeline.operations.tables.base import document, moment, published, text

proposals = published(
    registry.PROPOSALS,
    text("source", "call: a call of a tool; plan: made from budget plan and pacing.", required=True),
    moment("sent_at", "Time before the request went to the platform; the newest attempt counts."),
    document("known_objects", "Ids of objects that looked like the new one before the request went out."),
    moment("acknowledged_at", "Time at which the platform answered the request."),
    Index(None, "status", "proposed_at"),
    Index(None, "platform", "account_id", "proposed_at"),
    Index(None, "reversal_of"),
)
