"""Cursors of pages. They belong to `services.documents`, which makes documents for other fronts too."""

from adops_pipeline.services.documents.cursors import encode, offset_after, wrong_cursor

__all__ = ["encode", "offset_after", "wrong_cursor"]
