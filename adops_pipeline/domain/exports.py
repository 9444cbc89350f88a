"""The kinds of files that published tables can be exported to, and when they are written."""

from enum import StrEnum
from typing import Literal


class Format(StrEnum):
    """A kind of file; ``powerbi`` is JSON as an OData service answers."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"
    POWERBI = "powerbi"


ExportTime = Literal["daily", "published", "never"]
"""When files are written by themselves: once a day, after each publication, or not at all."""
