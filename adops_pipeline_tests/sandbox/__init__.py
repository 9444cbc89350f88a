"""Tests of the emulated platforms and the market behind them."""
