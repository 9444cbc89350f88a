"""What the operational store publishes: projects, executions, events, alerts, notification channels. No secrets.

To state a column here is to publish it. The store's tables (`operations.tables`) are made of these columns and of
private ones, which are stated there alone.
"""

from collections.abc import Iterable
from typing import get_args

from adops_pipeline.domain.alerts.state import Status as AlertStatus
from adops_pipeline.domain.executions import Source, Status
from adops_pipeline.domain.projects import ProjectStatus
from adops_pipeline.domain.severity import Severity
from adops_pipeline.domain.tables.column import Column, Table
from adops_pipeline.domain.tables.columns import MONEY
from adops_pipeline.domain.vocabulary import Channel, Platform

_NEWEST = "The newest 90 days of them."


def _text(name: str, description: str, *, allowed: Iterable[str] = (), required: bool = False) -> Column:
    return Column(name, "VARCHAR", description, required=required, allowed=tuple(map(str, allowed)))


def _json(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, "JSON", description, required=required)


def _moment(name: str, description: str, *, required: bool = False) -> Column:
    return Column(name, "TIMESTAMP", description, "UTC", required=required)


def _flag(name: str, description: str) -> Column:
    return Column(name, "BOOLEAN", description, required=True)


_ID = _text("id", "Its name in the store.", required=True)
_PLATFORM = _text("platform", "Platform it is about; NULL: about none.", allowed=Platform)
_PROJECT = _text("project_id", "Project it is about; NULL: about none.")
_CREATED_AT = _moment("created_at", "When it was made.", required=True)

