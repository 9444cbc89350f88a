"""Alerts: what is worth an alert (`rules`), and who is notified of it, when and how often (`evaluation`, `engine`).

Pure: state in, state and notifications out. The semantics are Prometheus Alertmanager's; see `engine`.
"""
