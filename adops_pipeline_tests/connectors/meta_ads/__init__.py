"""Tests of the Meta connector."""