PROJECTS = Table(
    "projects",
    "Projects: campaigns of one client or purpose across platforms. Which they are stands in campaigns.project_id.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "What people call it.", required=True),
        _text("description", "What it is for."),
        _text("client", "Whose money it is."),
        _text("currency", "ISO 4217 code of the budget."),
        Column("monthly_budget", MONEY, "Budget of a calendar month.", "the project's currency", minimum=0),
        _text("status", "Where it stands.", allowed=ProjectStatus, required=True),
        _json("rules", "List of {platform, name_pattern, objective}: campaigns that belong here.", required=True),
        _CREATED_AT,
        _moment("updated_at", "When it was last changed.", required=True),
    ),
)
WORKFLOW_EXECUTIONS = Table(
    "workflow_executions",
    f"Executions of workflows, whoever asked for them. {_NEWEST}",
    "operations",
    ("id",),
    (
        _ID,
        _text("workflow_id", "Workflow of the catalogue.", required=True),
        _text("template_id", "Template that prefilled the parameters."),
        _json("parameters", "What it was told.", required=True),
        _text("status", "Where it stands.", allowed=get_args(Status), required=True),
        _text("requested_by", "Who asked for it.", allowed=get_args(Source), required=True),
        _moment("requested_at", "When somebody wanted it.", required=True),
        _moment("started_at", "When its run began."),
        _moment("finished_at", "When it reached its end, whichever."),
        Column("timeout_seconds", "INTEGER", "Longest time it may run; NULL: no limit.", "seconds", minimum=1),
        _text("run_id", "Dagster's run."),
        Column("attempt", "INTEGER", "1 for the first, 2 for its retry, and so on.", required=True, minimum=1),
        _text("retry_of", "Execution that this one repeats."),
        _json("stages", "List of {name, title, status, started_at, finished_at, seconds, error}.", required=True),
        _json("result", "What was checked, found and done."),
        _text("error", "Why it failed or was cancelled."),
        _moment("cancel_requested_at", "When somebody asked the running one to stop."),
    ),
)  # fmt: skip
EVENTS = Table(
    "events",
    f"Everything that happened, in order. {_NEWEST}",
    "operations",
    ("seq",),
    (
        Column("seq", "BIGINT", "Increases in order; negative: history from an older store.", required=True),
        _ID,
        _text("type", "workflow.started, alert.firing, sync.completed and the like.", required=True),
        _moment("happened_at", "When it happened.", required=True),
        _text("subject", "What it is about: an execution, a run, an alert's fingerprint."),
        _text("platform", "Platform it is about; NULL: about none."),
        _PROJECT,
        _json("data", "Particulars by type.", required=True),
    ),
)
ACTIVITY = Table(
    "activity",
    f"What happened, in words: the feed. {_NEWEST}",
    "operations",
    ("id",),
    (
        _ID,
        Column("seq", "BIGINT", "Event that it tells of; NULL: history from an older store."),
        _moment("happened_at", "When it happened.", required=True),
        _text("kind", "workflow, alert, sync, experiment, project, note.", required=True),
        _text("title", "One line.", required=True),
        _text("detail", "A sentence more."),
        _text("link", "Page of the dashboard that shows it."),
    ),
)
WEBHOOKS = Table(
    "webhooks",
    "Inbound webhooks, without their secrets: a signed call starts a workflow.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "What people call it.", required=True),
        _text("workflow_id", "Workflow that a call starts.", required=True),
        _text("template_id", "Template whose parameters it starts with."),
        _flag("active", "Whether calls are taken."),
        _CREATED_AT,
        _moment("last_called_at", "Last call that was taken; NULL: none yet."),
    ),
)
NOTIFICATION_CONFIGS = Table(
    "notification_configs",
    "Who is told what, without the addresses.",
    "operations",
    ("id",),
    (
        _ID,
        _text("name", "What people call it.", required=True),
        _text("channel", "How it is told.", allowed=Channel, required=True),
        _text("event_filter", "Comma-separated patterns of event types; * stands for anything.", required=True),
        _text("min_severity", "Nothing below is sent.", allowed=Severity, required=True),
        _json("platforms", "Platforms it is about; empty means all.", required=True),
        _text("project_id", "Project it is about; NULL means all."),
        _json("quiet_hours", "{timezone, start, end, days}; NULL: none."),
        _flag("active", "Whether anything is sent."),
        _CREATED_AT,
    ),
)
ALERTS = Table(
    "alerts",
    "Alerts as last seen: those that fire, and those whose end somebody has yet to be told.",
    "operations",
    ("fingerprint",),
    (
        _text("fingerprint", "What the alert is about: the same tomorrow.", required=True),
        _text("source", "The rules that it comes from; only they resolve it.", required=True),
        _text("name", "Its name.", required=True),
        _text("severity", "How grave it is.", allowed=Severity, required=True),
        _text("status", "Whether it still fires.", allowed=get_args(AlertStatus), required=True),
        _PLATFORM,
        _text("summary", "What is wrong, in a sentence.", required=True),
        _json("record", "All of it: $.alert.labels, $.alert.details, $.alert.link, $.acknowledgement.", required=True),
        _moment("fired_at", "When this episode began.", required=True),
        _moment("resolved_at", "When it was over; NULL: it fires."),
    ),
)
SILENCES = Table(
    "silences",
    "What somebody does not want to hear of for a while.",
    "operations",
    ("id",),
    (
        _ID,
        _json("matchers", "What it mutes: all of these must hold.", required=True),
        _moment("starts_at", "From then.", required=True),
        _moment("ends_at", "Until before then.", required=True),
        _text("author", "Who set it.", required=True),
        _text("comment", "Why.", required=True),
    ),
)
AGENT_MEMORY = Table(
    "agent_memory",
    "What agents saw, did and what came of it.",
    "operations",
    ("id",),
    (
        _ID,
        _text("agent_id", "Agent of the roster.", required=True),
        _text("memory_type", "observation, decision, outcome, feedback.", required=True),
        _json("context", "What the agent knew.", required=True),
        _text("action", "What it did or advised."),
        _text("outcome", "What came of it."),
        Column("score", "DOUBLE", "How well that went.", "-1 to 1", minimum=-1),
        _json("tags", "List of words to find it by.", required=True),
        _text("execution_id", "Execution in which it happened."),
        _moment("created_at", "When it was remembered.", required=True),
    ),
)
TABLES = (
    PROJECTS, WORKFLOW_EXECUTIONS, EVENTS, ACTIVITY, WEBHOOKS, NOTIFICATION_CONFIGS, ALERTS, SILENCES, AGENT_MEMORY,
)  # fmt: skip
