"""Exports of published tables and views as files, streamed from the snapshot: rows are never all in memory."""
