"""Tests of `adops_pipeline.services.webhooks` that need no server; the rest is in `api/webhooks`."""
