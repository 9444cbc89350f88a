"""Tests of the emulated Graph API."""
