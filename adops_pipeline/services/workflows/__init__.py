"""Running workflows, free of Dagster: `bodies` holds what each does, `runner` runs it, `context` is what it reads."""
