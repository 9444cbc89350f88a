"""What routes receive: the services and the published snapshot."""

from typing import Annotated

from fastapi import Depends, Request

from adops_pipeline.wiring import Services


async def _services(request: Request) -> Services:  # a function that is not async runs in a thread
    services: Services = request.app.state.services
    return services


ServicesDep = Annotated[Services, Depends(_services)]
