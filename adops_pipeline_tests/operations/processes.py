"""Real processes for tests of what several do at once: forked from one that has the operational store loaded.

Nothing that starts threads is loaded before the fork: the pools of Polars would be locked forever in a child.
"""

import multiprocessing
from multiprocessing.context import ForkServerContext

_LOADED = [
    "sqlalchemy.dialects.sqlite",
    "sqlalchemy.dialects.postgresql.psycopg",
    "adops_pipeline.operations.executions",
]


def context() -> ForkServerContext:
    """Where processes, queues and barriers come from; a child shares no connection with the test."""
    server = multiprocessing.get_context("forkserver")
    server.set_forkserver_preload(_LOADED)
    return server
