"""Whatever is sent to an operation, no answer is an error of the server, and each one conforms to the document."""

import asyncio
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from adops_pipeline.api.app import create_app
from adops_pipeline.operations.secrets import new_key
from adops_pipeline.wiring import Services
from adops_pipeline_tests.api.conftest import client_of, services_over
from adops_pipeline_tests.deferred import Deferred
from adops_pipeline_tests.templates import copy_into

if TYPE_CHECKING:
    from adops_pipeline_tests.api.fuzzing import Fuzzer

fuzzing = Deferred("adops_pipeline_tests.api.fuzzing")
MANY = 75


@pytest.fixture(scope="module")
def fuzzer(published: Path, kept: Mapping[str, Any], tmp_path_factory: pytest.TempPathFactory) -> "Iterator[Fuzzer]":
    """A server over a copy of its own, with something of every kind that can be created."""
    folder = copy_into(published, tmp_path_factory.mktemp("fuzzed"))
    services = services_over(folder, api_token=SecretStr(fuzzing.TOKEN), secret_keys=[new_key()])
    fuzzer = fuzzing.Fuzzer(create_app(services), kept)
    with fuzzing.without_network():
        asyncio.run(_create_examples(fuzzer, services))
        yield fuzzer
    services.snapshots.close()
    services.store.close()


async def _create_examples(fuzzer: "Fuzzer", services: Services) -> None:
    async with client_of(services) as client:
        await fuzzer.create_examples(client)


def test_the_examples_of_bodies_are_accepted(fuzzer: "Fuzzer") -> None:
    refused = [f"{answer.request.url.path}: {answer.text}" for answer in fuzzer.example_answers if answer.is_error]
    assert len(fuzzer.example_answers) >= 8
    # A token and ad groups are not the example's to know.
    wrong = [one for one in refused if not (one.startswith("/api/login") or "has no ad group" in one)]
    assert wrong == [], "the examples in the routes' models"


def test_a_few_requests_to_every_operation(fuzzer: "Fuzzer") -> None:
    for number, label in enumerate(fuzzer.labels):
        fuzzer.fuzz(label, 1, [fuzzing.MODES[number % 2]])
    assert fuzzer.requests >= len(fuzzer.labels) * 3 // 4


@pytest.mark.slow
@pytest.mark.parametrize("number", range(4))
def test_thousands_of_requests(fuzzer: "Fuzzer", number: int) -> None:
    wrong = []
    for label in fuzzer.labels[number::4]:
        try:
            fuzzer.fuzz(label, MANY)
        except BaseExceptionGroup as found:
            wrong.append(found)
    assert not wrong, wrong
