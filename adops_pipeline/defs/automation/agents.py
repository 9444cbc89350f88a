"""The schedules of the agents: each morning, one run for each agent. Off until somebody turns them on in live mode."""

from collections.abc import Sequence

import dagster as dg

from adops_pipeline.services.documents.agents import result_document
from adops_pipeline.services.schedules import agents_are_on, of_agents
from adops_pipeline.settings import Settings
from adops_pipeline.wiring import Services


@dg.op(
    config_schema={"agent": dg.Field(str, description="Agent of the roster.")},
    description="Runs an agent: changes become proposals, workflows are requested, findings become memories.",
)
def ask_agent(context: dg.OpExecutionContext, services: dg.ResourceParam[Services]) -> int:
    """Run the agent; the number of its suggestions."""
    agent = context.op_config["agent"]
    results = services.agents.run(agent, by="schedule", source="schedule")
    for one in map(result_document, results):
        context.log.info("%s: %s %s: %s", one["outcome"], one["kind"], one["subject"], one["reason"])
    return len(results)


@dg.job(description="Runs one agent of the roster on the published data.")
def run_agent() -> None:
    """One op."""
    ask_agent()


def build_agent_schedules(settings: Settings) -> Sequence[dg.ScheduleDefinition]:
    """One for each agent."""
    status = dg.DefaultScheduleStatus.RUNNING if agents_are_on(settings) else dg.DefaultScheduleStatus.STOPPED
    return [
        dg.ScheduleDefinition(
            name=declared.name,
            job=run_agent,
            cron_schedule=declared.cron,
            execution_timezone=declared.timezone,
            run_config={"ops": {"ask_agent": {"config": {"agent": declared.target}}}},
            default_status=status,
            description=declared.description,
        )
        for declared in of_agents(settings)
    ]
