"""What Dagster's own instance is configured with: event log, run launcher. Named in dagster.yaml, loaded by Dagster.

This is the only package that may import Dagster's private modules (`dagster._core`), which its tests pin to a version.
"""
