"""Methods that dataclasses generate, compiled when they are first called.

Python 3.11 writes six methods as text for each frozen dataclass and compiles each by itself: for the 600 classes that a
run imports this took a seventh of the imports' time, and hardly any of them is ever compared, printed or changed.
"""

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import Any

_COMPILER = "_create_fn"
"""The function of the standard library that compiles one method. Where it is absent, nothing is changed."""
_AT_ONCE = "__init__"
"""Nearly always called, and its signature is read."""

_Method = Callable[..., Any]


def compile_methods_at_first_call() -> None:
    """From now on in this process; only for processes of our own, never for a test's."""
    compile_now: Callable[..., _Method] | None = vars(dataclasses).get(_COMPILER)
    if compile_now is None or getattr(compile_now, "is_late", False):
        return

    def compile_late(name: str, args: Sequence[str], body: Sequence[str], **context: Any) -> _Method:  # noqa: ANN401 - passed on as it is
        if name == _AT_ONCE:
            return compile_now(name, args, body, **context)
        return _late(name, lambda: compile_now(name, args, body, **context))

    vars(compile_late)["is_late"] = True
    vars(dataclasses)[_COMPILER] = compile_late


def _late(name: str, compile_now: Callable[[], _Method]) -> _Method:
    compiled: list[_Method] = []

    def method(self: object, *given: object) -> Any:  # noqa: ANN401 - whatever the generated method gives
        if not compiled:
            real = compile_now()
            real.__qualname__ = method.__qualname__
            compiled.append(real)
            _replace(type(self), name, method, real)
        return compiled[0](self, *given)

    method.__name__ = name
    return method


def _replace(kind: type, name: str, late: _Method, real: _Method) -> None:
    """Put the compiled method where the late one is, so that later calls find it directly."""
    for owner in kind.__mro__:
        members: Mapping[str, object] = vars(owner)
        if members.get(name) is late:
            setattr(owner, name, real)
            return
