"""What Dagster autoloads, by concept. Thin: read, one call, write. Every module here is imported by the definitions."""

import warnings

import dagster as dg

# Single-run backfills and pools are marked beta; the design depends on them knowingly. Other warnings stay loud.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
