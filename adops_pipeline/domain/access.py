"""Who uses the product from outside, and what their role allows."""

from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal["reader", "operator", "admin"]
ROLES: tuple[Role, ...] = get_args(Role)
"""Roles, the least first; each allows what the ones before it allow."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who makes a request: the name of a token, ``settings`` for the token of the settings, ``local`` without any."""

    name: str
    role: Role

    def may(self, needed: Role) -> bool:
        """Whether the actor's role includes ``needed``."""
        return ROLES.index(self.role) >= ROLES.index(needed)


LOCAL = Actor("local", "admin")
"""Who uses an API that asks for no token."""
SETTINGS = Actor("settings", "admin")
"""Who uses the token of the settings."""
