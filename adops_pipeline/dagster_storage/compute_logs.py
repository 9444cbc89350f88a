"""Compute logs without processes of their own: for each run Dagster starts two `tail` and two Python interpreters.

Files and places are those of Dagster's LocalComputeLogManager, which reads them for the web UI. What a run prints goes
to the file directly, so that nothing is lost when the process dies. A run in the process of a command needs it on the
terminal too, where its progress is shown: a thread copies it there. A run that was launched has no terminal.
"""

import io
import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Self, TextIO

from dagster._core.storage.compute_log_manager import CapturedLogContext, ComputeIOType
from dagster._core.storage.local_compute_log_manager import IO_TYPE_EXTENSION, LocalComputeLogManager
from dagster._serdes import ConfigurableClassData

_LOOK_SECONDS = 0.1
_CHUNK_BYTES = 1 << 16


class ComputeLogs(LocalComputeLogManager):
    """Configured in dagster.yaml as ``compute_logs``. ``copies_output``: whether the terminal shows the output too."""

    copies_output = True

    @classmethod
    def from_config_value(cls, inst_data: ConfigurableClassData | None, config_value: Mapping[str, Any]) -> Self:
        """Build it from dagster.yaml."""
        return cls(inst_data=inst_data, **config_value)

    @contextmanager
    def capture_logs(self, log_key: Sequence[str]) -> Iterator[CapturedLogContext]:
        """Write the output of the block to the files of this key."""
        with (
            written_to(self._path(log_key, ComputeIOType.STDOUT), sys.stdout, copied=self.copies_output),
            written_to(self._path(log_key, ComputeIOType.STDERR), sys.stderr, copied=self.copies_output),
        ):
            yield CapturedLogContext(log_key)
        Path(self.complete_artifact_path(log_key)).touch()  # type: ignore[no-untyped-call]

    def _path(self, log_key: Sequence[str], stream: ComputeIOType) -> Path:
        return Path(self.get_captured_local_path(log_key, IO_TYPE_EXTENSION[stream]))


@contextmanager
def written_to(path: Path, stream: TextIO, *, copied: bool) -> Iterator[None]:
    """Append to ``path`` what this process and its children write to the descriptor of ``stream``.

    ``copied``: it goes where it went before as well.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()
    descriptor = _descriptor(stream)
    if descriptor is None:
        yield
        return
    stream.flush()
    before = os.dup(descriptor)
    try:
        with path.open("ab") as written, _copied(path, before if copied else None):
            os.dup2(written.fileno(), descriptor)
            try:
                yield
            finally:
                stream.flush()
                os.dup2(before, descriptor)
    finally:
        os.close(before)


def _descriptor(stream: TextIO) -> int | None:
    """None for a stream that is no file of the operating system, as in tests of commands."""
    try:
        return stream.fileno()
    except (AttributeError, io.UnsupportedOperation, ValueError):
        return None


@contextmanager
def _copied(path: Path, target: int | None) -> Iterator[None]:
    """Copy to the descriptor ``target`` what is appended to ``path`` within the block."""
    if target is None:
        yield
        return
    has_ended = threading.Event()
    with path.open("rb") as log:
        log.seek(0, os.SEEK_END)
        copying = threading.Thread(target=_copy, args=[log, target, has_ended], daemon=True)
        copying.start()
        try:
            yield
        finally:
            has_ended.set()
            copying.join()


def _copy(log: BinaryIO, target: int, has_ended: threading.Event) -> None:
    """Copy what comes to the log until all is copied that came before the end."""
    while True:
        is_last_look = has_ended.wait(_LOOK_SECONDS)
        while data := log.read(_CHUNK_BYTES):
            # A terminal that is gone does not end the run: what it prints is in the log.
            with suppress(OSError):
                while data:
                    data = data[os.write(target, data) :]
        if is_last_look:
            return
