"""An interrupt while the command is still being imported: one line, exit code 130."""

import os
import signal as signal_of
import subprocess
import sys
from pathlib import Path

import pytest
from typer.core import TyperGroup

from adops_pipeline import cli
from adops_pipeline_tests.patience import patience_seconds

_AT_AN_IMPORT = """
import os, signal, sys

class Interrupt:
    def find_spec(self, name, path=None, target=None):
        if name == "adops_pipeline.cli.run":
            sys.meta_path.remove(self)
            os.kill(os.getpid(), signal.{signal})

sys.meta_path.insert(0, Interrupt())
"""


@pytest.mark.parametrize(("signal", "name"), [("SIGINT", "Ctrl-C"), ("SIGTERM", "SIGTERM")])
def test_an_interrupt_during_the_imports_ends_with_one_line(signal: str, name: str, tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(_AT_AN_IMPORT.format(signal=signal))
    done = subprocess.run(
        [sys.executable, "-m", "adops_pipeline", "--version"],
        env=os.environ | {"PYTHONPATH": str(tmp_path)},
        check=False,
        capture_output=True,
        text=True,
    )
    assert (done.returncode, done.stdout, done.stderr) == (130, "", f"stopped by {name}; nothing was begun\n")


_STOPPED = """
import os, signal, sys, time
from adops_pipeline import cli
from adops_pipeline.supervision import interrupts

interrupts.TERMINATION_SECONDS = 0.3

def work() -> None:
    try:
        os.kill(os.getpid(), getattr(signal, number))
        time.sleep(60)
    finally:
        print("tidied up", flush=True)
        while manner == "hangs":
            time.sleep(60)

work.__name__ = "prune"
cli.app.registered_commands = [one for one in cli.app.registered_commands if one.name != "prune"]
cli.app.command(name="prune")(work)
_, manner, number = sys.argv
sys.argv = ["adops", "prune"]
cli.main()
"""


@pytest.mark.parametrize(
    ("number", "manner", "code", "complaint"),
    [
        ("SIGINT", "ends", 130, "stopped by Ctrl-C\n"),
        ("SIGTERM", "ends", 130, "stopped by SIGTERM\n"),
        ("SIGTERM", "hangs", -signal_of.SIGALRM, ""),
    ],
)
def test_an_interrupted_command_tidies_up_and_says_so_or_is_killed_where_sigterm_does_not_end_it(
    number: str, manner: str, code: int, complaint: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _STOPPED, manner, number],
        check=False,
        capture_output=True,
        text=True,
        timeout=patience_seconds(30),
    )
    assert (done.returncode, done.stdout, done.stderr) == (code, "tidied up\n", complaint)


def test_an_interrupt_while_the_command_line_is_read_is_said_too(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(TyperGroup, "make_context", interrupted)
    monkeypatch.setattr(sys, "argv", ["adops", "tables"])
    with pytest.raises(SystemExit) as ended:
        cli._run()
    assert (ended.value.code, capsys.readouterr().err) == (130, "stopped by Ctrl-C\n")
