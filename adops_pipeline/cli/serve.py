"""`adops serve`: the dashboard and the REST API on their own; Dagster need not run."""

import gc
from typing import TYPE_CHECKING, Annotated

import typer

from adops_pipeline.cli.console import USAGE, err, fail, out
from adops_pipeline.cli.front import exit_on_refusal, load_services
from adops_pipeline.cli.ports import own_socket, server_address

if TYPE_CHECKING:
    from adops_pipeline.settings import Settings
    from adops_pipeline.wiring import Services

_HELP = """Serve the dashboard, the REST API and its live events until Ctrl-C, from the published data and the store.

Set ADOPS_API_TOKEN or create named tokens (`adops token create`), and every request needs one; without any the API
listens on this machine only.

Examples:

    adops serve

    adops serve --port 8080

    adops serve --openapi > openapi.yaml
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command(name="serve", help=_HELP)(serve)


def serve(
    port: Annotated[
        int | None, typer.Option(min=0, max=65535, help="Port; 0 picks a free one. Default: the setting api.port.")
    ] = None,
    openapi: Annotated[bool, typer.Option("--openapi", help="Print the OpenAPI document as YAML and end.")] = False,
) -> None:
    """Serve the API."""
    gc.disable()  # what is imported lives until the end; the server turns it on again
    from adops_pipeline.api.server import serve as serve_until_interrupted
    from adops_pipeline.dashboard.site import dashboard_app

    services = load_services()
    own = services.settings.api
    if openapi:
        _print_openapi(services)
        return
    require_token_for(services.settings)
    listening = own_socket(own.port if port is None else port, own.host)
    listening.listen()
    host, bound = listening.getsockname()[:2]
    address = server_address(host, bound)
    out.print(f"Dashboard  {address}/\nAPI        {address}/api/docs", highlight=False, soft_wrap=True)
    warn_of_missing_assets()
    serve_until_interrupted(dashboard_app(services), services.settings, listening)


def warn_of_missing_assets() -> None:
    """Say what to run where the files that the pages load were not built, as in a new clone."""
    from adops_pipeline.dashboard.front_end import missing

    if missing():
        err.print("The dashboard shows tables in place of charts: run `make assets` for its files", highlight=False)


def require_token_for(settings: "Settings") -> None:
    """End the command where other machines could reach an API to which no token is known."""
    from adops_pipeline.api.shield import is_loopback

    if is_loopback(settings.api.host) or settings.api_token is not None:
        return
    from adops_pipeline.wiring import build_services

    with exit_on_refusal():
        are_used = build_services(settings).tokens.are_used()
    if not are_used:
        fail(
            f"api.host is {settings.api.host} without any token: set ADOPS_API_TOKEN or run `adops token create`", USAGE
        )


def _print_openapi(services: "Services") -> None:
    import yaml

    from adops_pipeline.api.app import create_app

    print(yaml.safe_dump(create_app(services).openapi(), sort_keys=False, allow_unicode=True, width=120), end="")
