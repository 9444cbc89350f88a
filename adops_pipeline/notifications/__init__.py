"""Sends messages to Slack, Discord and email. The domain writes messages; the operational store keeps deliveries."""
