"""Normalization: from landed rows to the unified tables."""
