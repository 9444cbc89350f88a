"""What a client does with a campaign: propose it, have it approved, see it listed, undo it."""

from typing import Any

from mcp import Client

ACCOUNT = "304756102938475"
NEW: dict[str, Any] = {
    "account_id": ACCOUNT,
    "name": "Spring range",
    "objective": "OUTCOME_SALES",
    "special_ad_categories": [],
    "daily_budget": "5000",
    "reason": "The spring range starts next week.",
}


async def called(client: Client, tool: str, **arguments: Any) -> dict[str, Any]:
    """The structured answer of a call that must succeed."""
    answer = await client.call_tool(tool, arguments)
    assert not answer.is_error, answer.content
    assert answer.structured_content is not None
    found: dict[str, Any] = answer.structured_content
    return found


async def create_approve_list_undo(proposing: Client, deciding: Client) -> None:
    """The whole way, with who proposes and who decides."""
    pacing = await called(deciding, "list_pacing", limit=2)
    assert pacing["returned"] == 2
    made = await called(proposing, "meta_create_campaign", **NEW)
    assert (made["status"], made["moneyPerDay"], made["currency"]) == ("proposed", "5000.000000", "JPY")
    assert await _statuses(deciding) == []
    applied = await called(deciding, "approve_proposal", proposal_id=made["id"], reason="Agreed.")
    assert (applied["status"], applied["canBeUndone"]) == ("applied", True)
    assert applied["verifiedAt"] is not None
    assert await _statuses(deciding) == ["PAUSED"]
    await called(deciding, "undo_proposal", proposal_id=made["id"], reason="The range is postponed.")
    undone = await called(proposing, "get_proposal", proposal_id=made["id"])
    assert undone["status"] == "undone"
    assert await _statuses(deciding) in ([], ["DELETED"])


async def _statuses(client: Client) -> list[str]:
    """Statuses of the campaign on the platform."""
    found = await called(client, "meta_list_campaigns", account_id=ACCOUNT, limit=250, fields=["name", "status"])
    return [row["status"] for row in found["rows"] if row["name"] == NEW["name"]]
