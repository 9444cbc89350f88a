"""Tests of inbound webhooks over the API."""
