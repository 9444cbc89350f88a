"""Settings of the REST API."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from adops_pipeline.settings.base import Block, split_list


class ApiSettings(Block):
    """Where `adops serve` listens and what it accepts."""

    host: str = Field(
        "127.0.0.1", description="Address to listen on; any but this machine's own needs ADOPS_API_TOKEN to be set."
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further names by which clients may address the server; protects against DNS rebinding."
    )
    heartbeat_seconds: float = Field(30.0, gt=0, le=300, description="Pause after which a live stream sends a comment.")

    _hosts = field_validator("allowed_hosts", mode="before")(split_list)
