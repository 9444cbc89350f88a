"""Pure rules: frames of the product's tables in, alerts out. Few, grave, actionable; `thresholds` says how few.

Each module is one ``source``; an evaluation of it resolves its own alerts only.
"""
