"""What was typed wrong, in one line: an option, argument or command that is unknown, missing or has a wrong value.

Typer draws a usage text and a box of several lines; scripts and logs need one line: what, where and what to do.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from enum import Enum
from typing import Any

from typer import Context
from typer.core import TyperArgument, TyperCommand, TyperGroup, TyperOption
from typer.exceptions import TyperException

from adops_pipeline.domain.text import one_line

Parameter = TyperArgument | TyperOption
_LONGEST_SHOWN = 80
_SENTENCE = re.compile(r"\. (?=[A-Z])")
_NO_COMMAND, _SURPLUS = "No such command ", "Got unexpected extra argument(s) ("
_FIELDS = {
    "--map": ("paramsMapping",),
    "--workflow": ("workflowId",),
    "--account": ("accountId",),
    "--campaign": ("campaignId",),
    "--project": ("projectId",),
    "--events": ("eventFilter",),
}
"""Fields of requests that an option has a shorter name for."""
_KINDS = {
    "int_parsing": "is not a whole number",
    "int_parsing_size": "is too large a number",
    "int_from_float": "is not a whole number",
    "float_parsing": "is not a number",
    "string_unicode": "is not text in UTF-8",
}
_LIMITS = {"ge": "is below {}", "gt": "is not above {}", "le": "is above {}", "lt": "is not below {}"}


def usage_line(error: TyperException, root: TyperGroup, arguments: Sequence[str]) -> str:
    """The line for an error of Typer, with the command in front, as plain text.

    ``root`` is Typer's command of the whole program, ``arguments`` are those that it was called with.
    """
    context = getattr(error, "ctx", None)
    where = context.command_path if context else _command_in(root, arguments)
    return one_line(f"{where}: {_reason(error, context)} (see {where} --help)")


def as_typed(field: str) -> str:
    """A field of a request as this command's line names it: ``secretRef`` → ``--secret-ref``; else as it is."""
    from typer._click.globals import get_current_context  # Typer has no public name for it

    context = get_current_context(silent=True)
    if context is None:
        return field
    names = {
        _plain(word): _typed_name(one)
        for one in context.command.params
        for word in (one.name or "", getattr(one, "metavar", None) or "", *one.opts, *_FIELDS.get(one.opts[0], ()))
    }
    first, dot, rest = field.partition(".")
    if (whole := names.get(_plain(field))) is not None:
        return whole
    name = names.get(_plain(first))
    return field if name is None else f"{name} ({rest})" if dot else name


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())


def _command_in(root: TyperGroup, arguments: Sequence[str]) -> str:
    """The command that is called, for errors that do not know it."""
    found: object = root
    words = ["adops"]
    for word in arguments:
        found = getattr(found, "commands", {}).get(word)
        if found is None:
            break
        words.append(word)
    return " ".join(words)


def _reason(error: TyperException, context: Context | None) -> str:
    # By name: Typer has these classes in a private package.
    kind, parameter = type(error).__name__, getattr(error, "param", None)
    option = getattr(error, "option_name", "an option")
    if kind == "NoSuchOption":
        return _unknown("option", option, _options(context))
    if kind == "BadOptionUsage":
        return f"{option} takes no value" if "not take" in error.message else f"{option} needs a value"
    if parameter is not None:
        return _missing(parameter) if kind == "MissingParameter" else _wrong_value(error, parameter)
    return _wrong_words(error, getattr(context, "command", None), context)


def _wrong_words(error: TyperException, command: TyperCommand | None, context: Context | None) -> str:
    """What is wrong with the words that are no options: unknown, missing or too many."""
    names: list[str] = [] if context is None else getattr(command, "list_commands", lambda _: [])(context)
    if error.message.startswith(_NO_COMMAND):
        typed = error.message.removeprefix(_NO_COMMAND).split(". Did you mean")[0].rstrip(".")[1:-1]
        return _unknown("command", typed, names)
    if error.message.startswith(_SURPLUS):
        return f"it takes fewer arguments: {_shown(error.message.removeprefix(_SURPLUS)[:-1])} is too many"
    if error.message == "Missing command.":
        return f"name one of its commands: {', '.join(names)}"
    return error.format_message().rstrip(".")


def _unknown(what: str, typed: str, known: Iterable[str]) -> str:
    from adops_pipeline.domain.workflows.nearest import did_you_mean

    return f"there is no {what} {_shown(typed)}{did_you_mean(typed, known)}"


def _options(context: Context | None) -> list[str]:
    if context is None:
        return []
    return [option for one in context.command.get_params(context) for option in one.opts if option.startswith("--")]


def _typed_name(parameter: Any) -> str:  # noqa: ANN401 - of Typer's private base class of options and arguments
    """An option as it is typed, an argument as the help names it."""
    if parameter.param_type_name == "option":
        return str(parameter.opts[0])
    return str(parameter.metavar or parameter.name.upper()).strip("[].")


def _missing(parameter: Parameter) -> str:
    text = _SENTENCE.split(parameter.help or "")[0].rstrip(".")
    known = _choices(parameter)
    return f"{_typed_name(parameter)} is missing{f' (one of {known})' if known else ''}{f': {text}' if text else ''}"


def _wrong_value(error: TyperException, parameter: Parameter) -> str:
    found = _first_of(error)
    value = str(found.get("input"))
    words = _KINDS.get(str(found.get("type"))) or _beyond(parameter, value, found.get("ctx") or {})
    if words is None and (known := _choices(parameter)):
        from adops_pipeline.domain.workflows.nearest import did_you_mean

        words = f"is none of {known}{did_you_mean(value, known.split(', '))}"
    if words is None and parameter.type_descriptor.is_datetime:
        words = "is not a date such as 2026-11-30"
    return f"{_typed_name(parameter)} {_shown(value)} {words}" if words else error.message.rstrip(".")


def _first_of(error: TyperException) -> Mapping[str, Any]:
    """The first error that pydantic found in the value; empty where the value was refused by something else."""
    errors = getattr(error.__cause__, "errors", None)
    return dict(errors()[0]) if errors else {}


def _beyond(parameter: Parameter, value: str, context: Mapping[str, Any]) -> str | None:
    """Which limit of the option the value passes; None if it passes none."""
    for key, form in _LIMITS.items():
        if key in context:
            info = parameter.type_descriptor.parameter_info
            ends = "" if info.min is None or info.max is None else f"; allowed are {info.min} to {info.max}"
            return f"{'is not a number' if value == 'nan' else form.format(context[key])}{ends}"
    return None


def _choices(parameter: Parameter) -> str:
    choices = parameter.type_descriptor.choices or ()
    return ", ".join(str(one.value if isinstance(one, Enum) else one) for one in choices)


def _shown(text: str) -> str:
    """What was typed, quoted, without control characters and not longer than a line."""
    return repr(text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…")
