"""What `adops workflow show` says that a parameter may be."""

from collections.abc import Sequence
from datetime import date
from typing import Literal

import pytest
from pydantic import BaseModel, Field

from adops_pipeline.domain.workflows.schemas import describe_parameters


class Limits(BaseModel):
    """A group of parameters."""

    least: int = Field(3, ge=1, description="The fewest.")


class Parameters(BaseModel):
    """One parameter of each kind."""

    days: int = Field(7, ge=1, le=400)
    share: float = Field(0.5, gt=0, le=1)
    least: float = Field(0, ge=0)
    rate: float = 1.0
    as_of: date | None = None
    way: Literal["up", "down"] = "up"
    ways: Sequence[Literal["up", "down"]] = ()
    ids: Sequence[str] = ()
    amounts: dict[str, float] = Field(default_factory=dict)
    note: str | None = None
    limits: Limits = Limits()


ALLOWED = {
    "days": "a whole number from 1 to 400",
    "share": "a number above 0 and at most 1",
    "least": "a number of at least 0",
    "rate": "a number",
    "as_of": "a date such as 2026-11-23",
    "way": "one of up or down",
    "ways": "a list of up and down",
    "ids": "a list of names",
    "amounts": "an object of amounts by currency code",
    "note": "a text that is not empty",
    "limits.least": "a whole number of at least 1",
}


@pytest.mark.parametrize("name", ALLOWED)
def test_what_a_parameter_may_be_is_said_in_words(name: str) -> None:
    found = {one.name: one for one in describe_parameters(Parameters.model_json_schema())}
    assert list(found) == list(ALLOWED)
    assert found[name].allowed == ALLOWED[name]


def test_a_parameter_has_its_default_and_its_description() -> None:
    *_, least = describe_parameters(Parameters.model_json_schema())
    assert (least.default, least.description) == (3, "The fewest.")
