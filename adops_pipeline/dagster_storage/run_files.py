"""Files of the run launcher in its folder: the socket of the forkserver, and one for each run whose process lives.

A run in the process of a command has such a file too, though no launcher started it.
"""

from pathlib import Path


def launcher_folder(data_dir: Path) -> Path:
    """The launcher's folder; dagster.yaml names it too."""
    return data_dir / "dagster" / "launcher"


def turns_file(data_dir: Path) -> Path:
    """The file that a command keeps locked while it is its turn on the data folder."""
    return data_dir / ".run.lock"


def socket_path(folder: Path) -> Path:
    """Where the forkserver listens."""
    return folder / "forkserver.sock"


def runs_folder(folder: Path) -> Path:
    """The files of the runs' processes, see ``supervision.life_lock``."""
    return folder / "runs"


def run_file(folder: Path, run_id: str) -> Path:
    """The file that the process of this run keeps locked."""
    return runs_folder(folder) / run_id
