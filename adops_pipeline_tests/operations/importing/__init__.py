"""Promises of the import from older JSON files."""
