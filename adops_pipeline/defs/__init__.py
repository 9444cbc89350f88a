"""Dagster's assets, checks, jobs, schedules and sensors. Thin: each is a call of a service."""

import warnings

import dagster as dg

# Single-run backfills and pools are beta in Dagster; this product relies on them. Other warnings stay errors.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
