"""Tests of the emulated Google Ads API."""
