"""Messages to people: Slack, Discord, email. What to say comes from the domain; who was told is kept by operations."""
