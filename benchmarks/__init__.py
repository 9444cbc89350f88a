"""Runnable measurements, each of which prints a table; not part of the tests."""
