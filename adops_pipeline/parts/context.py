"""What `adops up` has found out and its parts need, handed from the command to the program that keeps them running."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True)
class Context:
    """Ports of web UI and API, where the API answers programs of this machine, folders, and the lock of `adops up`.

    ``root`` is the folder in which Dagster works; ``lock`` an open file descriptor, for the guards of parts to inherit.
    """

    port: int
    api_port: int
    api_address: str
    data_dir: str
    root: str
    lock: int

    def to_json(self) -> str:
        """One argument of a command line."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> "Context":
        """The reverse of ``to_json``."""
        return cls(**json.loads(text))

    @property
    def data(self) -> Path:
        """The data folder."""
        return Path(self.data_dir)

    @property
    def logs(self) -> Path:
        """The folder of the parts' logs."""
        return self.data / "logs"
