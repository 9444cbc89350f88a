"""Alert rules: frames of the product's tables in, alerts out. `thresholds` limits them to few, actionable ones.

Each module is one ``source``; an evaluation of it resolves its own alerts only.
"""
