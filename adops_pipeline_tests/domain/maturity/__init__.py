"""Conversion maturity."""
