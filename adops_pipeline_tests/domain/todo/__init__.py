"""Tests of the list of what to do."""
