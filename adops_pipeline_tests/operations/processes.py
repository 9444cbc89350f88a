"""Real processes for tests of what several do at once: forked from one that has the code loaded."""

import multiprocessing
from multiprocessing.context import ForkServerContext

_LOADED = [
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "adops_pipeline.operations.executions",
    "adops_pipeline_tests.integration.pipeline",
    "adops_pipeline_tests.integration.telling",
]


def context() -> ForkServerContext:
    """Where processes, queues and barriers come from; a child shares no connection with the test."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(_LOADED)
    return server
