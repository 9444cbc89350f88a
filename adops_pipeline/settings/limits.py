"""Settings of the bounds on what ad platforms may send; each error of a bound names its setting."""

from pydantic import Field

from adops_pipeline.settings.base import Block


class LimitSettings(Block):
    """How much one answer, list or pull of a platform may be. What passes a bound fails its account alone."""

    answer_mb: int = Field(32, ge=1, le=1024, description="Largest answer, in MB after decompression.")
    answer_values: int = Field(
        1_000_000, ge=10_000, le=100_000_000, description="Most values in one answer, counted as commas."
    )
    header_kb: int = Field(64, ge=1, le=96, description="Longest headers of an answer, in kB together.")
    request_seconds: float = Field(
        300, ge=1, le=3600, description="Longest time of one request as a whole, its answer included."
    )
    redirects: int = Field(
        0, ge=0, le=10, description="Most redirects of one reading request; the platforms send none."
    )
    list_pages: int = Field(10_000, ge=1, description="Most pages of one list.")
    list_rows: int = Field(
        500_000, ge=1, description="Most rows of lists that are held in memory: accounts, and ids of campaigns."
    )
    pull_mb: int = Field(8_192, ge=1, description="Most MB of rows in one report of one account.")
