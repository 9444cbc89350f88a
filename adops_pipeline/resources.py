"""What assets receive: the plain objects that wiring builds, under the names assets ask for. No logic."""

from adops_pipeline.wiring import House


def build_resources(house: House) -> dict[str, object]:
    """The Dagster resources of one code location, built once."""
    return {"house": house}
