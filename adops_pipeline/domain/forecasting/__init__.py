"""Forecasts of spend, conversions and revenue to the end of a period, with intervals measured by backtest."""

from adops_pipeline.domain.forecasting.backtest import CoverageReport, HorizonScore, backtest
from adops_pipeline.domain.forecasting.forecast import forecast_to
from adops_pipeline.domain.forecasting.walk import METRICS

__all__ = ["METRICS", "CoverageReport", "HorizonScore", "backtest", "forecast_to"]
