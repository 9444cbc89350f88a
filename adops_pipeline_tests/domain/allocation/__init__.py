"""Tests of the budget allocation."""
