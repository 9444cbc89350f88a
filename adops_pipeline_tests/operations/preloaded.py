"""What the processes of tests are forked with, once imported: the product, without threads that its libraries start.

And what test files and stores import, which each process would otherwise do for itself.
"""

from adops_pipeline.dagster_storage.unused_packages import UNUSED_PACKAGES
from adops_pipeline.supervision.unused_imports import leave_unused_out

# Before the imports that follow, as `adops` does: what was imported already is not left out.
leave_unused_out(UNUSED_PACKAGES)

import alembic.command  # noqa: E402
import dagster  # noqa: E402
import psycopg  # noqa: E402
import pytest  # noqa: E402
import sqlalchemy.dialects.postgresql.psycopg  # noqa: E402
import sqlalchemy.dialects.sqlite  # noqa: E402

from adops_pipeline.dagster_storage import storage  # noqa: E402
from adops_pipeline.wiring import end_library_threads  # noqa: E402
from adops_pipeline_tests.integration import pipeline, telling  # noqa: E402

__all__ = ["alembic", "dagster", "pipeline", "psycopg", "pytest", "sqlalchemy", "storage", "telling"]

end_library_threads()
