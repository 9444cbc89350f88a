"""What the processes of tests are forked with, once imported: the product, without threads that its libraries start."""

import dagster
import sqlalchemy.dialects.postgresql.psycopg
import sqlalchemy.dialects.sqlite

from adops_pipeline.wiring import end_library_threads
from adops_pipeline_tests.integration import pipeline, telling

__all__ = ["dagster", "pipeline", "sqlalchemy", "telling"]

end_library_threads()
