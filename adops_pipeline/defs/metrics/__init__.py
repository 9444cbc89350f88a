"""The unified tables: what was landed, normalized."""
