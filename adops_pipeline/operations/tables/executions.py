"""Workflow executions: the one queue of everything that somebody wants run; and workflows that a team has saved."""

from sqlalchemy import Index, Table

from adops_pipeline.operations.tables.base import document, extra, flag, key, metadata, moment, number, text

workflow_executions = Table(
    "workflow_executions",
    metadata,
    key("id", "Execution; also the run key, so that one execution is one run."),
    text("workflow_id", "Workflow of the catalogue.", required=True),
    text("template_id", "Template that prefilled the parameters."),
    document("parameters", "Validated parameters.", required=True),
    text("status", "pending, running, completed, failed or cancelled.", required=True),
    text("requested_by", "Source: api, cli, webhook, agent, schedule, dagster-ui, alert, import.", required=True),
    moment("requested_at", "When somebody wanted it.", required=True),
    moment("started_at", "When its run began."),
    moment("finished_at", "When it reached its end, whichever."),
    number("timeout_seconds", "Longest time it may run; none means no limit."),
    text("run_id", "Dagster's run."),
    number("attempt", "1 for the first, 2 for its retry, and so on.", required=True),
    text("retry_of", "Execution that this one repeats."),
    document("stages", "List of {name, title, status, started_at, finished_at, seconds, error}.", required=True),
    document("result", "What was checked, found and done."),
    text("error", "Why it failed or was cancelled."),
    moment("cancel_requested_at", "When somebody asked the running one to stop."),
    extra(),
    Index(None, "status", "requested_at"),
    Index(None, "run_id", unique=True),
    Index(None, "retry_of", unique=True),
    comment="Every execution of a workflow, whoever asked for it: the queue that a sensor turns into runs.",
)

saved_workflows = Table(
    "saved_workflows",
    metadata,
    key("id", "Saved workflow."),
    text("name", "What people call it.", required=True),
    text("description", "What it is for."),
    text("workflow_id", "Workflow of the catalogue, where it is known."),
    document("parameters", "Parameters it starts with.", required=True),
    flag("active", "Whether it is in use."),
    moment("created_at", "When it was made.", required=True),
    moment("updated_at", "When it was last changed.", required=True),
    extra(),
    comment="Workflows with parameters that a team has named and kept.",
)
