"""Webhooks: signatures of messages, and how a payload becomes the parameters of a workflow. Pure."""
