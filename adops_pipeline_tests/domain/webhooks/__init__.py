"""Tests of webhooks: signatures and mappings."""
