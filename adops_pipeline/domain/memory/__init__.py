"""Memory of agents: what a memory may say, when two are the same, and how they are ranked for a situation. Pure."""
