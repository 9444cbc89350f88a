"""What clients wrote to the emulated platforms, kept in the data folder, and the market as it is with it."""

from adops_pipeline.sandbox.written.journal import MarketValues
from adops_pipeline.sandbox.written.objects import Turn, WrittenObject, WrittenObjects
from adops_pipeline.sandbox.written.overlay import WrittenMarket

__all__ = ["MarketValues", "Turn", "WrittenMarket", "WrittenObject", "WrittenObjects"]
