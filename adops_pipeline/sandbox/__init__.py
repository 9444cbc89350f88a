"""Emulated ad platforms: ASGI apps that behave like the real APIs, over one simulated ad market with known truth."""
