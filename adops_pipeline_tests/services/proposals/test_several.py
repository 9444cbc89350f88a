"""One decision about several proposals."""

from typing import Any, cast

from adops_pipeline.operations.errors import NotFoundError, RefusedError
from adops_pipeline.services.proposals.several import Outcome, decide_each


def test_each_is_decided_once_in_order_and_a_refusal_stops_no_other() -> None:
    asked: list[str] = []

    def decide(one: str) -> Any:
        asked.append(one)
        if one == "closed":
            raise RefusedError("it is closed")
        if one == "lost":
            raise NotFoundError("proposal", one)
        return f"{one} is applied"

    found = decide_each(["a", "closed", "a", "lost", "b"], decide)
    assert asked == ["a", "closed", "lost", "b"]
    assert found == [
        Outcome("a", cast("Any", "a is applied"), None),
        Outcome("closed", None, "it is closed"),
        Outcome("lost", None, str(NotFoundError("proposal", "lost"))),
        Outcome("b", cast("Any", "b is applied"), None),
    ]
