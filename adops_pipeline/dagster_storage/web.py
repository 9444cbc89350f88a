"""Dagster's web UI, in a process that holds the definitions itself."""

import dagster as dg
from dagster._grpc.server import LoadedRepositories
from dagster._utils.log import configure_loggers
from dagster_webserver.cli import host_dagster_ui_with_workspace_process_context
from dagster_webserver.version import __version__

from adops_pipeline.dagster_storage.definitions_in_process import SharedWorkspace

_POLL_MILLISECONDS = 2000


def serve_web(loaded: LoadedRepositories, port: int) -> int:
    """Serve the web UI on loopback until interrupted."""
    configure_loggers(formatter="colored", log_level="INFO")
    with (
        dg.DagsterInstance.get() as instance,
        SharedWorkspace(instance, loaded, version=__version__) as workspace,
    ):
        host_dagster_ui_with_workspace_process_context(
            workspace, "127.0.0.1", port, path_prefix="", log_level="warning", live_data_poll_rate=_POLL_MILLISECONDS
        )
    return 0
