"""The operational store: executions, events, alerts, projects, notification settings. No Dagster, no HTTP."""
