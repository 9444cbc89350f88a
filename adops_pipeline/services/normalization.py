"""Normalizes a platform's answer without storing anything."""

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.documents import DocumentError, Reject, UnifiedRow, normalize_documents
from adops_pipeline.warehouse.normalize.formats import texts_of

__all__ = ["DocumentError", "normalize_answer"]


def is_stored(reject: Reject) -> bool:
    """Whether a reject is a note about single values of a row that was stored."""
    return reject["reason"].endswith("the rest of the row is stored")


def normalize_answer(
    platform: Platform,
    data: bytes,
    *,
    account_id: str | None,
    currency: str | None,
    options: NormalizeOptions,
    most_mb: int,
) -> tuple[list[UnifiedRow], list[Reject]]:
    """Unified rows, and rejected rows with reasons, of a file: JSON, or gzip, zip or zstandard with JSON in it.

    ``account_id`` may have Meta's ``act_`` or Google's dashes; ``most_mb`` bounds what a packed file may hold.
    Raises DocumentError for data that are no answer of the platform.
    """
    plain = account_id.removeprefix("act_").replace("-", "") if account_id else None
    texts = texts_of(platform, data, most_mb << 20)
    return normalize_documents(platform, texts, account_id=plain, currency=currency, options=options)
