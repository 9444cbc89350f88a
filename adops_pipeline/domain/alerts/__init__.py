"""Alerts: what is grave enough to tell people (`rules`), and when, to whom and how often (`evaluation`, `engine`).

Pure: state in, state and notifications out. The semantics are Prometheus Alertmanager's; see `engine`.
"""
