"""Real processes: the adops command as a user types it, servers on loopback, the vendors' own SDKs."""
