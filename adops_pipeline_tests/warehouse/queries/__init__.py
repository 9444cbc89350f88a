"""Tests of the questions to warehouse and snapshot."""
