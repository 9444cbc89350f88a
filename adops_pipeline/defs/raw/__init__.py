"""Raw pulls: what the platforms answered, landed as it came."""
