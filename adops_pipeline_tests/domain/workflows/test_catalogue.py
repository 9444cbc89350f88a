"""The workflow catalogue."""

import pytest

from adops_pipeline.domain.workflows import WORKFLOWS, UnknownWorkflowError, find_workflow, to_document, validate


def test_the_catalogue_holds_the_eight_workflows_of_the_product() -> None:
    assert list(WORKFLOWS) == [
        "sync-platforms",
        "pacing-check",
        "anomaly-scan",
        "benchmark-review",
        "ab-test-evaluation",
        "budget-reallocation",
        "cross-channel-report",
        "learning-review",
    ]


@pytest.mark.parametrize("workflow_id", WORKFLOWS)
def test_every_workflow_runs_without_parameters_and_is_described(workflow_id: str) -> None:
    workflow = find_workflow(workflow_id)
    assert to_document(validate(workflow_id, {})) == to_document(workflow.parameters())
    assert workflow.name
    assert workflow.description.endswith(".")
    assert len(workflow.stages) >= 3
    assert workflow.job_name.isidentifier()


def test_stage_names_are_identifiers_and_no_two_workflows_share_one() -> None:
    names = [stage.name for workflow in WORKFLOWS.values() for stage in workflow.stages]
    assert all(name.isidentifier() for name in names)
    assert len(set(names)) == len(names)


def test_a_misspelt_workflow_is_answered_with_the_nearest_and_all() -> None:
    with pytest.raises(UnknownWorkflowError) as caught:
        find_workflow("Pacing_chek")
    assert str(caught.value) == (
        "there is no workflow 'Pacing_chek'; did you mean pacing-check?; there are sync-platforms, pacing-check, "
        "anomaly-scan, benchmark-review, ab-test-evaluation, budget-reallocation, cross-channel-report and "
        "learning-review"
    )
