"""Tools of memory: an agent remembers for itself, recalls, and can ask what something rests on."""

import asyncio
from typing import Any

from adops_pipeline.wiring import Services
from adops_pipeline_tests.tools.conftest import ME, agent

TRADER = agent("trader", "*")
MEMORY: dict[str, Any] = {
    "type": "campaign_outcome",
    "context": {"platform": "meta-ads", "campaign": "120210000000314501", "condition": "weekend", "trend": "flat"},
    "action": {"kind": "bid_down", "before": 1.2, "after": 1.0, "on": "2026-11-07"},
    "outcome": {"metric": "cpa", "verdict": "helped", "effect": -0.12, "effectLow": -0.2, "effectHigh": -0.04},
    "score": 0.12,
}


def call(services: Services, tool: str, **arguments: Any) -> Any:
    return asyncio.run(services.tools.call(tool, arguments, TRADER))


def test_an_agent_remembers_for_itself_and_recalls_with_reasons(market: Services) -> None:
    made = call(market, "remember", agent_id="analyst", **MEMORY)
    assert made["memory"]["agent_id"] == "trader"
    assert call(market, "remember", **MEMORY)["merged"]
    (found,) = call(market, "recall", platform="meta-ads", condition="weekend")["memories"]
    assert found["memory"]["id"] == made["id"]
    assert found["reasons"]
    assert call(market, "recall", agent_id="analyst")["memories"] == []
    told = call(market, "why", id=made["id"])
    assert (told["kind"], told["subject"]["id"]) == ("memory", made["id"])
    found = call(market, "get_recommendations", platform="meta-ads")
    assert [one["memory"]["id"] for one in found["relevantMemories"]] == [made["id"]]
    assert found["applicableLearnings"] == []


def test_a_learning_is_explained_by_the_memories_that_it_rests_on(market: Services) -> None:
    for number in range(3):
        context = MEMORY["context"] | {"campaign": f"12021000000031450{number}", "condition": "season"}
        asyncio.run(market.tools.call("remember", MEMORY | {"context": context, "agent_id": "analyst"}, ME))
    market.learnings.refresh()
    (learning,) = [row for row in market.learnings.believed() if row["condition"] == "season"]
    told = call(market, "why", id=learning["id"])
    assert (told["kind"], told["subject"]["pattern_key"]) == ("learning", learning["pattern_key"])
    assert len(told["memories"]) == 3
    assert all(one["supports"] for one in told["memories"])
