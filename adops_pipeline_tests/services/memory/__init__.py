"""Memory of agents and what it teaches."""
