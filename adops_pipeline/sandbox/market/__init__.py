"""A simulated ad market with known ground truth, behind the emulated platforms. The public names, nothing else."""

from adops_pipeline.sandbox.market.entities import (
    BudgetKind,
    MarketAccount,
    MarketAdGroup,
    MarketCampaign,
    MarketChange,
    MarketDay,
    Objective,
    minor_digits,
)
from adops_pipeline.sandbox.market.market import FIRST_DAY, Market
from adops_pipeline.sandbox.market.truth import (
    BudgetChange,
    MarketTruth,
    PlantedAnomaly,
    PlantedExperiment,
    ResponseCurve,
)
from adops_pipeline.sandbox.market.view import AdMarket
from adops_pipeline.sandbox.market.world import Occasion, Outage, World, combine, named_world, scenarios

__all__ = [
    "FIRST_DAY",
    "AdMarket",
    "BudgetChange",
    "BudgetKind",
    "Market",
    "MarketAccount",
    "MarketAdGroup",
    "MarketCampaign",
    "MarketChange",
    "MarketDay",
    "MarketTruth",
    "Objective",
    "Occasion",
    "Outage",
    "PlantedAnomaly",
    "PlantedExperiment",
    "ResponseCurve",
    "World",
    "combine",
    "minor_digits",
    "named_world",
    "scenarios",
]
