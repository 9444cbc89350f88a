"""Supervision of long-running processes: starting, health, restarts with back-off, and a clean end. No Dagster."""
