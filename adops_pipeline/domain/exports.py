"""The kinds of files that published tables can be exported to."""

from enum import StrEnum


class Format(StrEnum):
    """A kind of file; ``powerbi`` is JSON as an OData service answers."""

    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"
    XLSX = "xlsx"
    POWERBI = "powerbi"
