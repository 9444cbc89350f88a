"""Sparklines drawn by the server: one polyline and a dot at its end. Attributes only, as the policy forbids styles."""

from collections.abc import Sequence

from markupsafe import Markup

_WIDTH, _HEIGHT, _MARGIN = 96, 24, 2.5
_LEAST_SPAN = 0.2


def sparkline(values: Sequence[float | None], label: str = "", *, stretched: bool = False) -> Markup:
    """The line through ``values``; unknown values are left out. A ``label`` describes it, else it is decoration.

    ``stretched``: it is as wide as its place, without the dot, which would become an ellipse.
    """
    known = [(place, value) for place, value in enumerate(values) if value is not None]
    if len(known) < 2:
        return Markup("")
    points = _points(known, len(values))
    line = " ".join(f"{x:g},{y:g}" for x, y in points)
    x, y = points[-1]
    role = Markup('role="img" aria-label="{}"').format(label) if label else Markup('aria-hidden="true"')
    fit = (
        Markup('preserveAspectRatio="none"') if stretched else Markup('width="{}" height="{}"').format(_WIDTH, _HEIGHT)
    )
    dot = "" if stretched else Markup('<circle cx="{}" cy="{}" r="2"/>').format(f"{x:g}", f"{y:g}")
    return Markup(
        '<svg class="sparkline" viewBox="0 0 {} {}" {} {} focusable="false"><polyline points="{}"/>{}</svg>'
    ).format(_WIDTH, _HEIGHT, fit, role, line, dot)


def _points(known: Sequence[tuple[int, float]], places: int) -> list[tuple[float, float]]:
    """Where the values are drawn. The scale spans at least a fifth of the highest value, so that noise looks small."""
    high = max(value for _, value in known)
    low = min(value for _, value in known)
    low = min(low, (1 - _LEAST_SPAN) * high) if low >= 0 else low
    width, height = _WIDTH - 2 * _MARGIN, _HEIGHT - 2 * _MARGIN
    span = (high - low) or 1.0
    return [
        (round(_MARGIN + width * place / (places - 1), 1), round(_HEIGHT - _MARGIN - height * (value - low) / span, 1))
        for place, value in known
    ]
