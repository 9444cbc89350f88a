"""Promise: methods of dataclasses that are compiled at their first call do what Python's own do."""

import dataclasses
from collections.abc import Callable
from typing import Any

import pytest

from adops_pipeline.supervision.dataclass_methods import compile_methods_at_first_call

COMPILE_NOW: Callable[..., Any] = vars(dataclasses)["_create_fn"]


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """From now on methods are compiled late; the names of those that are compiled."""
    names: list[str] = []

    def recorded(name: str, *args: object, **context: object) -> object:
        names.append(name)
        return COMPILE_NOW(name, *args, **context)

    monkeypatch.setattr(dataclasses, "_create_fn", recorded)
    compile_methods_at_first_call()
    compile_methods_at_first_call()  # changes nothing
    return names


def made(**options: bool) -> type[Any]:
    class Base:
        """With a docstring, as every class here: Python would describe one without by its signature."""

        x: int
        name: str = "a"
        hidden: int = dataclasses.field(default=0, repr=False, compare=False)

    return dataclasses.dataclass(**options)(Base)


def answers(kind: type[Any]) -> list[object]:
    """What the methods answer that dataclasses generate, twice: as they are called first and later."""

    heir = type("Heir", (kind,), {})

    told: list[object] = []
    for _ in range(2):
        one, same, other = kind(1), kind(1, hidden=9), heir(2, "b")
        told += [repr(one), one == same, one != kind(2), one == other, one == 1, kind.__eq__.__qualname__]
        for call in (
            lambda one=one, same=same: hash(one) == hash(same),
            lambda one=one: one < kind(2),
            lambda one=one: one >= kind(1),
            lambda other=other: repr(other),
            lambda one=one: setattr(one, "x", 3),
            lambda one=one: delattr(one, "name"),
        ):
            try:
                told.append(call())
            except (TypeError, AttributeError) as error:
                told.append(repr(error))
    return told


OPTIONS = [{}, {"frozen": True}, {"order": True}, {"unsafe_hash": True}, {"frozen": True, "slots": True}]


@pytest.mark.parametrize("options", OPTIONS)
def test_classes_answer_like_those_of_python(options: dict[str, bool], request: pytest.FixtureRequest) -> None:
    pythons = answers(made(**options))
    compiled = request.getfixturevalue("compiled")
    kind = made(**options)
    assert compiled == ["__init__"]
    assert answers(kind) == pythons
    assert compiled.count("__eq__") == 1


def test_a_method_that_was_called_is_the_compiled_one_from_then_on(compiled: list[str]) -> None:
    kind = made(frozen=True)
    late: Any = kind.__eq__
    assert kind(1) == kind(1)
    assert kind.__eq__ is not late
    assert late(kind(1), kind(2)) is False
    assert compiled == ["__init__", "__eq__"]
