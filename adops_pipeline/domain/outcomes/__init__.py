"""What an applied change did: measured against matched campaigns that were not changed, and its own forecast."""

from adops_pipeline.domain.outcomes.changes import SWITCHES, Change, known_changes, with_shared_budgets
from adops_pipeline.domain.outcomes.forecasts import own_forecasts
from adops_pipeline.domain.outcomes.measure import COLUMNS, Measurement, Others
from adops_pipeline.domain.outcomes.table import due_changes, outcome_rows

__all__ = [
    "COLUMNS",
    "SWITCHES",
    "Change",
    "Measurement",
    "Others",
    "due_changes",
    "known_changes",
    "outcome_rows",
    "own_forecasts",
    "with_shared_budgets",
]
