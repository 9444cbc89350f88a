"""Input of `adops webhook`: mappings, payloads, and secrets, which are never arguments. Nothing is stored here."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import typer
from rich.markup import escape

from adops_pipeline.cli.console import USAGE, fail
from adops_pipeline.cli.files import read_bytes

if TYPE_CHECKING:
    from adops_pipeline.settings.api import ApiSettings


def mapping_given(maps: Sequence[str], file: str | None) -> dict[str, Any]:
    """The mapping of a file, with the parameters of ``--map`` on top. A value that begins with $ is a path."""
    found: dict[str, Any] = {} if file is None else dict(payload_of(read_bytes(file, "--mapping"), f"--mapping {file}"))
    for text in maps:
        name, equals, value = text.partition("=")
        if not equals or not name.strip():
            fail(f"--map {escape(repr(text))} is not NAME=PATH, e.g. --map 'campaignIds=$.campaigns[*].id'", USAGE)
        found[name.strip()] = value.strip() if value.strip().startswith("$") else {"value": _constant(value.strip())}
    return found


def secret_given(secret: str | None) -> str | None:
    """The secret from standard input; None if none is given."""
    if secret is None:
        return None
    if secret != "-":  # noqa: S105 - a dash is no secret
        fail("a secret must not be an argument: use --secret - and type or pipe it in", USAGE)
    if sys.stdin.isatty():
        return str(typer.prompt("Secret (not shown)", hide_input=True, err=True)).strip()
    return sys.stdin.read().strip()


def payload_given(file: str | None) -> bytes | None:
    """The payload of a file, or of standard input for ``-``; None if none is given."""
    return None if file is None else read_bytes(file, "--payload")


def payload_of(body: bytes, option: str = "--payload") -> Mapping[str, Any]:
    """The JSON object of a body. Ends the command if it is none."""
    from adops_pipeline.domain.webhooks.payloads import PayloadError, parse_payload

    try:
        return parse_payload(body)
    except PayloadError as error:
        fail(f"{escape(option)}: {escape(str(error))}", USAGE)


def api_address(own: "ApiSettings") -> str:
    """Address of the API on this machine, as the settings say."""
    host = "127.0.0.1" if own.host in ("0.0.0.0", "::", "localhost") else own.host  # noqa: S104 - compared, not bound
    return f"http://{f'[{host}]' if ':' in host else host}:{own.port}"


def _constant(text: str) -> object:
    try:
        return json.loads(text)
    except ValueError:
        return text
