"""Raw pulls: the platforms' responses, landed unchanged."""
