"""Normalizes a platform's answer without storing anything."""

from adops_pipeline.domain.vocabulary import Platform
from adops_pipeline.warehouse.normalize import NormalizeOptions
from adops_pipeline.warehouse.normalize.documents import DocumentError, Reject, UnifiedRow, normalize_documents

__all__ = ["DocumentError", "normalize_answer"]


def normalize_answer(
    platform: Platform, text: str, *, account_id: str | None, currency: str | None, options: NormalizeOptions
) -> tuple[list[UnifiedRow], list[Reject]]:
    """Unified rows, and rejected rows with reasons. ``account_id`` may have Meta's ``act_`` or Google's dashes.

    Raises DocumentError for text that is no answer of the platform.
    """
    plain = account_id.removeprefix("act_").replace("-", "") if account_id else None
    return normalize_documents(
        platform, text.removeprefix("\ufeff"), account_id=plain, currency=currency, options=options
    )
