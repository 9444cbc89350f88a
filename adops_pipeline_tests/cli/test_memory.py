"""Promises of `adops memory` and `adops learnings` as a person meets them."""

import json

from adops_pipeline_tests.cli.commands import Command

_CONTEXT = {"platform": "meta-ads", "campaign": "7", "condition": "weekend"}
_ACTION = json.dumps({"kind": "bid_down", "on": "2026-11-07"})
_OUTCOME = json.dumps({"metric": "cpa", "verdict": "helped"})


def _remember(adops: Command, campaign: str = "7") -> str:
    context = json.dumps(_CONTEXT | {"campaign": campaign})
    given = ("--context", context, "--action", _ACTION, "--outcome", _OUTCOME, "--score", "0.1", "--tag", "cpa")
    document = adops("memory", "remember", "trader", "campaign_outcome", *given, "--json").document
    return str(document["id"])


def test_what_is_remembered_is_recalled_with_the_reasons(adops: Command) -> None:
    assert "Nothing is remembered" in adops("memory", "list").out
    known = _remember(adops)
    said = adops("memory", "recall", "platform=meta-ads", "condition=weekend").words
    assert known[:8] in said
    assert "same platform, condition" in said
    assert "meta-ads 7: Bid down on 2026-11-07 → helped by cpa" in said
    (found,) = adops("memory", "list", "--agent", "trader", "--tag", "cpa", "--json").document
    assert found["memory"]["context"] == _CONTEXT
    assert adops("memory", "list", "--type", "preference", "--json").document == []
    assert adops("memory", "recall", "platform=pinterest", "--json").document == []


def test_what_cannot_be_understood_is_refused_with_the_reason(adops: Command) -> None:
    for arguments, said in (
        (("memory", "remember", "trader", "observation", "--action", "{}"), "--action (subject)"),
        (("memory", "remember", "trader", "observation", "--action", "x"), "--action is not a JSON object"),
        (("memory", "recall", "weekend"), "FEATURE=VALUE"),
        (("memory", "recall", "trend=sideways"), "context.trend"),
        (("memory", "feedback", "abcdef", "nice"), "useful, wrong, outdated"),
        (("learnings", "list", "--as-of", "noon"), "--as-of"),
        (("learnings", "show", "abcdef"), "there is no learning"),
    ):
        assert said in adops(*arguments, code=2).err


def test_feedback_and_retraction_recompute_what_is_learned(adops: Command) -> None:
    ids = [_remember(adops, str(n)) for n in range(12)]
    assert "1 useful" in adops("memory", "feedback", ids[0][:8], "useful", "--by", "Ada").out
    assert "1 of 1 pass the gate" in adops("learnings", "list").words
    (learned,) = adops("learnings", "list", "--json").document
    assert "What it rests on" in adops("learnings", "recommend", "platform=meta-ads").out
    document = adops("learnings", "recommend", "platform=meta-ads", "--json").document
    assert len(document["applicable_learnings"][0]["provenance"]) == 12
    assert "is retracted" in adops("memory", "retract", ids[1], "--reason", "typo").out
    said = adops("learnings", "show", learned["pattern_key"][:6]).words
    assert "11 of 11 outcomes for it" in said
    assert "12 of 12 outcomes for it" in said
    today = learned["starts_at"][:10]
    (then,) = adops("learnings", "list", "--as-of", today, "--json").document
    assert then["pattern_key"] == learned["pattern_key"]
    assert "Nothing was learned by then" in adops("learnings", "list", "--as-of", f"{today}T00:00").words
    strict = adops("learnings", "recommend", "platform=meta-ads", "--gate", "0.95")
    assert "sure enough" in strict.words
