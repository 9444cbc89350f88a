"""Matchers: conditions of silences and inhibitions on labels. =, !=, =~ and !~ as in Alertmanager.

A label that is missing counts as empty, and regular expressions are anchored at both ends (Alertmanager,
"Configuration", section "matcher"). They are evaluated by Rust's regex engine, which takes linear time whatever the
expression: one that a person typed cannot stall the evaluation of alerts.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, cast, get_args

from pydantic_core import SchemaError, SchemaValidator, core_schema

from adops_pipeline.domain.alerts.alert import Alert
from adops_pipeline.domain.text import one_line

Operator = Literal["=", "!=", "=~", "!~"]
_TEXT = re.compile(
    r"\s*([A-Za-z_][A-Za-z0-9_]*)\s*(=~|!~|!=|=)\s*(\"(?:[^\"\\]|\\.)*\"|[^\"\s](?:[^\"]*[^\"\s])?|)\s*", re.DOTALL
)


@dataclass(frozen=True, slots=True)
class Matcher:
    """``label operator value``. Raises ValueError for an unknown operator or an expression that does not compile."""

    label: str
    operator: Operator
    value: str

    def __post_init__(self) -> None:
        if self.operator not in get_args(Operator):
            raise ValueError(f"{self.operator!r} is not an operator; the operators are =, !=, =~ and !~")
        if self.operator in ("=~", "!~"):
            _compiled(self.value)

    def matches(self, alert: Alert) -> bool:
        """Whether the alert matches."""
        return self.holds(alert.label(self.label))

    def holds(self, value: str) -> bool:
        """Whether the label's value matches; empty means that there is no such label."""
        if self.operator in ("=~", "!~"):
            return _fits(self.value, value) == (self.operator == "=~")
        return (value == self.value) == (self.operator == "=")

    def __str__(self) -> str:
        value = self.value.replace("\\", "\\\\").replace('"', '\\"')
        return f'{self.label}{self.operator}"{value}"'


def matches_all(matchers: Iterable[Matcher], alert: Alert) -> bool:
    """Whether every matcher matches; true if there is none."""
    return all(matcher.matches(alert) for matcher in matchers)


def parse_matcher(text: str) -> Matcher:
    """``platform="meta-ads"``, ``campaign_name=~"Sale.*"``; the quotes may be left out. ValueError on anything else."""
    found = _TEXT.fullmatch(text)
    if found is None:
        raise ValueError(f'{text!r} is not a matcher such as platform=meta-ads or campaign_name=~"Sale.*"')
    label, operator, value = found.groups()
    if value.startswith('"'):
        value = re.sub(r"\\([\\\"])", r"\1", value[1:-1])
    return Matcher(label, cast("Operator", operator), value)


def _fits(expression: str, value: str) -> bool:
    return _compiled(expression).isinstance_python(value)


def _validator(pattern: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=pattern, regex_engine="rust-regex"))


@lru_cache(maxsize=1024)
def _compiled(expression: str) -> SchemaValidator:
    """The text validator of pydantic. Polars has the same engine, but starts threads, which forked processes lack."""
    try:
        _validator(expression)  # by itself, too: it must not close the group below
        return _validator(f"^(?:{expression})$")
    except SchemaError as error:
        problem = one_line(str(error).rpartition("SchemaError: ")[2])
        raise ValueError(f"{expression!r} is not a regular expression: {problem}") from None
