"""Alerts: rules that raise them (`rules`), and who is notified, when and how often (`evaluation`, `engine`).

Pure: state in, state and notifications out. The semantics are Prometheus Alertmanager's; see `engine`.
"""
