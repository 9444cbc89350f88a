"""The places of the dashboard, in the order of the navigation; shown are those whose pages exist."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation. ``icon`` is the name of a symbol in `parts/icons.html`."""

    path: str
    title: str
    icon: str
    words: str
    """Further words by which the command palette finds it."""

    def holds(self, path: str) -> bool:
        """Whether ``path`` is this page or one below it."""
        return path == self.path or (self.path != "/" and path.startswith(f"{self.path}/"))


_PLACES = (
    Place("/", "Overview", "overview", "home today spend roas activity"),
    Place("/campaigns", "Campaigns", "campaigns", "table search sparkline trend"),
    Place("/pacing", "Pacing", "pacing", "spend target projection overspend"),
    Place("/budget", "Budget", "budget", "allocation recommendation split response"),
    Place("/proposals", "Proposals", "proposals", "approve reject undo changes writes"),
    Place("/experiments", "Experiments", "experiments", "ab tests variants winner sample size"),
    Place("/agents", "Agents", "agents", "memory learnings recommendations"),
    Place("/workflows", "Workflows", "workflows", "run templates executions schedules sync"),
    Place("/alerts", "Alerts", "alerts", "silence acknowledge firing anomalies"),
    Place("/notifications", "Notifications", "notifications", "receivers slack discord email deliveries"),
    Place("/webhooks", "Webhooks", "webhooks", "inbound secret mapping replay"),
    Place("/data", "Data", "data", "accounts freshness rejects restatements pulls quality"),
)

PATHS = tuple(place.path for place in _PLACES)


def places(paths: Collection[str]) -> Sequence[Place]:
    """The places that are among the ``paths`` of the application's routes."""
    return [place for place in _PLACES if place.path in paths]
