"""Sends messages to Slack, Discord, mailboxes and programs. The domain writes them; the store keeps deliveries."""
