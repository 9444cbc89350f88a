"""Inbound webhooks: managed by people, called by other programs, each delivery taken once."""
