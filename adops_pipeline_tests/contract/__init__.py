"""Tests against contracts that are not ours: vendors' descriptions, field lists and official clients."""
