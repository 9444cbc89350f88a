"""Memory of agents and what it teaches: remember, recall, judge, retract, learn, recommend."""
