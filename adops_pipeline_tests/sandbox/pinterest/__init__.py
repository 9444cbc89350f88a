"""Tests of the emulated Pinterest API."""
