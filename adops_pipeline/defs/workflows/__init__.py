"""Workflows as jobs, a file each: what is computed, what is found, what is done about it."""

from adops_pipeline.defs.workflows.ab_test_evaluation import ab_test_evaluation
from adops_pipeline.defs.workflows.anomaly_scan import anomaly_scan
from adops_pipeline.defs.workflows.benchmark_review import benchmark_review
from adops_pipeline.defs.workflows.budget_reallocation import budget_reallocation
from adops_pipeline.defs.workflows.cross_channel_report import cross_channel_report
from adops_pipeline.defs.workflows.learning_review import learning_review
from adops_pipeline.defs.workflows.pacing_check import pacing_check

JOBS = (
    pacing_check,
    anomaly_scan,
    benchmark_review,
    ab_test_evaluation,
    budget_reallocation,
    cross_channel_report,
    learning_review,
)
"""Every workflow's job but sync-platforms, which is the job of all assets."""
