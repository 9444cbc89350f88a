"""The server's log: on stderr, without requests, and without tokens wherever one may have got into a message.

A message is one line, whatever names and addresses are in it.
"""

import logging
import re
from typing import Any

from pydantic import SecretStr

from adops_pipeline.domain.terminal import for_terminal, lines_for_terminal
from adops_pipeline.services.tokens import PREFIX

_MASK = "***"
TOKEN = re.compile(rf"{PREFIX}[\w-]{{43}}")
"""A named token."""
_BEARER = re.compile(r"(?i)(bearer\s+)[\w.~+/=-]+")


class RedactingFormatter(logging.Formatter):
    """Formats a record, its message in one line, with its traceback, then masks tokens in all of it."""

    def __init__(self, secret: SecretStr | None) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self._secret = "" if secret is None else secret.get_secret_value()

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name of the standard library
        """The line of the record. Line feeds in a name or an address would forge lines of their own."""
        record.message = for_terminal(record.message)
        return super().formatMessage(record)

    def format(self, record: logging.LogRecord) -> str:
        """The record in text."""
        text = _BEARER.sub(rf"\1{_MASK}", TOKEN.sub(_MASK, lines_for_terminal(super().format(record))))
        return text.replace(self._secret, _MASK) if self._secret else text


def log_config(secret: SecretStr | None) -> dict[str, Any]:
    """The logging of the server's process, for `logging.config.dictConfig`."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"redacting": {"()": RedactingFormatter, "secret": secret}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "redacting"}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
    }
