"""Promises of the operational tables in the snapshot."""
