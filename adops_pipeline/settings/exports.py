"""Settings of exported files."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from adops_pipeline.domain.exports import ExportTime, Format
from adops_pipeline.settings.base import Block, split_list


class ExportSettings(Block):
    """What is written to the folder exports, and when; `adops export --all` writes at any time."""

    when: ExportTime = Field(
        "daily", description="daily (before the morning digest), published (after each publication) or never."
    )
    formats: Annotated[tuple[Format, ...], NoDecode] = Field(
        (Format.PARQUET,), min_length=1, description="Formats that are written then."
    )
    powerbi_project: bool = Field(True, description="Whether the Power BI project is written then, too.")

    _formats = field_validator("formats", mode="before")(split_list)
