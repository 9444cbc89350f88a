"""Imported by Python at start in processes that a test starts: they see the mutation, too."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[3]))

from benchmarks.mutants.hook import install_from_environment

install_from_environment()
