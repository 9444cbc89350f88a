"""Longer statements as files, by name."""

from functools import cache
from importlib.resources import files


@cache
def statement(name: str) -> str:
    """The text of ``<name>.sql`` beside this module."""
    return files(__package__).joinpath(f"{name}.sql").read_text(encoding="utf-8")
