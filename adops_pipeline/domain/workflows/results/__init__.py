"""Results: what each workflow checked, found and did, from frames to words. Pure: the caller reads and writes."""

from adops_pipeline.domain.workflows.results.allocation import review_reallocation
from adops_pipeline.domain.workflows.results.anomalies import review_anomalies
from adops_pipeline.domain.workflows.results.benchmarks import review_benchmarks
from adops_pipeline.domain.workflows.results.channels import report_channels
from adops_pipeline.domain.workflows.results.experiments import review_tests
from adops_pipeline.domain.workflows.results.learnings import Evidence, review_learnings
from adops_pipeline.domain.workflows.results.pacing import review_pacing
from adops_pipeline.domain.workflows.results.render import render_markdown, render_text
from adops_pipeline.domain.workflows.results.result import Check, Finding, ResultTable, Subject, WorkflowResult
from adops_pipeline.domain.workflows.results.sync import review_sync

__all__ = [
    "Check",
    "Evidence",
    "Finding",
    "ResultTable",
    "Subject",
    "WorkflowResult",
    "render_markdown",
    "render_text",
    "report_channels",
    "review_anomalies",
    "review_benchmarks",
    "review_learnings",
    "review_pacing",
    "review_reallocation",
    "review_sync",
    "review_tests",
]
