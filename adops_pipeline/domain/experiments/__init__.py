"""Experiments: A against B on one metric, from sufficient statistics to a decision. Pure statistics, no I/O.

Two arrays of numbers in, a typed result out; degenerate input gives a typed reason, never NaN. `calculator` and `power`
answer a person's question, `evaluation` judges declared tests. Nothing is imported here: settings read `words` alone.
"""
