"""What the operational store publishes: projects, executions, events, alerts, notification channels. No secrets.

To state a column here is to publish it. The store's tables (`operations.tables`) are made of these columns and of
private ones, which are stated there alone.
"""

from collections.abc import Iterable
from typing import get_args

from adops_pipeline.domain.alerts.state import Status as AlertStatus
from adops_pipeline.domain.executions import Source, Status
from adops_pipeline.domain.projects import ProjectStatus
from adops_pipeline.domain.proposals.status import STATUSES as PROPOSAL_STATUSES
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.agents import AGENT_LEARNINGS, AGENT_MEMORY
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import MONEY
from adops_pipeline.domain.vocabulary import Channel, Platform
from adops_pipeline.domain.webhooks.vocabulary import SCHEMES

_NEWEST = "The newest 90 days."


def _text(name: str, description: str, *, allowed: Iterable[str] = (), required: bool = False) -> Column:
    return Column(name, "VARCHAR", description, required=required, allowed=tuple(map(str, allowed)))


def _json(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, "JSON", description, required=required)


def _moment(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, "TIMESTAMP", description, "UTC", required=required)


def _flag(name: str, description: str) -> Column:
    return Column(name, "BOOLEAN", description, required=True)


_ID = _text("id", "Identifier in the operational store.", required=True)
_PLATFORM = _text("platform", "Platform concerned; NULL where none is.", allowed=Platform)
_PROJECT = _text("project_id", "Project concerned; NULL where none is.")
_CREATED_AT = _moment("created_at", "Time of creation.", required=True)

