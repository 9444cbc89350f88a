"""The unified tables: raw files, normalized."""
