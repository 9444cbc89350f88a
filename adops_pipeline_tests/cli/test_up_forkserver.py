"""What `adops up` forks from: one thread, so that no forked process waits for a thread that it does not have."""

import os
import subprocess
import sys
from pathlib import Path

from adops_pipeline.supervision.forkserver import WITHOUT_THREADS

TOLD = """
from adops_pipeline.cli import up_forkserver
from adops_pipeline.supervision.forkserver import other_threads
from adops_pipeline.wiring import end_library_threads
definitions = up_forkserver._Definitions()
end_library_threads()
print(*(set(other_threads()) - up_forkserver.HARMLESS_THREADS))
print(definitions.refresh(), end=" ")
up_forkserver._settings_state = lambda: "other settings"
former = definitions.loaded
print(definitions.refresh(), definitions.refresh(), definitions.loaded is not former)
print(*(set(other_threads()) - up_forkserver.HARMLESS_THREADS))
"""


def test_loading_the_definitions_starts_no_thread_and_is_repeated_when_settings_change(tmp_path: Path) -> None:
    environment = os.environ | WITHOUT_THREADS | {"ADOPS_DATA_DIR": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.splitlines() == ["", "False True False True", ""]
