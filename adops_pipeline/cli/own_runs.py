"""Runs in the process of a command (`adops run`, `adops workflow run`): how they are tagged, and what they log.

Each holds the lock of its run while it lives, like a run that the launcher has started (``dagster_storage.run_files``):
run monitoring leaves it alone, and the next command or daemon marks it as failed if its process has died.
"""

from adops_pipeline.cli.console import err

OWN_RUN = {
    "adops/front": "adops run",
    # Dagster's UI lists the runs of a job by these tags, which it sets on runs that it launches itself.
    ".dagster/repository": "__repository__@adops_pipeline",
    "dagster/code_location": "adops_pipeline",
}
"""Tags of a run in the process of a command."""
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
"""Run config without log output: the log is in Dagster's UI, the terminal shows progress and the outcome."""


def say_who_runs(pid: int | None) -> None:
    """Tell which process this command waits for."""
    holder = "another process" if pid is None else f"process {pid}"
    err.print(f"{holder} runs on this data folder; this run begins when that has ended (Ctrl-C to give up)")
