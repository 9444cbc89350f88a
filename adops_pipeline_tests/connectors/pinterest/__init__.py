"""Tests of the Pinterest connector."""
