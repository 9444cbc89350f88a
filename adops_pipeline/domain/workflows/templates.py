"""Templates: workflows with their parameters filled in for an everyday task, each with who starts it and when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from adops_pipeline.domain.workflows.catalogue import UnknownWorkflowError, find_workflow
from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import Block, Parameters
from adops_pipeline.domain.workflows.validation import validate
from adops_pipeline.domain.workflows.words import in_words


@dataclass(frozen=True, slots=True)
class Template:
    """A prefilled workflow. ``parameters`` are camelCase; what is not named has the workflow's default."""

    id: str
    name: str
    workflow_id: str
    used_by: str
    """One sentence: who starts it, when, and what for."""
    parameters: Mapping[str, Any] = field(default_factory=dict)


_ALL = (
    Template(
        "quick-pacing-check",
        "Quick pacing check",
        "pacing-check",
        "The buyer on duty, every morning: which budgets of any platform need a hand today.",
        {"platforms": ["google-ads", "meta-ads", "pinterest"], "lookbackDays": 7},
    ),
    Template(
        "monday-budget-review",
        "Monday budget review",
        "budget-reallocation",
        "The team lead, on Mondays: where last week's money would have done more, in steps of at most 20 %.",
        {"lookbackDays": 7, "maxChangePct": 20},
    ),
    Template(
        "cautious-reallocation",
        "Cautious reallocation",
        "budget-reallocation",
        "A buyer who must not unsettle the platforms' bidding in mid-month: the same plan in steps of at most 10 %.",
        {"maxChangePct": 10, "thresholds": {"changePct": 2}},
    ),
    Template(
        "weekend-overspend-watch",
        "Weekend overspend watch",
        "pacing-check",
        "For on-call staff from Friday evening to Sunday: only budgets that would overspend before Monday.",
        {"lookbackDays": 3, "minSeverity": "warning", "thresholds": {"underRatio": 0}},
    ),
    Template(
        "month-end-close",
        "Month-end close",
        "pacing-check",
        "The account manager, in the last five days of a month: every budget that is off its month by 2 % or more.",
        {"lookbackDays": 5, "thresholds": {"overRatio": 1.02, "underRatio": 0.98, "overspendPct": 2}},
    ),
    Template(
        "new-campaign-check",
        "New campaign check",
        "pacing-check",
        "The buyer who set campaigns live, the next day: do they deliver at all, and is a budget known for them?",
        {"lookbackDays": 2},
    ),
    Template(
        "launch-day-watch",
        "Launch day watch",
        "anomaly-scan",
        "The launch team, on the days round a launch: spend, impressions and click prices that leave their range.",
        {"lookbackDays": 2, "metrics": ["spend", "impressions", "cpc"]},
    ),
    Template(
        "conversion-drop-scan",
        "Conversion drop scan",
        "anomaly-scan",
        "The tracking owner, after a release of the site: days on which sales or click-through fell out of range.",
        {"lookbackDays": 14, "metrics": ["conversions", "ctr"], "directions": ["down"]},
    ),
    Template(
        "creative-fatigue-review",
        "Creative fatigue review",
        "benchmark-review",
        "The creative lead, every week: campaigns whose click-through rate fell or whose clicks got dearer.",
        {"metrics": ["ctr", "cpc"], "periods": ["week"], "changes": ["worse"], "thresholds": {"changePct": 10}},
    ),
    Template(
        "weekly-cross-channel-report",
        "Weekly cross-channel report",
        "cross-channel-report",
        "The head of marketing, on Monday morning: all platforms side by side, last week against the week before.",
        {"lookbackDays": 7},
    ),
    Template(
        "monthly-cross-channel-report",
        "Monthly cross-channel report",
        "cross-channel-report",
        "The client's report, once a month: four whole weeks against the four before, so that weekdays weigh alike.",
        {"lookbackDays": 28, "topCampaigns": 20},
    ),
    Template(
        "test-verdicts",
        "Test verdicts",
        "ab-test-evaluation",
        "The experiment owner, twice a week: what was decided lately, what is broken, how long the rest needs.",
        {"lookbackDays": 14},
    ),
    Template(
        "quarterly-learnings",
        "Quarterly learnings",
        "learning-review",
        "The whole team, once a quarter: what tests taught, whether advice was taken, what keeps going wrong.",
        {"lookbackDays": 90},
    ),
    Template(
        "meta-deep-sync",
        "Meta deep sync",
        "sync-platforms",
        "For the data owner after a change of Meta's attribution: pull 90 days of Meta again.",
        {"platforms": ["meta-ads"], "lookbackDays": 90},
    ),
)
TEMPLATES: Mapping[str, Template] = MappingProxyType({template.id: template for template in _ALL})
"""Every template by its id."""


def find_template(template_id: str) -> Template:
    """The template called ``template_id``; UnknownWorkflowError names the nearest and all that exist."""
    if template_id in TEMPLATES:
        return TEMPLATES[template_id]
    near = did_you_mean(template_id, TEMPLATES)
    raise UnknownWorkflowError(f"there is no template {template_id!r}{near}; there are {in_words(TEMPLATES)}")


def instantiate(template: Template | str, overrides: Mapping[str, Any] | None = None) -> Parameters:
    """The template's parameters with ``overrides`` on top, named either way; thresholds are overridden one by one.

    An override of null gives the workflow's own default back. Raises UnknownWorkflowError and ParameterError.
    """
    chosen = find_template(template) if isinstance(template, str) else template
    model = find_workflow(chosen.workflow_id).parameters
    return validate(chosen.workflow_id, overlay(model, chosen.parameters, overrides or {}))


def overlay(model: type[Block], below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """``above`` as it was typed, and of ``below`` what it does not name, in either spelling; groups field by field."""
    named = {model.canonical_name(key) or key for key in above}
    under = {model.canonical_name(key) or key: value for key, value in below.items()}
    merged = {key: value for key, value in below.items() if (model.canonical_name(key) or key) not in named}
    for key, value in above.items():
        name = model.canonical_name(key) or key
        group, kept = model.group(name), under.get(name)
        if group is not None and isinstance(value, Mapping) and isinstance(kept, Mapping):
            merged[key] = overlay(group, kept, value)
        else:
            merged[key] = value
    return merged
