"""How a comparison is made: level, method and the promised split. Checked here, used in comparison.py and batch.py."""

from dataclasses import dataclass
from typing import get_args

from adops_pipeline.domain.experiments.reasons import Reason
from adops_pipeline.domain.experiments.results import MethodChoice
from adops_pipeline.domain.experiments.srm import SRM_THRESHOLD


@dataclass(frozen=True, slots=True)
class Terms:
    """How a comparison is made."""

    alpha: float = 0.05
    """Two-sided level."""
    method: MethodChoice = "auto"
    """``auto``: z, or exact at small counts, for proportions; log-delta for ratios."""
    expected_split: float | None = 0.5
    """A's planned share of the traffic; None switches the check of the split off."""
    srm_threshold: float = SRM_THRESHOLD
    is_randomised: bool = False
    """Whether somebody declared that chance decides who sees which variant."""

    @property
    def problem(self) -> Reason | None:
        """Why no comparison can be made on these terms; None where one can."""
        if not 0.0 < self.alpha < 1.0:
            return "alpha-out-of-range"
        if self.expected_split is not None and not 0.0 < self.expected_split < 1.0:
            return "split-out-of-range"
        return None if self.method in get_args(MethodChoice) else "unknown-method"
