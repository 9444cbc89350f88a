"""Base of all settings blocks, and the location of the settings."""

import os
import unicodedata
from datetime import date
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationInfo, field_validator

PROJECT_ROOT = Path(__file__).resolve().parent.parent.parent
_LONGEST_SHOWN = 20
"""Tokens of the platforms and of this product are longer; accounts, names and numbers are not."""
_COPIED = " \t\r\n\v\f\x85\xa0\u200b\u2028\u2029\u2060\ufeff"
_UNSEEN = ("Cc", "Cf", "Cs", "Zl", "Zp")
EARLIEST_DAY = date(2024, 1, 1)
"""First daily partition when no start date is set; platforms keep about 37 months."""


def default_data_dir() -> Path:
    """Folder of all files made at run time: `ADOPS_DATA_DIR`, otherwise `data/` beside the package."""
    return Path(os.environ.get("ADOPS_DATA_DIR") or PROJECT_ROOT / "data").expanduser().resolve()


def split_list(value: object) -> object:
    """Accept a comma-separated string for a list, as in environment variables."""
    if isinstance(value, str) and not value.strip().startswith("["):
        return [part.strip() for part in value.split(",") if part.strip()]
    return value


def clean_secret(value: object) -> object:
    """A secret without the blanks, line ends and invisible characters that copying leaves round it.

    Raises ValueError for control and invisible characters within: HTTP headers refuse them, and the refusal would quote
    the secret.
    """
    if not isinstance(value, str):
        return value
    text = value.strip(_COPIED)
    if any(unicodedata.category(character) in _UNSEEN for character in text):
        raise ValueError("holds a control character or a line end; copy it again")
    return text


def harmless(value: object) -> str:
    """The value as it was given, for messages, unless it may be a secret that was put into the wrong setting."""
    text = str(value)
    if "://" in text or any(len(word) >= _LONGEST_SHOWN for word in text.split()):
        return f"{len(text)} characters (not shown: it may be a secret in the wrong place)"
    return repr(value)


class Block(BaseModel):
    """A block of settings: unknown names are rejected, values are immutable."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    @field_validator("*", mode="before")
    @classmethod
    def _clean_secrets(cls, value: object, info: ValidationInfo) -> object:
        field = cls.model_fields.get(info.field_name or "")
        return clean_secret(value) if field is not None and "SecretStr" in str(field.annotation) else value
