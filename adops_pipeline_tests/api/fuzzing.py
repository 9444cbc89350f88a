"""Requests made up from the OpenAPI document: valid and invalid ones, answered in this process."""

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from typing import Any
from unittest.mock import patch

import httpx
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import Case, GenerationMode
from schemathesis.core.result import Ok
from schemathesis.transport.asgi import ASGI_TRANSPORT

from adops_pipeline.api.broadcast import Broadcast, Frame

MODES = tuple(GenerationMode)
TOKEN = "a-token-for-tests"
BASE = "http://127.0.0.1"
HEADERS = {"Authorization": f"Bearer {TOKEN}"}
# What these checks cannot know: which texts are cursors or columns of the chosen table; that one value of a parameter
# with several is written as a value by itself, and a time also as a number. That the same request without its token is
# refused test_access asks of every operation.
_LEFT_OUT = [
    schemathesis.checks.positive_data_acceptance,
    schemathesis.checks.negative_data_rejection,
    schemathesis.checks.ignored_auth,
]


class NoEvents(Broadcast):
    """Ends a live stream at once."""

    async def follow(self, last_seen: int | None) -> AsyncIterator[Frame]:
        """No event."""
        del last_seen
        nothing: tuple[Frame, ...] = ()
        for event in nothing:
            yield event


@contextmanager
def without_network() -> Iterator[None]:
    """No request may make the server connect to anything: addresses in requests are made up."""

    def refuse(*_: object, **__: object) -> None:
        raise OSError("no network in this test")

    with patch("socket.getaddrinfo", refuse), patch("socket.socket.connect", refuse):
        yield


class Fuzzer:
    """Sends requests to every operation of an application, and checks that the answers conform to its document."""

    def __init__(self, app: FastAPI, document: Mapping[str, Any]) -> None:
        app.state.broadcast = NoEvents(app.state.services.live_events)
        self._app = app
        self._document = document
        schema = schemathesis.openapi.from_dict(dict(document))
        schema.config.generation.with_security_parameters = False
        self._operations = {
            found.ok().label: found.ok() for found in schema.get_all_operations() if isinstance(found, Ok)
        }
        self._ids: dict[str, list[str]] = {}
        self.requests = 0
        self.example_answers: list[httpx.Response] = []
        self.statuses: dict[str, set[int]] = {label: set() for label in self._operations}

    @property
    def labels(self) -> list[str]:
        """Operations as `GET /path`; those that delete come last, so that the others find something."""
        return sorted(self._operations, key=lambda label: label.startswith("DELETE"))

    async def create_examples(self, client: httpx.AsyncClient) -> None:
        """Send each documented example of a body, so that there is something to find."""
        for label in self._operations:
            method, path = label.split(" ")
            bodies = [] if "{" in path else _examples(self._document["paths"][path][method.lower()])
            self.example_answers += [await client.request(method, path, json=body, headers=HEADERS) for body in bodies]
        for path in {label.split(" ")[1].split("/{")[0] for label in self._operations if "{" in label}:
            found = await client.get(path, headers=HEADERS)
            self._ids[path] = _ids(found.json()) if found.status_code == 200 else []

    def fuzz(self, label: str, requests: int, modes: Sequence[GenerationMode] = MODES) -> None:
        """Send about this number of valid requests and as many invalid ones. Raises what is wrong with an answer."""
        operation = self._operations[label]
        known = self._ids.get(label.split(" ")[1].split("/{", maxsplit=1)[0]) or []
        for mode in modes:
            chosen = st.sampled_from([None, *known]) if mode is GenerationMode.POSITIVE else st.none()

            @seed(20261120)
            @settings(
                max_examples=requests, deadline=None, database=None, phases=[Phase.generate], verbosity=Verbosity.quiet,
                suppress_health_check=list(HealthCheck), derandomize=False,
            )  # fmt: skip
            @given(case=operation.as_strategy(generation_mode=mode), known_id=chosen)
            def send(case: Case[Any], known_id: str | None) -> None:
                if known_id is not None and case.path_parameters:
                    case.path_parameters = dict.fromkeys(case.path_parameters, known_id)
                self.requests += 1
                response = ASGI_TRANSPORT.send(case, base_url=BASE, headers=HEADERS, app=self._app)
                self.statuses[label].add(response.status_code)
                case.validate_response(response, excluded_checks=_LEFT_OUT)

            with suppress(Unsatisfiable):  # nothing can be wrong with a request without parameters
                send()


def _examples(operation: Mapping[str, Any]) -> list[Any]:
    content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    single = [content["example"]] if "example" in content else []
    return single + [example["value"] for example in content.get("examples", {}).values()]


def _ids(document: Any) -> list[str]:
    rows = document.get("items", []) if isinstance(document, dict) else document
    names = ("id", "fingerprint")
    return [str(row[name]) for row in rows for name in names if isinstance(row, dict) and row.get(name)][:5]
