"""What a process that forks others, or ends without exit handlers, does with the modules and files of the services."""

from __future__ import annotations

from importlib import import_module

from adops_pipeline.warehouse.connection import close_default_connection
from adops_pipeline.warehouse.open_file import close_all

AT_FIRST_USE = (
    "adops_pipeline.connectors.base",
    "adops_pipeline.connectors.tools",
    "adops_pipeline.domain.alerts.rules.thresholds",
    "adops_pipeline.domain.allocation",
    "adops_pipeline.domain.benchmarks",
    "adops_pipeline.domain.calendar.days",
    "adops_pipeline.domain.experiments.definitions",
    "adops_pipeline.domain.pacing",
    "adops_pipeline.domain.proposals.caps",
    "adops_pipeline.services.ab_tests",
    "adops_pipeline.services.accounts",
    "adops_pipeline.services.agents",
    "adops_pipeline.services.alerts",
    "adops_pipeline.services.analysis",
    "adops_pipeline.services.audit",
    "adops_pipeline.services.exports.exports",
    "adops_pipeline.services.exports.folder",
    "adops_pipeline.services.exports.powerbi.project",
    "adops_pipeline.services.exports.project_folder",
    "adops_pipeline.services.follow_ups",
    "adops_pipeline.services.importing",
    "adops_pipeline.services.kept_results",
    "adops_pipeline.services.memory.collecting",
    "adops_pipeline.services.memory.learnings",
    "adops_pipeline.services.memory.memories",
    "adops_pipeline.services.memory.recommendations",
    "adops_pipeline.services.memory.review",
    "adops_pipeline.services.monitoring",
    "adops_pipeline.services.notifications.directory",
    "adops_pipeline.services.notifications.notifier",
    "adops_pipeline.services.notifications.receivers",
    "adops_pipeline.services.notifications.relay",
    "adops_pipeline.services.outcomes",
    "adops_pipeline.services.past",
    "adops_pipeline.services.pipeline",
    "adops_pipeline.services.platforms",
    "adops_pipeline.services.projects",
    "adops_pipeline.services.proposals.applying",
    "adops_pipeline.services.proposals.calls",
    "adops_pipeline.services.proposals.checks",
    "adops_pipeline.services.proposals.from_plan",
    "adops_pipeline.services.proposals.policy",
    "adops_pipeline.services.proposals.published",
    "adops_pipeline.services.proposals.recovery",
    "adops_pipeline.services.proposals.service",
    "adops_pipeline.services.publishing",
    "adops_pipeline.services.quality",
    "adops_pipeline.services.rebuilding",
    "adops_pipeline.services.retention",
    "adops_pipeline.services.run_outcome",
    "adops_pipeline.services.sessions",
    "adops_pipeline.services.store_copy",
    "adops_pipeline.services.sync",
    "adops_pipeline.services.sync_history",
    "adops_pipeline.services.tokens",
    "adops_pipeline.services.tools.catalogue",
    "adops_pipeline.services.tools.definitions",
    "adops_pipeline.services.tools.memory",
    "adops_pipeline.services.tools.toolbox",
    "adops_pipeline.services.webhooks.directory",
    "adops_pipeline.services.webhooks.ingress",
    "adops_pipeline.services.webhooks.keys",
    "adops_pipeline.services.webhooks.trial",
    "adops_pipeline.services.workflows.context",
    "adops_pipeline.services.workflows.runner",
    "adops_pipeline.warehouse.normalize",
    "adops_pipeline.warehouse.publish",
    "adops_pipeline.warehouse.queries.past",
    "adops_pipeline.warehouse.raw_landing",
)
"""Modules that are imported where they are used: a server or a short command starts without most of them."""


def import_everything() -> None:
    """Import what is otherwise imported at first use: a process that others are forked from does it for them."""
    for name in AT_FIRST_USE:
        import_module(name)


def end_library_threads() -> None:
    """End threads that libraries start at import: a process that forks others must have none."""
    close_default_connection()


def close_warehouse_files() -> None:
    """Close the warehouse files that this process keeps open: for processes that end without exit handlers."""
    close_all()