PROJECTS = Table(
    "projects",
    "Projects: campaigns of one client or purpose across platforms; see campaigns.project_id.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "Display name.", required=True),
        _text("description", "Purpose."),
        _text("client", "Client of the project."),
        _text("category", "Category that a team files it under, such as a brand or a market."),
        _text("currency", "ISO 4217 code of the budget."),
        Column("monthly_budget", MONEY, "Budget of a calendar month.", "the project's currency", minimum=0),
        _text("status", "Current status.", allowed=ProjectStatus, required=True),
        _json(
            "rules",
            "List of {platform, name_pattern, objective}: campaigns that match one belong to the project.",
            required=True,
        ),
        _CREATED_AT,
        _moment("updated_at", "Time of the last change.", required=True),
    ),
)
WORKFLOW_EXECUTIONS = Table(
    "workflow_executions",
    f"Executions of workflows, however they were requested. {_NEWEST}",
    "operations",
    ("id",),
    (
        _ID,
        _text("workflow_id", "Workflow of the catalogue.", required=True),
        _text("template_id", "Template that prefilled the parameters."),
        _json("parameters", "Parameters of the run.", required=True),
        _text("status", "Current status.", allowed=get_args(Status), required=True),
        _text("requested_by", "Source of the request.", allowed=get_args(Source), required=True),
        _moment("requested_at", "Time of the request.", required=True),
        _moment("started_at", "Start of its run."),
        _moment("finished_at", "End of its run, however it ended."),
        Column("timeout_seconds", "INTEGER", "Longest time it may run; NULL means no limit.", "seconds", minimum=1),
        _text("run_id", "Id of the Dagster run."),
        Column("attempt", "INTEGER", "1 for the first, 2 for its retry, and so on.", required=True, minimum=1),
        _text("retry_of", "Execution that this one retries."),
        _json("stages", "List of {name, title, status, started_at, finished_at, seconds, error}.", required=True),
        _json("result", "Result: checks, findings and actions."),
        _text("error", "Reason of the failure or cancellation."),
        _moment("cancel_requested_at", "Time at which cancellation was requested."),
    ),
)  # fmt: skip
EVENTS = Table(
    "events",
    f"Events of the system, in order. {_NEWEST}",
    "operations",
    ("seq",),
    (
        Column(
            "seq",
            "BIGINT",
            "Increasing number; negative for imported history.",
            required=True,
        ),
        _ID,
        _text("type", "workflow.started, alert.firing, sync.completed and the like.", required=True),
        _moment("happened_at", "Time of the event.", required=True),
        _text("subject", "Subject: an execution, a run or an alert's fingerprint."),
        _text("platform", "Platform concerned; NULL where none is."),
        _PROJECT,
        _json("data", "Details, by type.", required=True),
    ),
)
ACTIVITY = Table(
    "activity",
    f"Activity feed: events in words. {_NEWEST}",
    "operations",
    ("id",),
    (
        _ID,
        Column("seq", "BIGINT", "Event described; NULL for imported history."),
        _moment("happened_at", "Time of the event.", required=True),
        _text("kind", "workflow, alert, sync, experiment, project, proposal, note.", required=True),
        _text("title", "Headline, one line.", required=True),
        _text("detail", "One more sentence."),
        _text("link", "Dashboard page with more."),
    ),
)
WEBHOOKS = Table(
    "webhooks",
    "Inbound webhooks, without their keys. A verified delivery starts a workflow.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "Display name.", required=True),
        _text("workflow_id", "Workflow that a delivery starts.", required=True),
        _text("template_id", "Template whose parameters it starts with."),
        _text("verification", "How a sender proves who it is.", allowed=SCHEMES, required=True),
        _flag("active", "Whether deliveries are accepted; false while it is paused."),
        Column("trigger_count", "BIGINT", "Number of executions that it has started.", required=True, minimum=0),
        _CREATED_AT,
        Column(
            "last_triggered_at", "TIMESTAMP", "Newest delivery that started an execution; NULL before the first.",
            "UTC", renamed_from="last_called_at",
        ),
    ),
)  # fmt: skip
NOTIFICATION_CONFIGS = Table(
    "notification_configs",
    "Notification channels and their filters, without the addresses.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "Display name.", required=True),
        _text("channel", "Kind of channel.", allowed=Channel, required=True),
        _text("event_filter", "Comma-separated patterns of event types; * stands for anything.", required=True),
        _text("min_severity", "Minimum severity to send.", allowed=Severity, required=True),
        _json("platforms", "Platforms to notify about; empty means all.", required=True),
        _text("project_id", "Project to notify about; NULL means all."),
        _json("quiet_hours", "{timezone, start, end, days}; NULL means no quiet hours."),
        _flag("active", "Whether notifications are sent."),
        _CREATED_AT,
    ),
)
ALERTS = Table(
    "alerts",
    "Alerts as last evaluated: firing ones, and resolved ones whose end was not yet sent to every receiver.",
    "operations",
    ("fingerprint",),
    (
        _text("fingerprint", "Identity of the alert; stays the same while the problem lasts.", required=True),
        _text("source", "Rules that raised it; only the same rules resolve it.", required=True),
        _text("name", "Name of the alert.", required=True),
        _text("severity", "Severity.", allowed=Severity, required=True),
        _text("status", "Firing or resolved.", allowed=get_args(AlertStatus), required=True),
        _PLATFORM,
        _text("summary", "The problem in one sentence.", required=True),
        _json(
            "record",
            "Complete record: $.alert.labels, $.alert.details, $.alert.link, $.acknowledgement.",
            required=True,
        ),
        _moment("fired_at", "Start of the current episode.", required=True),
        _moment("resolved_at", "End of the episode; NULL while it fires."),
    ),
)
SILENCES = Table(
    "silences",
    "Silences: alerts that are muted for a time.",
    "operations",
    ("id",),
    (
        _ID,
        _json("matchers", "Conditions on an alert's labels; an alert that meets all of them is muted.", required=True),
        _moment("starts_at", "Start.", required=True),
        _moment("ends_at", "End, exclusive.", required=True),
        _text("author", "Person who set it.", required=True),
        _text("comment", "Reason.", required=True),
    ),
)
PROPOSALS = Table(
    "proposals",
    f"Proposed changes on the ad platforms, with who decided what and what became of them. {_NEWEST}",
    "operations",
    ("id",),
    (
        _ID,
        _text("agent_id", "Agent that proposed it; NULL for people and programs."),
        _text("tool", "Tool of the platform that makes the change.", required=True),
        _text("platform", "Platform.", allowed=Platform, required=True),
        _text("account_id", "Ad account, by the platform's id.", required=True),
        _text("campaign_id", "Campaign, as in campaigns.id; NULL where the change concerns none or creates it."),
        _text("object_kind", "campaign, ad_group, ad, creative, pin, audience, budget.", required=True),
        _text("object_id", "Object that is changed, by the platform's id; NULL until a new one exists."),
        _json("arguments", "Arguments of the tool.", required=True),
        _json("before", "State of the object when the change was proposed; NULL for a new one."),
        _json("intended", "State that the change leads to.", required=True),
        _json("after", "State that was read after the change; NULL before."),
        _json("reversal", "{tool, arguments} of the call that undoes it, or {reason} why nothing can."),
        _text("currency", "Currency of the account.", required=True),
        Column("money_per_day", MONEY, "Spend that the change adds; below 0: takes away.", "account currency a day"),
        Column("money_per_month", MONEY, "The same in a month.", "account currency a month"),
        _json("pacing", "What pacing, the budget plan and the actions of the day say of the campaign.", required=True),
        _text("reason", "Reason that the proposer gave.", required=True),
        _json("evidence", "List of what the proposer relies on.", required=True),
        _text("status", "Current status.", allowed=PROPOSAL_STATUSES, required=True),
        _text("status_reason", "Reason for the status, where there is more to say."),
        _text("proposed_by", "Who proposed it.", required=True),
        _moment("proposed_at", "Time of the proposal.", required=True),
        _moment("expires_at", "Time after which it cannot be applied any more.", required=True),
        _text("decided_by", "Who approved or rejected it; `settings` where the settings let it apply by itself."),
        _moment("decided_at", "Time of that decision."),
        _moment("applied_at", "Time at which the platform confirmed the change."),
        _moment("verified_at", "Time at which the object was read again and was as intended."),
        _moment("undone_at", "Time at which the change was undone."),
        _text("undone_by", "Who undid it."),
        _text("reversal_of", "Proposal that this one undoes."),
        _text("execution_id", "Execution that it belongs to."),
    ),
)
TABLES = (
    PROJECTS, WORKFLOW_EXECUTIONS, EVENTS, ACTIVITY, WEBHOOKS, NOTIFICATION_CONFIGS, ALERTS, SILENCES, PROPOSALS,
    AGENT_MEMORY, AGENT_LEARNINGS,
)  # fmt: skip
