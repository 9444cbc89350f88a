"""Libraries that others import where they are installed, and that no process of this product uses."""

import sys


def leave_pandas_out() -> None:
    """Make ``import pandas`` fail in this process from now on; only for processes of our own, never for a test's.

    DuckDB imports pandas with the first bound value of a statement, to recognise its missing values: 0.4 s and 40 MB
    where it is installed.
    """
    sys.modules.setdefault("pandas", None)  # type: ignore[arg-type]
