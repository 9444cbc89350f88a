"""Asks for the first sync of a new data folder, as a program of its own: `adops up` imports as little as possible."""

from adops_pipeline.cli.front import exit_on_refusal, load_services


def main() -> None:
    """Print the id of the execution; nothing where something was published before."""
    from adops_pipeline.services.first_sync import request_first_sync

    services = load_services()
    with exit_on_refusal():
        execution = request_first_sync(services.executions, services.snapshot_path)
    if execution is not None:
        print(execution.id)


if __name__ == "__main__":
    main()
