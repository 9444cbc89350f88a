"""Finding of a check of the warehouse."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Violation:
    """A promise that ``rows`` rows (or account-days) of ``table`` violate."""

    table: str
    promise: str
    rows: int
    example: str

    @property
    def sentence(self) -> str:
        """The finding in one line."""
        return f"not so in {self.rows:,} {'row' if self.rows == 1 else 'rows'}: {self.promise}; e.g. {self.example}"
