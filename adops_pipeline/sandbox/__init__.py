"""Emulated ad platforms: ASGI apps that answer as the real APIs do, over one simulated ad market with known truth."""
