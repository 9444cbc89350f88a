"""Packages of Dagster's of which this project's processes need a submodule at most."""

UNUSED_PACKAGES = (
    "dagster._daemon",  # the storage of runs needs one type from it; the whole imports structlog, Pygments and attrs
)
"""For ``supervision.unused_imports.leave_unused_out``."""
