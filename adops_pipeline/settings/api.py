"""Settings of the REST API."""

from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import NoDecode

from adops_pipeline.settings.base import Block, split_list


class ApiSettings(Block):
    """Where `adops serve` listens and what it accepts."""

    host: str = Field(
        "127.0.0.1",
        description="Address to listen on; any but this machine's own needs ADOPS_API_TOKEN or a named token.",
    )
    port: int = Field(8000, ge=1, le=65535, description="Port to listen on.")
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further names by which clients may address the server; protects against DNS rebinding."
    )
    heartbeat_seconds: float = Field(30.0, gt=0, le=300, description="Pause after which a live stream sends a comment.")
    webhook_body_bytes: int = Field(
        262_144, ge=1024, le=1_048_576, description="Largest payload of an inbound webhook, in bytes."
    )
    webhook_calls_per_minute: int = Field(
        600, ge=1, le=1_000_000, description="Deliveries of one inbound webhook per minute; also the largest burst."
    )
    webhook_keep_days: int = Field(
        30, ge=1, le=3650, description="Days for which deliveries are kept and repeated ones are recognized."
    )
    query_memory_mb: int = Field(
        256,
        ge=64,
        le=65_536,
        description="Memory that queries of the snapshot take together; beyond it they use the disk.",
    )

    session_hours: float = Field(12.0, gt=0, le=720, description="Time after which a browser has to sign in again.")
    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Addresses of reverse proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."
    )

    open_metrics: bool = Field(False, description="Whether /metrics needs no token.")

    _hosts = field_validator("allowed_hosts", "trusted_proxies", mode="before")(split_list)
