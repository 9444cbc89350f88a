"""`python -m adops_pipeline` is the `adops` command."""

from adops_pipeline.cli import main

main()
