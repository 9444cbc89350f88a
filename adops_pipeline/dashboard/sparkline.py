"""Sparklines drawn by the server: one polyline and a dot at its end. Attributes only, as the policy forbids styles."""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _MARGIN = 96, 24, 2.5


def sparkline(values: Sequence[float | None], label: str = "") -> Markup:
    """The line through ``values``; unknown values are left out. A ``label`` describes it, else it is decoration."""
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return Markup("")
    points = _points(known, len(values))
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    x, y = points[-1]
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    return Markup(
        '<svg class="sparkline" viewBox="0 0 {} {}" width="{}" height="{}" {} focusable="false">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2"/></svg>'
    ).format(_WIDTH, _HEIGHT, _WIDTH, _HEIGHT, role, line, f"{x:g}", f"{y:g}")


def _points(known: Sequence[tuple[int, float]], places: int) -> list[tuple[float, float]]:
    """Where the values are drawn: zero is the bottom unless something is below it."""
    low = min(0.0, *(value for _, value in known))
    high = max(value for _, value in known)
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    span = (high - low) or 1.0
    return [
        (round(_MARGIN + width * place / (places - 1), 1), round(_HEIGHT - _MARGIN - height * (value - low) / span, 1))
        for place, value in known
    ]
