"""The workflow catalogue: names, descriptions and stages. Declarations and look-up only."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from adops_pipeline.domain.workflows.nearest import did_you_mean
from adops_pipeline.domain.workflows.parameters import (
    AnomalyParameters,
    BenchmarkParameters,
    ChannelParameters,
    LearningParameters,
    PacingParameters,
    Parameters,
    ReallocationParameters,
    SyncParameters,
    TestParameters,
)
from adops_pipeline.domain.workflows.words import in_words


class UnknownWorkflowError(LookupError):
    """There is no such workflow or template; the message names the closest one, and all."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage of a workflow, for showing progress. ``name`` is an identifier, the only one in the catalogue."""

    name: str
    title: str


@dataclass(frozen=True, slots=True)
class Workflow:
    """A workflow that a schedule, a webhook, an agent or a person can run."""

    id: str
    name: str
    description: str
    parameters: type[Parameters]
    stages: tuple[Stage, ...]
    timeout_seconds: int = 900
    """How long a run may take before it counts as stuck."""
    is_sync: bool = False
    """Whether a run materializes the pipeline's assets. Its stages are made of the steps of that run, so they are known
    when the run starts and not yet when it is requested."""

    @property
    def job_name(self) -> str:
        """The id as an identifier: ``pacing_check``."""
        return self.id.replace("-", "_")


_ALL = (
    Workflow(
        "sync-platforms",
        "Sync platforms",
        "Pull the platforms' reports, normalize them, compute every analysis and publish the result.",
        SyncParameters,
        (
            Stage("pull", "Pull reports from the platforms"),
            Stage("normalize", "Normalize into the unified tables"),
            Stage("analyse", "Compute pacing, benchmarks, anomalies, tests and budgets"),
            Stage("publish", "Check and publish the tables"),
        ),
        timeout_seconds=7200,
        is_sync=True,
    ),
    Workflow(
        "pacing-check",
        "Pacing check",
        "Report which budgets are off pace, where they will end, and what to set.",
        PacingParameters,
        (
            Stage("pace_budgets", "Compute the pace of every budget"),
            Stage("review_pacing", "Find budgets that are off pace"),
            Stage("alert_on_pacing", "Raise and resolve alerts"),
        ),
    ),
    Workflow(
        "anomaly-scan",
        "Anomaly scan",
        "Find the days on which a campaign left its usual range by enough money to matter.",
        AnomalyParameters,
        (
            Stage("detect_anomalies", "Compare recent days with the weeks before"),
            Stage("review_anomalies", "Rank unusual days"),
            Stage("alert_on_anomalies", "Raise and resolve alerts"),
        ),
    ),
    Workflow(
        "benchmark-review",
        "Benchmark review",
        "Compare each campaign's metrics with its own past and with its peers.",
        BenchmarkParameters,
        (
            Stage("compute_benchmarks", "Compare metrics with the past"),
            Stage("review_benchmarks", "Rank changes"),
            Stage("alert_on_benchmarks", "Raise and resolve alerts"),
        ),
    ),
    Workflow(
        "ab-test-evaluation",
        "A/B test evaluation",
        "Report which tests have a winner, which are invalid, and how long the others still need.",
        TestParameters,
        (
            Stage("evaluate_tests", "Evaluate every running test"),
            Stage("review_tests", "Summarise the verdicts"),
            Stage("alert_on_tests", "Raise and resolve alerts"),
        ),
    ),
    Workflow(
        "budget-reallocation",
        "Budget reallocation",
        "Plan the best split of the same total per currency; nothing is set on a platform.",
        ReallocationParameters,
        (
            Stage("recommend_budgets", "Estimate the response to spend"),
            Stage("plan_reallocation", "Make the plan within the limits"),
            Stage("record_reallocation", "Record the plan"),
        ),
    ),
    Workflow(
        "cross-channel-report",
        "Cross-channel report",
        "Compare the platforms in one currency: this period against the one before.",
        ChannelParameters,
        (
            Stage("read_channels", "Read the metrics of both periods"),
            Stage("compare_channels", "Compare platforms and periods"),
            Stage("record_channel_report", "Record the report"),
        ),
    ),
    Workflow(
        "learning-review",
        "Learning review",
        "Look back: results of tests, outcomes of recommendations, what agents' actions taught, recurring anomalies.",
        LearningParameters,
        (
            Stage("gather_evidence", "Collect tests, outcomes, recommendations and anomalies"),
            Stage("weigh_evidence", "Weigh evidence"),
            Stage("record_learnings", "Record the observations"),
        ),
    ),
)
WORKFLOWS: Mapping[str, Workflow] = MappingProxyType({workflow.id: workflow for workflow in _ALL})
"""Every workflow by its id."""


def find_workflow(workflow_id: str) -> Workflow:
    """The workflow called ``workflow_id``; UnknownWorkflowError names the nearest and all that exist."""
    if workflow_id in WORKFLOWS:
        return WORKFLOWS[workflow_id]
    near = did_you_mean(workflow_id, WORKFLOWS)
    raise UnknownWorkflowError(f"there is no workflow {workflow_id!r}{near}; there are {in_words(WORKFLOWS)}")
