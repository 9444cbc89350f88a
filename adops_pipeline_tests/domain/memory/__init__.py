"""Memory of agents."""
