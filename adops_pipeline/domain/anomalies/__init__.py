"""Anomalies: days on which a campaign's metric left its usual range by more than chance, and by enough to matter."""

from adops_pipeline.domain.anomalies.decomposition import CpaChange, decompose_cpa
from adops_pipeline.domain.anomalies.detection import detect_anomalies
from adops_pipeline.domain.anomalies.history import ended_stops
from adops_pipeline.domain.anomalies.rules import METRICS, AnomalyRules

__all__ = ["METRICS", "AnomalyRules", "CpaChange", "decompose_cpa", "detect_anomalies", "ended_stops"]
