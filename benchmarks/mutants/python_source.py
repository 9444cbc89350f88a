"""The mutations of a Python file: mutmut's operators, but for docstrings, annotations, logging and error texts."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.file_mutation import deep_replace
from mutmut.mutation.mutators import mutation_operators

from benchmarks.mutants.mutation import Mutation
from benchmarks.mutants.sql import changes, looks_like_sql

_NAMES_ONLY = {"Literal", "TypeVar", "NewType", "cast", "len", "isinstance"}
_LOGGERS = {"logger", "log", "logging", "_log", "_logger", "warnings"}
_DESCRIBED = {"Column", "Field", "Table", "column", "Option", "Argument"}
_PROSE_ARGUMENTS = {"description", "help", "title", "examples", "comment"}
_PROSE = re.compile(r"\w+\W* \w+\W* \w+")
_CASE_ONLY = re.compile(r"XX")


def python_mutations(root: Path, path: Path) -> Iterator[Mutation]:
    """Every mutation of the file at ``path``."""
    relative = path.relative_to(root).as_posix()
    wrapper = MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8")))
    places = _Places(wrapper.module, wrapper.resolve(PositionProvider), relative)
    return places.walk(wrapper.module, "", in_raise=False)


class _Places:
    """A walk over one module's nodes."""

    def __init__(self, module: cst.Module, positions: Mapping[cst.CSTNode, Any], path: str) -> None:
        self._module, self._positions, self._path = module, positions, path
        self._seen: Counter[tuple[str, ...]] = Counter()

    def walk(self, node: cst.CSTNode, scope: str, *, in_raise: bool) -> Iterator[Mutation]:
        """Mutations of ``node`` and of what it contains."""
        if _is_left_alone(node):
            return
        if isinstance(node, cst.FunctionDef | cst.ClassDef):
            scope = f"{scope}.{node.name.value}" if scope else node.name.value
        in_raise = in_raise or isinstance(node, cst.Raise)
        if node in self._positions:
            yield from self._mutations(node, scope, in_raise=in_raise)
        for child in node.children:
            yield from self.walk(child, scope, in_raise=in_raise)

    def _mutations(self, node: cst.CSTNode, scope: str, *, in_raise: bool) -> Iterator[Mutation]:
        for kind, operator in mutation_operators:
            if not isinstance(node, kind):
                continue
            for mutated in operator(node):
                if not (_is_text(node, mutated, in_raise=in_raise) or self._is_description(node)):
                    yield self._mutation(node, mutated, scope, operator.__name__.removeprefix("operator_"))
        if isinstance(node, cst.SimpleString) and looks_like_sql(node.value):
            for _, text in changes(node.value):
                yield self._mutation(node, node.with_changes(value=text), scope, "sql")

    def _is_description(self, node: cst.CSTNode) -> bool:
        """Whether ``node`` is a sentence in the declaration of a table: documentation, though data to Python."""
        return "/tables/" in self._path and isinstance(node, cst.SimpleString) and bool(_PROSE.search(node.value))

    def _mutation(self, node: cst.CSTNode, mutated: cst.CSTNode, scope: str, operator: str) -> Mutation:
        before, after = self._module.code_for_node(node), self._module.code_for_node(mutated)
        key = (scope, operator, before, after)
        self._seen[key] += 1

        def text() -> str:
            module = deep_replace(self._module, node, mutated)
            assert isinstance(module, cst.Module)
            return str(module.code)

        line = self._positions[node].start.line
        return Mutation(self._path, line, scope, operator, before, after, self._seen[key], text)


def _is_left_alone(node: cst.CSTNode) -> bool:
    """Whether neither ``node`` nor anything within it decides what the program does."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Assert() | cst.Import() | cst.ImportFrom():
            alone = True
        case cst.Call(func=cst.Name(value=name)) | cst.Subscript(value=cst.Name(value=name)) if name in _NAMES_ONLY:
            alone = True
        case cst.Call(func=cst.Attribute(value=cst.Name(value=name))):
            alone = name in _LOGGERS
        case cst.Arg(keyword=cst.Name(value=name)):
            alone = name in _PROSE_ARGUMENTS
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
            alone = name in {"__all__", "__slots__"} or _is_type_alias(name, value)
        case (
            cst.If(test=cst.Name(value="TYPE_CHECKING"))
            | cst.Expr(
                value=cst.SimpleString() | cst.ConcatenatedString()  # a docstring
            )
        ):
            alone = True
        case _:
            alone = False
    return alone


def _is_type_alias(name: str, value: cst.BaseExpression) -> bool:
    is_type = isinstance(value, cst.Subscript | cst.BinaryOperation | cst.Name | cst.Attribute)
    return is_type and re.fullmatch(r"_?[A-Z][a-z]\w*", name) is not None


def _is_text(node: cst.CSTNode, mutated: cst.CSTNode, *, in_raise: bool) -> bool:
    """Whether only words for people change, or (for strings) only their case, which the other change covers."""
    if isinstance(node, cst.SimpleString) and isinstance(mutated, cst.SimpleString):
        return in_raise or _CASE_ONLY.search(mutated.value) is None
    if not isinstance(node, cst.Call) or not isinstance(mutated, cst.Call) or node.func is not mutated.func:
        return False
    changed = next((a for a, b in zip(node.args, (*mutated.args, None), strict=False) if a is not b), None)
    if changed is None:
        return False
    if changed.keyword is not None and changed.keyword.value in _PROSE_ARGUMENTS:
        return True
    is_string = isinstance(changed.value, cst.BaseString)
    described = isinstance(node.func, cst.Name) and node.func.value in _DESCRIBED
    return is_string and (in_raise or (described and _PROSE.search(_raw(changed.value)) is not None))


def _raw(value: cst.BaseExpression) -> str:
    return value.value if isinstance(value, cst.SimpleString) else "a formatted text"
