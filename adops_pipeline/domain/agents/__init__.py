"""The roster of agents: who they are, and the deterministic playbooks by which each derives actions from the tables."""
