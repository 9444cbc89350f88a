"""Secrets by the name of their variable, as the services ask for them."""

from pydantic import SecretStr

from adops_pipeline.operations.secrets import SecretError
from adops_pipeline.settings import SettingsError, named_secret


def find_secret(name: str) -> SecretStr | None:
    """The secret; None where there is none. Raises SecretError, which names it only, where it cannot be used."""
    try:
        return named_secret(name)
    except SettingsError as error:
        raise SecretError(str(error)) from None
